"""The words that tell what a request wants, by class and language. Plain data; `words` does the looking up.

Imperatives, infinitives and the polite forms are listed as they are typed; English inflections are derived. Languages
written without spaces, and those that put endings on everything, are matched by substring (`STEMS`).
"""

from __future__ import annotations

# English verbs, base form. A verb that fits two classes stands in the one that is meant when it opens a request.
ENGLISH: dict[str, str] = {
    "edit": """
        fix add rename refactor change update remove delete implement write create make replace convert rewrite
        move extract insert bump upgrade downgrade migrate port simplify clean cleanup format reformat optimise
        optimize handle support generate scaffold comment uncomment annotate split merge inline wrap drop strip
        swap put turn correct repair patch improve translate localize localise undo revert use allow ensure
        enable disable hook introduce apply silence suppress dedupe deduplicate increase decrease lower raise
        tidy adjust modify edit tweak define declare append prepend validate restore solve resolve reduce
        modernise modernize shorten parametrize parametrise parameterize parallelise parallelize mock stub
        expose export initialise initialize configure adapt align unify consolidate reorder rework redo extend
        finish complete escape sanitize sanitise cache memoize memoise log sort pin unpin deprecate switch fill
        encapsulate decouple abstract hardcode default guard catch rethrow retry-proof prefix suffix capitalize
        capitalise lowercase uppercase indent dedent squash inject bring document docstring type throttle
        debounce paginate flatten factor hoist narrow widen relax tighten harden polish restructure reorganize
        reorganise rearrange delegate override subclass vendor purge prune trim crop prevent avoid stop let set
        give cut shrink cap limit round clamp truncate require reject propagate cover transform transpile rebase
        commit amend install uninstall register unregister wire plumb kill nuke ditch yank chuck tack slap whip
        knock bugfix debug sync mark flag hide show-hide emit return pass accept include exclude ignore reuse
        store save persist serialize serialise encode decode unroll enforce gofmt setup enlarge lengthen colour
        color darken lighten dim brighten blur bold italicise underline pluralise duplicate clone copy paste
        group regroup nest lift backport recompute recalculate expire invalidate evict preload prefetch prefill
        populate seed backfill toggle bootstrap obfuscate minimise minimize maximise maximize centralise
        centralize generalise generalize specialise specialize prettify prettier black isort permit forbid ban
        block whitelist blacklist allowlist respect honor honour obey treat render highlight throw retitle
        dockerize dockerise containerize containerise internationalise internationalize autoload reindex rehash
        relink rewire out teach rip pull speed ship roll redirect vectorise vectorize derive gate box center
        centre rebuild reimplement assign attach detach bind unbind skip reset rotate resize rescale scale slow
        mute unmute collapse expand quote unquote await batch chunk stream log-out shift offset invert negate
        flip zip unzip normalize normalise canonicalize prefer consider hash encrypt decrypt mirror alias bundle
        minify retry autofix autoformat reword rephrase redesign restyle recolor recolour rebrand relocate
        reverse mend""",
    "test": """
        run test rerun retest build compile lint typecheck execute benchmark profile verify smoke-test dry-run
        fuzz""",
    "search": """
        find locate search grep list show count lookup enumerate spot hunt track pinpoint rg identify ascertain
        retrieve gather scan browse""",
    "explain": """
        explain describe summarise summarize review walk understand clarify interpret analyse analyze diagnose
        elaborate outline compare investigate inspect audit critique assess evaluate discuss break-down explore
        decipher demystify justify overview recap dissect paraphrase roast judge rate grade proofread enlighten
        reason""",
}

# Verbs that are as often nouns: they open a request as a verb only before an article, a pronoun or a name.
NOUNISH = """
    test build log type cache comment format sort batch stream hash mark guard default flag cover point set list
    count color colour copy group block seed black bold rate grade reason paste clone highlight treat throw
    profile benchmark box center centre gate shift offset mirror quote alias bundle scale chunk stub mock pin
    cut bring pass return limit cap round match slow debug reverse label document vendor subclass reset install
    indent register rotate flatten prefix suffix export import retry accept catch stop bump patch trim crop
    narrow derive function prefer hook style escape shell design model view name value sync release factor
    commit branch"""

# Verbs that ask for a look without saying at what: tests, the build, or the code.
CHECK = """
    check verify ensure confirm validate-that prüfe prüf pruef überprüfe überprüf kontrolliere vérifie vérifier
    verifie vérifiez verifica verificar verifique comprueba comprobar revisa chequea cheque controlla
    controllare controleer sprawdź sprawdz kontrol periksa cek kolla zkontroluj see make-sure vê veja vea fíjate
    regarde schau sanity-check double-check kijk"""

# Two words that are one verb, as one that is listed. Applied to the lower-cased text.
PHRASES: dict[str, str] = {
    "get rid of": "remove",
    "clean up": "cleanup",
    "set up": "setup",
    "speed up": "optimise",
    "speed it up": "optimise it",
    "take out": "remove",
    "throw out": "remove",
    "look for": "search",
    "look up": "search",
    "take a look at": "review",
    "have a look at": "review",
    "look at": "review",
    "look over": "review",
    "look into": "review",
    "look through": "review",
    "go over": "review",
    "go through": "review",
    "walk me through": "explain",
    "walk us through": "explain",
    "walk through": "explain",
    "talk me through": "explain",
    "run me through": "explain",
    "take me through": "explain",
    "trace through": "explain",
    "break down": "explain",
    "sum up": "summarise",
    "find out why": "explain why",
    "figure out why": "explain why",
    "figure out": "explain",
    "find out how": "explain how",
    "find out what": "explain what",
    "find out": "explain",
    "make sense of": "explain",
    "make sure": "ensure",
    "see if": "check if",
    "see whether": "check whether",
    "find me": "find",
    "fix up": "fix",
    "put in": "add",
    "do away with": "remove",
    "cut down on": "reduce",
    "carry out": "run",
    "kick off": "run",
    "fire up": "run",
    "let me know": "",
    "let us know": "",
    "hook up": "wire",
    "point me to": "find",
    "point out": "find",
    "take me to": "find",
    "show me how to": "explain",
    "show me how": "explain how",
    "show me why": "explain why",
    "tell me": "",
    "tell us": "",
    "let's see": "show",
    "use of": "purpose of",
    "bring up": "raise",
    "point me at": "find",
}

# What a programmer may ask about without meaning this repository.
CONCEPTS = """
    theorem monad monads recursion closure closures quicksort mergesort heapsort heap tuple tuples big-o bigo
    tcp udp sql nosql rest graphql grpc http https ssl vim emacs neovim nano vscode ide editor docker kubernetes
    k8s python python3 rust golang java javascript js typescript kotlin swift haskell scala elixir erlang
    clojure lisp perl php ruby fortran cobol ocaml c++ c# react vue angular svelte django flask fastapi rails
    spring node deno bun linux windows macos ubuntu unix idempotent idempotence polymorphism inheritance
    encapsulation oop solid dry kiss yagni tdd bdd agile scrum kanban microservice microservices monolith
    serverless aws gcp azure terraform ansible concurrency parallelism mutex semaphore deadlock deadlocks
    garbage memoization decorator decorators generator generators coroutine coroutines iterator iterators
    singleton factory observer pattern patterns algorithm algorithms complexity blockchain bitcoin ai llm llms
    gpt machine-learning interview career salary junior senior developer developers developper programmer
    programming language languages framework frameworks book books course tutorial tutorials cheat cheatsheet
    compiler compilers interpreter interpreters jit bytecode endianness pointer pointers stack overflow hashmap
    hash-map hashing btree b-tree trie dijkstra sort sorting turing halting unicode utf-8 ascii regex regexes
    tabs spaces oauth jwt cors csrf xss tls rsa aes git github svn mercurial rebase monorepo postgres postgresql
    mysql sqlite mongodb redis kafka rabbitmq nginx apache flexbox grid css html dom webassembly wasm godot
    unity unreal statefulset deployment lambda lambdas currying functor functors covariance contravariance
    duck-typing static-typing dynamic-typing generics mvc orm acid cap sharding locking normalization
    regularisation regularization overfitting xgboost forest gradient backpropagation langage lenguaje linguagem
    linguaggio sprache programmiersprache taal język язык lenguajes langages notation python's rust's
    authentication authorization process thread threads processes prozess promise promises async await
    event-loop"""

# Other languages that put spaces between words. Forms as people type them to a tool.
OTHERS: dict[str, dict[str, str]] = {
    "edit": {
        "de": """
            bring erhöhe erhöhen verringere begrenze begrenzen deaktiviere aktiviere verschieb erlaube
            verhindere richte einrichten lass-weg umstellen umschreiben umbauen herausziehen streiche rück
            unterteile trenne fang blende ergänz vervollständige bessere mache-aus reduziere senke setz pack
            stell dreh hebe nimm ändere ändern aendere aendern füge fuege hinzufügen hinzu ergänze ergänzen
            erweitere erweitern lösche löschen loesche entferne entfernen entfern benenne umbenennen nenne
            ersetze ersetzen schreib schreibe schreiben korrigiere korrigieren korrigier behebe beheben behebst
            repariere reparieren reparier fixe fixen refaktoriere refaktorieren refactore refactoren erstelle
            erstellen erzeuge erzeugen implementiere implementieren baue einbauen mach mache vereinfache
            vereinfachen verschiebe verschieben aktualisiere aktualisieren formatiere formatieren optimiere
            optimieren übersetze übersetzen dokumentiere kommentiere verbessere verbessern passe anpassen setze
            leg lege wandle umwandeln räum räume aufräumen tausche extrahiere auslagern lagere sortiere verwende
            nutze generiere stelle bereinige kürze teile""",
        "fr": """
            rends rendre passe passez permets autorise limite augmente réduis réduire active désactive trie
            trier sépare séparer factorise réécris réécrire reecris gère gérer empêche évite annule insère
            complète déclare range remonte baisse adapte migre colle donne-lui corrige corriger corrigez
            corrigeons ajoute ajouter ajoutez supprime supprimer supprimez enlève enlever enleve retire retirer
            renomme renommer renommez remplace remplacer remplacez modifie modifier modifiez change changer
            changez écris écrire écrivez ecris crée créer créez cree implémente implémenter implemente
            refactorise refactoriser refactore répare réparer repare simplifie simplifier déplace déplacer
            deplace mets mettre mettez rajoute rajouter transforme transformer convertis convertir nettoie
            nettoyer optimise optimiser traduis traduire documente documenter commente améliore améliorer génère
            générer fais extrais extraire remets formate formater reformate migrer résous résoudre utilise""",
        "es": """
            permite limita aumenta reduce activa desactiva ordena separa reescribe maneja evita usa ajusta
            traslada ponle quítale hazle haga arregle inserta completa sube convierta agregale cambialo sácale
            deja arregla arreglar corrige corregir corrija añade añadir anade agrega agregar agregue agregá
            elimina eliminar elimine borra borrar borre quita quitar quite renombra renombrar cambia cambiar
            cambie modifica modificar modifique escribe escribir escribí crea crear cree implementa implementar
            reemplaza reemplazar sustituye refactoriza refactorizar simplifica simplificar mueve mover actualiza
            actualizar convierte convertir pon poner haz hacer hazlo mejora mejorar traduce traducir documenta
            documentar optimiza optimizar extrae extraer repara reparar limpia limpiar formatea genera generar
            baja ponga soluciona solucionar arreglame arréglame arreglá cambiale""",
        "pt": """
            tira tire põe coloca sobe muda deixe deixa permita limite aumente reduza ative desative ordene
            separe reescreva trate evite use ponha ajeita ajeite insira complete passe transforme bota corrija
            corrige corrigir conserte consertar conserta arruma arrume arrumar adicione adicionar adiciona
            acrescente acrescenta remova remover remove apague apagar apaga exclua excluir renomeie renomear
            renomeia mude mudar altere alterar altera troque trocar troca substitua substituir escreva escrever
            escreve crie criar cria implemente implementar refatore refatorar refatora simplifique simplificar
            mova mover atualize atualizar atualiza converta converter coloque colocar faça faz melhore melhorar
            traduza traduzir documente documentar otimize otimizar extraia extrair tirar gere gerar ajuste
            ajustar resolva resolver limpe""",
        "it": """
            sposta rendilo mettilo allarga rendi rendere permetti limita aumenta riduci attiva disattiva ordina
            separa riscrivi riscrivere gestisci evita usa imposta porta allinea completa inserisci trasforma
            lascia aggiusta correggi correggere aggiustare sistema sistemare sistemami aggiungi aggiungere
            rimuovi rimuovere elimina eliminare cancella cancellare togli togliere rinomina rinominare cambia
            cambiare modifica modificare scrivi scrivere crea creare implementa implementare sostituisci
            sostituire rifattorizza refattorizza semplifica semplificare spostare aggiorna aggiornare converti
            convertire metti mettere migliora migliorare traduci tradurre documenta documentare ottimizza
            ottimizzare estrai estrarre ripara riparare pulisci pulire fai risolvi risolvere rifai genera
            generare inserire""",
        "nl": """
            voeg haal verplaats breid pas-aan hernoem toon-niet verberg sorteer zet laat splits beperk verhoog
            verlaag gebruik vereenvoudig zorg omzetten repareer repareren verander veranderen wijzig wijzigen
            toevoegen verwijder verwijderen hernoemen vervang vervangen schrijf schrijven maak maken herschrijf
            herschrijven verplaatsen verbeter verbeteren pas aanpassen los oplossen implementeer implementeren
            ruim refactor vertaal documenteer""",
        "pl": """
            usun pogrub przesuń ukryj dopisz przenieś podziel połącz zwiększ zmniejsz ustaw wyłącz włącz
            posortuj ogranicz przetłumacz użyj przerób ulepsz wydziel napraw naprawić naprawic dodaj dodać dodac
            usuń usunąć zmień zmienić zmien popraw poprawić poprawic przepisz napisz stwórz stworz utwórz
            zaimplementuj zrefaktoryzuj uprość przenies zamień zamien zaktualizuj udokumentuj skasuj wstaw zrób
            zrob""",
        "tr": """
            sırala ayır böl birleştir azalt artır ayarla geçir dönüştür yap yapın yapar koy tanımla genişlet
            kısalt düzenle temizle düzelt duzelt düzeltir düzeltin ekle ekler ekleyin sil siler silin kaldır
            kaldir kaldırın değiştir degistir değiştirin yaz yazın yazar oluştur olustur oluşturun
            yeniden-adlandır adlandır taşı tasi çevir cevir donustur güncelle guncelle iyileştir iyilestir
            basitleştir refactor refaktör uygula onar tamir çıkar""",
        "id": """
            pindah sembunyikan kurangi tampilkan-tidak jadikan perbaiki tambahkan tambah hapus ubah ganti buat
            buatkan tulis tuliskan pindahkan perbarui sederhanakan terjemahkan implementasikan rapikan benerin""",
        "vi": "sửa thêm xóa xoá đổi viết tạo thay chuyển",
        "sv": """
            ta tabort sätt slå lägg-till skriv-om döp flytta dela slå-ihop öka minska visa-inte dölj fixa
            åtgärda lägg ändra radera skriv skapa byt ersätt förbättra rätta gör""",
        "cs": "oprav přidej odstraň smaž změň přejmenuj napiš vytvoř nahraď přepiš uprav",
    },
    "test": {
        "de": """
            durchtesten teste-durch anstoßen teste testen starte ausführen führe kompiliere kompilieren
            baue-build prüfe-tests durchlaufen lass laufen""",
        "fr": """
            relancez passer lance lancer lancez exécute exécuter execute teste tester testez compile compiler
            compilez relance relancer tourne tourner""",
        "es": """
            ejecuta ejecutar ejecute ejecutá corre correr corré córrelos lanza lanzar prueba probar compila
            compilar testea""",
        "pt": "execute executar executa rode rodar roda teste testar testa compile compilar compila",
        "it": "esegui eseguire lancia lanciare testa testare compila compilare avvia fai-girare gira girare",
        "nl": "draai draaien voer uitvoeren test testen compileer bouw",
        "pl": "uruchom uruchomić uruchomic odpal przetestuj skompiluj zbuduj puść",
        "tr": "çalıştır calistir çalıştırın derle derleyin test koş koştur",
        "id": "jalankan uji kompilasi",
        "vi": "chạy",
        "sv": "kör köra testa bygg kompilera",
        "cs": "spusť pusť otestuj zkompiluj",
    },
    "search": {
        "de": """
            such durchsuche nenne-alle zähl wer ermittle lokalisiere finde finden suche suchen zeig zeige liste
            auflisten wo welche welcher welchen zähle""",
        "fr": """
            énumère recense identifie donne-moi-la-liste où trouve trouver trouvez cherche chercher cherchez
            recherche liste lister listez montre montrer quels quelles quel quelle affiche afficher repère
            localise""",
        "es": """
            enumera enumere identifica dime-dónde muestre quién busca buscar busque buscá encuentra encontrar
            lista listar muestra mostrar muéstrame mostrame muestrame dónde donde cuáles cuales localiza ubica
            encuéntrame""",
        "pt": """
            lista listas enumere identifique quem mostra-me encontre encontrar encontra ache achar acha procure
            procurar procura busque buscar liste listar mostre mostrar mostra onde quais localize""",
        "it": """
            trova dov'è enumera identifica chi elencami individua trovare trovami cerca cercare elenca elencare
            mostra mostrami mostrare dove quali localizza""",
        "nl": "zoek vind doorzoek toon vinden zoeken laat-zien waar welke lijst",
        "pl": "znajdź znajdz znaleźć wyszukaj szukaj pokaż pokaz gdzie które ktore wypisz wylistuj",
        "tr": """
            bulur bulsana listeleyin neredeki bul bulun ara göster goster listele nerede nerde nerelerde hangi
            hangisi neresinde""",
        "id": "cari carikan temukan tampilkan mana dimana daftar",
        "vi": "tìm",
        "sv": "leta sök-efter hitta sök lista visa var vilka vilken",
        "cs": "najdi hledej ukaž vypiš kde které",
    },
    "explain": {
        "de": """
            erkläre erklär erläuter versteh erklären erklaer beschreibe beschreib warum wieso weshalb wozu
            verstehe erläutere zusammenfassen fasse analysiere bedeutet""",
        "fr": """
            explique expliquer expliquez décris décrire decris pourquoi résume résumer comprends comprendre
            analyse signifie sert""",
        "es": """
            explica explicar explicá explique explícame explicame describe describir porqué resume resumir
            entiendo significa analiza revisa""",
        "pt": """
            explique explicar explica descreva descrever descreve porque porquê resuma resumir entendo significa
            analise revise""",
        "it": """
            come-mai spieghi illustra descrivimi spiega spiegare spiegami descrivi descrivere perché perche
            riassumi riassumere capisco significa analizza serve""",
        "nl": "leg-uit uitleggen leg beschrijf waarom betekent snap begrijp",
        "pl": "wyjaśnij wyjasnij wytłumacz wytlumacz opisz dlaczego czemu rozumiem oznacza streść",
        "tr": "açıkla acikla açıklar açıklayın anlat neden niye niçin anlamadım anlamıyorum özetle",
        "id": "jelaskan kenapa mengapa apa artinya",
        "vi": "giải-thích",
        "sv": "förklara varför beskriv betyder",
        "cs": "vysvětli proč popiš",
    },
}

# Matched anywhere in the text: scripts without spaces, and languages that inflect everything. Split at `|`.
STEMS: dict[str, str] = {
    "check": """
        检查|看看|確認して|確認し|確かめ|확인해|확인_|проверь|проверить|تحقق|जाँच|जांच""",
    "edit": """
        修复|修正|重写|改写|改造|调整|设置|设为|设成|变成|迁移|拆分|拆成|合并|移动|挪到|提取|抽取|抽成|
        格式化|注释|支持|回滚|撤销|加入|加个|去除|清理|隐藏|显示成|统一|封装|补全|精简|缩短|放大|缩小|
        重命名|修改|修一下|改成|改为|改一下|改掉|改名|重构|添加|加上|加一个|增加|新增|删除|删掉|去掉|移除|
        实现|替换|更新|优化|创建|新建|写一个|写个|编写|补充|补上|翻译|改进|简化|换成|升级|把|修復|刪除|刪掉|
        改為|重構|實現|替換|優化|創建|寫一個|編寫|翻譯|換成|調整|設定成|直して|直し|にして|してほしい|
        対応して|対応し|移して|移動し|分割し|まとめて|外して|入れて|増やし|減らし|短くし|揃え|使うように|
        にする|なるように|戻して|隠して|表示して|改善して|切り出し|修正して|修正し|変更して|変更し|変えて|
        追加して|追加し|加えて|足して|削除して|削除し|消して|実装して|実装し|リファクタ|リネーム|名前を|
        書いて|書き換え|置き換え|作って|作成して|作成し|更新して|更新し|翻訳して|整形して|最適化|移動して|
        고쳐|고치|분리해|나눠|합쳐|넣어|빼줘|줄여|늘려|적용해|처리해|되돌려|정리해|개선해|추가|삭제|수정|
        변경|교체|전환|만들|숨겨|수정해|수정하|바꿔|바꾸|변경해|변경하|추가해|추가하|삭제해|삭제하|지워|
        제거해|제거하|구현해|구현하|작성해|만들어|리팩터|리팩토링|이름을|옮겨|업데이트해|써줘|번역해|교체해|
        최적화해|исправ|почини|передел|раздели|объедини|увелич|уменьш|поставь|настрой|подключи|преврат|
        улучш|ускор|почист|очист|отключи|включи|установи|выдели|отсортир|сократ|допиши|дополн|используй|
        приведи|избав|поменяй|обработай|откати|скрой|чини|добав|удали|убери|убрать|переимен|измени|поменя|
        замени|перепиш|напиши|написать|создай|создать|реализу|отрефактор|рефактор|обнови|перенес|сдела|
        упрости|вынес|поправ|переведи|задокументир|оптимизир|виправ|додай|видали|зміни|перейменуй|διόρθωσ|
        πρόσθεσ|άλλαξε|διέγραψ|γράψε|أصلح|اصلح|أضف|اضف|احذف|غيّر|غير اسم|عدّل|عدل|اكتب|أنشئ|انشئ|استبدل|
        ठीक कर|जोड़|हटा|बदल|लिख|बना दो|बनाओ|theek kar|add karo|add kar do|hata do|badal do|fix karo|fix kar""",
    "test": """
        跑測試|執行測試|測試一下|編譯|建置|能跑通|跑通|跑一下|跑下|跑跑|测一下|测测|运行测试|跑测试|
        跑一下测试|跑下测试|跑一遍|测试一下|执行测试|编译|构建|测试通过|测试能过|跑单测|运行|テストお願い|
        テストをお願い|全テスト|テストを全部|走らせて|回して|流して|テストを実行|テスト実行|テストを走|
        テスト走|テストを回|テスト回|テストして|実行して|ビルドして|ビルド|コンパイル|テストは通|テスト通|
        テストが通|테스트를 해|테스트해|테스트 해|테스트 부탁|전체 테스트|테스트 돌|테스트를 돌|테스트 실행|
        테스트를 실행|실행해|빌드해|빌드|컴파일|테스트 통과|돌려|протестируй|проверь, что|проверь тест|
        запусти|запуст|прогон|протестир|собери|скомпилир|проходят|شغل|شغّل|نفذ|الاختبارات|चला|टेस्ट चला|
        tests? chala""",
    "search": """
        哪裡|哪個檔案|搜尋|搜一下|搜|誰調用|找一下|检索|定位|看看哪|有几处|统计|哪儿|哪些|哪个文件|找到|
        找出|查找|搜索|列出|谁调用|多少个|有没有|どこ|探して|探し|箇所を|見せて|検索|見つけ|一覧|
        どのファイル|リストアップ|何箇所|列挙|어디|어디서 쓰|어디에서 쓰|찾아|찾기|검색|목록|어느 파일|
        어떤 파일|나열|где_|поищи|разыщи|кто вызывает|кто использ|найди|найти|покажи|перечисли|какие файлы|
        в каком|сколько|список|де знаходиться|знайди|πού_|βρες|أين|اين|ابحث|اعثر|اعرض|कहाँ|कहां|खोज|ढूंढ|
        ढूँढ|दिखा|kahan|kaha hai""",
    "explain": """
        解释|说明一下|解釋|為什麼|什麼意思|做什麼|是什麼|說明|怎麼回事|什么原因|干嘛用|有啥用|怎么会|
        怎么样的|如何运行|什么情况|为什么|为何|为啥|怎么回事|什么意思|是什么|做什么|干什么|干嘛|怎么工作|
        如何工作|怎么运作|讲解|讲一下|讲讲|介绍一下|总结|原理|有什么用|有什么区别|看不懂|怎么实现|
        どうやって|どんな|何が起き|何のため|役割|説明|なぜ|なんで|どうして|何をして|何をする|何してる|意味|
        どういう|どのように|仕組み|教えて|解説|要約|とは|違いは|理由|어떤 역할|무슨 역할|뭘 하는|무슨 일|
        설명|왜|무슨 의미|무슨 뜻|뭐 하는|뭐하는|무엇을|어떻게 작동|어떻게 동작|알려|요약|이유|뭔가요|뭐야|
        차이|растолкуй|что произойдёт|что произойдет|что будет|из-за чего|отчего|как обрабат|как тут|
        как здесь|объясни|обьясни|поясни|почему|зачем|что делает|что такое|что значит|как работает|опиши|
        расскажи|в чем|в чём|разница|чому|γιατί|εξήγησ|τι κάνει|اشرح|لماذا|ماذا يفعل|ماذا تفعل|كيف يعمل|
        كيف تعمل|ما معنى|समझा|क्यों|क्या कर|मतलब|कैसे काम|samjha|kyun|kyu_|kya karta|kaise kaam""",
}

YES = """
    yes yep yeah yup yea y ye ok okay k kk sure please fine agreed definitely absolutely proceed continue
    approved lgtm confirmed affirmative indeed right correct perfect great alright aye ja jo jawohl klar gerne
    bitte mach oui ouais vas-y d'accord volontiers sí si claro dale vale sim pode certo sì va bene да давай ага
    угу хорошо конечно evet tamam olur tabii はい うん お願いします ええ いいよ 好 好的 是 是的 可以 行 嗯 네 예
    응 그래 좋아 tak jasne dobrze oke iya ya boleh نعم हाँ हां haan"""
NO = """
    no nope nah n never-mind nevermind nvm cancel stop abort forget nein nee ne non laisse não nao нет не отмена
    hayır hayir iptal いいえ やめて 不 不用 不要 算了 아니 아니요 nie لا नहीं nahi"""
GREETINGS = """
    hi hello hey heya hiya howdy yo sup hola ciao salut bonjour bonsoir hallo moin servus guten-tag olá ola oi
    привет здравствуйте здравствуй merhaba selam こんにちは おはよう こんばんは 你好 您好 안녕 안녕하세요 cześć
    czesc namaste नमस्ते مرحبا greetings gm morning hej halo xin-chào"""
THANKS = """
    obliged 謝謝 多謝 謝啦 dank vielen bedankt mille muchísimas thanks thank thx thnx thanx tnx tks ty tysm cheers
    danke dankeschön merci gracias obrigado obrigada grazie спасибо teşekkürler tesekkurler teşekkür sağol ありがとう
    ありがとうございます 谢谢 多谢 감사합니다 고마워 dzięki dziekuje tack terima-kasih شكرا धन्यवाद shukriya kudos"""
