"""The kinds of sentence a request can be: patterns over its lower-cased prose, most of them several languages at once."""

from __future__ import annotations

import re


def _any(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(p.strip() for p in parts))


STRIP = re.compile(
    r"""^(?:\W*(?:
      (?:hi|hello|hey|heya|yo|hiya|ok|okay|right|alright|so|well|now|then|and|also|plus|oh|ah|um|uh|hmm+|actually|btw|fyi|next|first|firstly|first\ off|quick(?:ly)?(?=\ \w)|great|
        cool|nice|perfect|thanks|thank\ you|sorry|yes|yeah|yep|sure|no|agent|team|folks|guys|mate|man|dude|buddy|bro|pal|there|again|finally|lastly|instead|one\ more\ thing|last\ thing|good\ morning|morning|good\ evening)(?:\s+there|\s+again|\s+agent)?(?:\s*[,.!:;—–-]+\s*|\s+)
    | (?:please|pls|plz|plese|pleas|kindly|just|simply|maybe|perhaps|basically|quickly|now|also|go\ ahead\ and|go\ and|try\ to|try\ and|be\ so\ kind(?:\ as)?\ to|be\ a\ dear\ and|feel\ free\ to|make\ sure\ (?:to|you)|remember\ to|don't\ forget\ to|let'?s|lets|help\ me(?:\ to)?|help\ us(?:\ to)?|do\ me\ a\ favou?r\ and)\s*,?\s+
    | (?:can|could|would|will|wld|cud|may|might|can't|couldn't|won't)\s+(?:you|u|ya|we|i\ get\ you\ to|i\ ask\ you\ to)\s+(?:be\ so\ kind\ (?:as|and)\ (?:to\ )?|mind\ |possibly\ |please\ |pls\ |maybe\ |perhaps\ |kindly\ |also\ |just\ |quickly\ |help\ me(?:\ to)?\ |help\ us(?:\ to)?\ |try\ (?:to|and)\ |go\ ahead\ and\ )*
    | (?:do|would)\s+you\s+mind\s+ | (?:are|r)\s+you\s+able\s+to\s+ | is\ it\ possible\ to\s+ | (?:any\ chance|is\ there\ any\ chance)\ (?:that\ )?(?:you|u)\ (?:can|could|might)\s+ | you\ (?:can|could|should|may|might|need\ to|have\ to|must)\ (?:please\ )?
    | (?:i|we)(?:'d|\ would|\ wld)?\s+(?:really\ |also\ |just\ )?(?:want|need|like|love|prefer|wish)\s+(?:for\ )?(?:you|u)\s+to\s+(?:please\ )?
    | (?:i|we)(?:'d|\ would)?\s+(?:really\ |also\ |just\ )?(?:want|need|like|love|have)\s+to\s+(?:have\ you\ )?
    | (?:i|we)(?:'m|\ am|'re|\ are)\s+(?:trying|looking|hoping|wanting|going)\s+to\s+ | (?:i|we)\ was\ (?:wondering|hoping)\ (?:if\ )?(?:you\ (?:can|could|would)\s+)? | i\ wonder\ if\ you\ (?:can|could|would)\s+
    | (?:i|we)(?:'d|\ would)\ appreciate\ (?:it\ )?if\ you\ (?:could\ |would\ |can\ )?| it\ would\ be\ (?:great|nice|good|lovely|awesome|helpful|cool)\ (?:if\ you\ (?:could|would)|to)\ | would\ be\ (?:great|nice|good|cool)\ (?:if\ you\ (?:could|would)|to)\ | your\ (?:job|task)\ is\ to\ | we\ should\ (?:probably\ |really\ )? | it's\ time\ to\ | time\ to\ | todo:?\ | task:\ 
    | (?:give|send|hand)\ (?:me|us)\s+(?=(?:a|an|the|your|some|three|two|five|\d)\b)
    | (?:bitte|mal|doch|kannst\ du|könntest\ du|koenntest\ du|kann\ man|können\ sie|könnten\ sie|würdest\ du|ich\ möchte,?\ dass\ du|ich\ hätte\ gern|hilf\ mir,?|jetzt|danke[,!.]?)\s+(?:mir\ |bitte\ |mal\ |kurz\ |noch\ |uns\ |das\ )*
    | (?:s'il\ (?:te|vous)\ pla[iî]t|stp|svp|peux-tu|tu\ peux|pourrais-tu|tu\ pourrais|pouvez-vous|pourriez-vous|est-ce\ que\ tu\ peux|est-ce\ que\ tu\ pourrais|je\ voudrais(?:\ que\ tu)?|j'aimerais(?:\ que\ tu)?|il\ faut|il\ faudrait|faut|aide-moi\ à|merci\ de|maintenant)\s*,?\s+(?:me\ |m'|nous\ )?
    | (?:por\ favor|porfa|puedes|podrías|podrias|puede|podría|podés|quiero\ que|quisiera\ que|necesito\ que|me\ puedes|me\ podrías|hay\ que|ayúdame\ a|ahora)\s*,?\s+
    | (?:por\ favor|pode|poderia|você\ pode|voce\ pode|vc\ pode|você\ poderia|consegue|preciso\ que\ você|quero\ que\ você|dá\ para|da\ pra|me\ ajuda\ a|agora)\s*,?\s+
    | (?:per\ favore|perfavore|puoi|potresti|può|potrebbe|vorrei\ che(?:\ tu)?|bisogna|mi\ puoi|riesci\ a|aiutami\ a|adesso|ora)\s*,?\s+
    | (?:alsjeblieft|aub|graag|kun\ je|kan\ je|zou\ je|wil\ je|kunt\ u|proszę|prosze|czy\ możesz|możesz|mógłbyś|lütfen|lutfen|tolong|bisakah\ kamu|bisa\ tolong|coba|hãy|vui\ lòng|snälla|kan\ du|skulle\ du\ kunna|prosím|můžeš|пожалуйста|плиз|можешь|можете|не\ могли\ бы\ вы|не\ мог\ бы\ ты|мог\ бы\ ты|давай|нужно|надо|помоги)\s*,?\s+
    | (?:请|請|麻烦|帮我|帮忙|幫我|能不能|可以|能|你能|你可以|我想|我要|我需要|先|再)+
    ))""",
    re.X | re.I,
)

_CHANGE = r"(?:chang|edit|modif|touch|alter|fix|rewrit|refactor|writ|updat|patch|apply|delet|remov|mak)\w*"

NEGATED_EDIT = _any(
    rf"\b(?:do not|don'?t|dont|do n't|never|no need to|needn'?t|you needn'?t|without|w/o|not|rather than|instead of|please no|avoid)\s+(?:you\s+)?(?:actually\s+|yet\s+|even\s+|be\s+|to\s+|ever\s+|going to\s+|start\s+|try(?:ing)?\s+to\s+|go\s+|any\s+|doing\s+)*{_CHANGE}\s*(?:it|that|this|them|anything|any|the|my|our|a|code|files?|stuff|something|yet|$|[.,;!?)—-])",
    r"\bdon'?t (?:actually )?(?:change|edit|touch|modify|fix|alter|write)\b",
    r"\bwithout (?:any |making |doing )*(?:chang|edit|modif|touch|alter)\w*",
    r"\b(?:no|zero|not any|without any) (?:code |file )?(?:changes?|edits?|modifications?|fix(?:es)?|patch(?:es)?|writes?|editing)\b(?! (?:were|was|is|are|needed|since|in|to the))",
    r"\b(?:read[- ]only|hands[- ]off|look(?:ing)? but don'?t touch|leave (?:the )?(?:code|files?|everything|it all) (?:alone|as (?:it )?is|untouched|unchanged)|just (?:tell|explain|describe|look|curious|asking|wondering|answer|want to (?:know|understand))|only (?:tell|explain|describe|answer|want to (?:know|understand)))\b",
    r"\bnicht(?:s)? (?:ändern|aendern|anfassen|verändern|bearbeiten|anpassen|reparieren|fixen|beheben|umschreiben|editieren)\b|\bohne (?:etwas |was |irgendetwas |irgendwas |den code |die datei(?:en)? |irgendwelche )*(?:zu (?:ver)?(?:ändern|aendern)|anzufassen|zu bearbeiten|änderung)|\bändere? (?:bitte )?(?:noch )?nichts|\bkeine (?:änderung|aenderung|code-?änderung)|\bfass (?:bitte )?nichts an|\bnur erklären|\bnichts (?:am code )?(?:ändern|verändern)",
    r"\bsans (?:rien )?(?:modifier|changer|toucher|éditer|corriger)|\bne (?:modifie|change|touche|corrige|modifiez|changez|touchez)[sz]? (?:pas|rien)|\b(?:touche|modifie|change) (?:à )?(?:rien|pas)\b|\bpas de modif",
    r"\bsin (?:modificar|cambiar|tocar|editar|arreglar)|\bno (?:lo |la |los |las )?(?:cambies|modifiques|toques|edites|arregles|cambie|modifique|toque)\b",
    r"\bsem (?:modificar|mudar|alterar|mexer|editar|tocar|corrigir)|\bnão (?:mude|altere|modifique|mexa|edite|toque|corrija)|\bnao (?:mude|altere|modifique|mexa|edite)",
    r"\bsenza (?:modificar|cambiar|toccar|corregger)\w*|\bnon (?:modificare|cambiare|toccare|correggere|modifichi)",
    r"\bzonder (?:iets )?(?:te )?(?:wijzigen|veranderen|aan te passen)|\bniet(?:s)? (?:wijzigen|aanpassen|veranderen)|\bverander niets|\bnic nie zmieniaj|\bnie zmieniaj|\bbez zmian",
    r"\bdeğiştirme(?:den)?\b|\bdokunma(?:dan)?\b|\bhiçbir şeyi değiştirme",
    r"ничего не (?:меняй|меняя|трогай|правь|исправляй|изменяй)|не (?:меняй|трогай|изменяй|правь|исправляй|редактируй)|без (?:изменений|правок)|не меняя|не трогая",
    r"不要(?:改|修改|动|更改|编辑|修)|别(?:改|动|修改)|不用(?:改|修改|修)|不(?:修改|改动|改|要动)|先别|无需修改|不要變",
    r"(?:変更|修正|編集|いじ|変え|触)(?:し|ら|え)?(?:ないで|ずに|なくて|ない で|るな|は不要|はしない|は要らない|はいらない)",
    r"(?:수정|변경|편집|고치|바꾸|건드리|손대)(?:하)?지 ?(?:말|마|않)|수정 없이|변경 없이",
    r"(?:دون|بدون) (?:تغيير|تعديل)|لا (?:تغير|تعدل)|बदले बिना|मत बदल|बदलना मत|jangan (?:ubah|diubah|edit)|tanpa mengubah|đừng (?:sửa|thay đổi)|không (?:sửa|thay đổi)|badal(?:na)? mat|mat badal|change mat|change nahi kar",
)

FRAMES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "why",
        _any(
            r"\b(?:is there|there is|any|for what|what) (?:a |any |good |particular |historical )*reasons?\b|\bhow comes?\b|\bwhy\b|\bwhat makes\b|\bjustif\w+",
            r"\b(?:why|how come|what(?:'s| is) the reason|what causes|what(?:'s| is) causing|what caused|wat causes|y does|y is)\b",
            r"\b(?:warum|wieso|weshalb|woran liegt|pourquoi|por qu[eé]|porqu[eé]|perch[eé]|waarom|dlaczego|neden|niye|niçin|kenapa|mengapa|tại sao|varför|proč)\b",
            r"почему|зачем|чому|为什么|为何|为啥|なぜ|どうして|なんで|何故|왜|لماذا|क्यों|\bkyun?\b",
        ),
    ),
    (
        "what_does",
        _any(
            r"\bwhat(?:'s| is| are| was| were|s| do| does| did|'re)?\b.{0,60}\b(?:do|does|doing|mean|means|for|return|returns|about|happens?|happening|purpose|point|difference|role|mean\?)\b",
            r"\bwhat(?: exactly)? (?:does|do|did|happens|is happening|is going on|went wrong|would happen)\b|\bwhat'?s (?:going on|happening|wrong|this|that|the (?:point|purpose|deal|idea|difference|meaning|role|matter|problem|issue))\b|\bwhats (?:wrong|this|that|going on|the)\b|\bwat (?:does|is)\b",
            r"\b(?:was (?:macht|tut|bedeutet|ist|passiert|bewirkt)|wofür|wozu|que fait|à quoi sert|a quoi sert|qu'est-ce que|c'est quoi|que veut dire|qué (?:hace|es|significa|hacen|pasa)|que (?:hace|significa)|para qué|o que (?:faz|é|significa|acontece|são)|para que serve|(?:che )?cosa (?:fa|fanno|è|significa|succede)|a cosa serve|wat (?:doet|is|betekent)|co robi|co to|ne (?:yapıyor|yapar|yapiyor|demek|işe yarar)|nedir|apa (?:itu|yang|fungsi)|vad gör|co dělá|làm gì|là gì|để làm gì)\b",
        ),
    ),
    (
        "how_does",
        _any(
            r"\bhow (?:do|does|did|is|are|was|were|exactly|come)\b(?! (?:i|we|you|one)\b)",
            r"\b(?:wie (?:funktioniert|wird|werden|läuft|ist|hängt|arbeitet)|comment (?:ça |est-ce que )?(?:fonctionne|marche|sont|est)|c[oó]mo (?:funciona|se|está|trabaja)|como (?:funciona|é|são)|come (?:funziona|viene|vengono|è)|hoe (?:werkt|wordt|worden)|jak (?:działa|dziala|to działa)|nasıl (?:çalışıyor|çalışır|calisiyor)|bagaimana|hur fungerar|jak funguje|hoạt động)\b",
            r"как (?:работает|устроен|происходит|это работает|реализ)|怎么工作|如何工作|怎么实现|如何实现|どのように|どうやって|仕組み|어떻게",
        ),
    ),
    (
        "how_would_i",
        _any(
            r"\bhow (?:do|would|can|could|should|might|will|to|did)\b(?: (?:i|we|you|one|u)\b)?(?= )",
            r"\bwhat(?:'s| is) (?:the|a) (?:best|right|correct|proper|recommended|good|idiomatic|cleanest|easiest) way\b|\bwhat would it take\b|\bhow hard\b|\bhow much work\b|\bany (?:ideas?|suggestions?|tips|advice|thoughts)\b",
            r"\b(?:wie (?:kann|könnte|würde|soll|sollte|würdest|macht|mache) (?:ich|man|wir|du)|comment (?:puis-je|je peux|on peut|faire|peut-on|pourrais-je)|c[oó]mo (?:puedo|podría|hago|harías|se hace)|como (?:posso|faço|eu|faria|podemos)|come (?:posso|faccio|si fa|potrei|faresti)|hoe (?:kan|zou|moet) (?:ik|je|we)|jak (?:mogę|można|zrobić)|nasıl (?:yapabilirim|yaparım|yapılır))\b",
            r"как (?:мне|можно|бы|лучше|сделать)|怎么(?:才能|样)|如何|どうすれば|どうしたら|어떻게 (?:하면|해야)",
        ),
    ),
    (
        "would_happen",
        _any(
            r"\bwhat (?:would|will|could|might|happens?|else would|breaks)\b.{0,20}\bif\b",
            r"\bwhat if\b|\bis it (?:safe|ok|okay|fine|possible|worth|better|bad|good|a good idea|true|correct|right|normal)\b|\bis (?:this|that|it|there) (?:thread[- ]?safe|correct|right|ok|fine|safe|idiomatic|good|bad|a bug|the right|the best|any reason|secure|efficient|intended|intentional|expected|normal|still)\b|\bshould (?:i|we|it|this|that|they)\b|\bdo(?:es)? (?:i|we|it|this|that|the \w+|you)\b.{0,40}\b(?:need|have to|make sense|support|work|handle|scale|matter|mean|look)\b|\bwould (?:it|this|that) (?:be|work|break|make)\b|\bcan (?:i|this|that|it)\b",
        ),
    ),
    (
        "where",
        _any(
            r"\b(?:lost track of|happen to know|know) (?:which|where|what file)\b|\bwhereabouts\b",
            r"\b(?:where|whereabouts|wheres|where's|were is the|wher)\b",
            r"\b(?:wo|où|d[oó]nde|onde|dove|waar|gdzie|nerede|nerde|nerelerde|di ?mana|var (?:finns|ligger|är)|kde|ở đâu)\b",
            r"\bгде\b|哪里|哪儿|(?<!出)在哪|どこ|어디|أين|اين|कहाँ|कहां|\bkahan?\b",
        ),
    ),
    (
        "which",
        _any(
            r"^\W*(?:so |and |but |ok |now )*(?:which|what) (?:of (?:our|the|these|those|my) )?(?!is\b|are\b|does\b|do\b|was\b|did\b|if\b|about\b|can\b|would\b|should\b|one (?:is|are)\b|the\b|a\b|i\b|we\b|you\b|happen|language|framework|library|book|editor|version|model|llm|way|reason|purpose|shape|type|input|order|time|day|kind|sort|value|assumption|guarantee|cause|lifetime|props)[a-z]+s\b",
            r"\bwhich (?:files?|functions?|classes?|modules?|tests?|places?|lines?|methods?|of|parts?|packages?|components?|endpoints?|commits?|dirs?|folders?|director|configs?|scripts?|tables?|services?|routes?|templates?|imports?|ones?|callers?)\b|\b(?:what|wich) (?:files?|modules?|functions?|tests?|places|classes|code|else|other|endpoints?|all)\b.{0,40}\b(?:use|uses|using|call|calls|import|imports|reference|references|depend|depends|contain|contains|mention|mentions|implement|implements|define|defines|handle|handles|touch|touches|has|have|are|in|live|deal|still|inherit|inherits|subclass)\b",
            r"\b(?:welche[rsnm]?|quels?|quelles?|qu[eé] (?:archivos?|ficheros?|funciones)|quais|quali|welke|które|ktore|hangi|file mana)\b",
            r"哪些|哪个文件|どのファイル|どの|어느|어떤 (?:파일|함수)|какие|в каком|в каких",
        ),
    ),
    (
        "who_calls",
        _any(
            r"\bwho (?:the \w+ |on earth |all )?(?:calls?|uses?|imports?|owns|sets|writes)\b",
            r"\bdef(?:inition|n)? of\b|\banything (?:still |else )?(?:us|call|import|depend)\w+",
            r"\b(?:who|what|anything|anyone|anybody|something) (?:all )?(?:calls?|uses?|imports?|references?|invokes?|depends on|is calling|is using|sets|writes|reads|throws|raises|else uses|else calls)\b|\b(?:usages?|callers?|references?|occurrences?|call ?sites?|uses|mentions|definition|definitions|declaration|instances) (?:of|to|for)\b|\b(?:is|are|is there|are there|do we have|have we got|got) .{0,40}\b(?:anywhere|somewhere|used|any (?:todo|place|code|function|file|test|other))\b|\banywhere\b",
            r"谁调用|调用了|사용되는|使われて|wer ruft|qui appelle|quién llama|chi chiama|quem chama|кто вызывает|где использ|verwendet wird|utilisé",
        ),
    ),
    (
        "how_many",
        _any(
            r"\bhow many\b|\bcount (?:of|the|all|how)\b|\bnumber of\b|\bwie ?viele\b|\bcombien\b|\bcu[aá]nt[oa]s\b|\bquant[oai]s?\b|\bhoeveel\b|\bile\b|\bkaç\b|сколько|多少|几个|いくつ|何個|何箇所|몇 ?개"
        ),
    ),
    (
        "list_all",
        _any(
            r"^\W*(?:all |every |any )*(?:the )?(?:files?|functions?|methods?|classes|places?|usages?|callers?|todos?|fixmes?|models?|modules?|endpoints?|templates?|imports?|lines?|components?|routes?|spots?|everything|occurrences) (?:that|with|without|which|where|over|under|larger|longer|bigger|using|calling|importing|[<>]|containing|missing|not|nobody|list)\b|\bi(?:'m| am)? (?:can'?t find|cannot find|looking for|am searching)\b|\blooking for the\b|\b(?:todo|fixme)s?(?: list)?\W*$",
            r"\b(?:list|show|enumerate|print|give|display)\b(?: me| us)?(?: out)? (?:all|every|each|any|the (?:list|files?|todos?|places?|callers?|usages?|tests?|functions?|routes?|endpoints?|imports?|uses?|definition)|todos?|fixmes?|files?|functions?|where|which|unused|everything|everywhere)\b|\b(?:todos?|fixmes?)\b.{0,30}\b(?:in|across|left|still|list|are)\b|\blook (?:for|up)\b|\bsearch (?:for|the|through|in)\b|\bshow me (?:where|all|every|which|the places?)\b|\btake me to\b|\bpoint me (?:to|at)\b|\bgo to (?:the )?definition\b|\bjump to\b|\bgrep\b|\b(?:is|are) there (?:a|an|any|some)\b.{0,60}\b(?:function|file|helper|test|tests|class|module|method|util|place|code|endpoint|script|config|constant|todo|todos|utility|implementation|handler|already)\b|\bdo we (?:already )?have\b|\bdoes (?:the|this|our) (?:repo|project|codebase|code) (?:have|contain|include|use)\b",
        ),
    ),
    (
        "run_tests",
        _any(
            r"\b(?:re-?)?(?:run|execute) (?:it|this|that|them|these|those|everything|all|once more|again)\b|\b(?:do|does|is|are|did|will|whether|if|that) (?:the |all |our |my |every )*(?:\w+ )?(?:\w*tests?|pipeline|suite|build|specs?|checks|ci|bootstrap|lint\w*)\b[^.;!?\n]{0,25}\b(?:pass\w*|success\w*|succeed\w*|green|work\w*|fail\w*|ok|okay|red|broken|through|clean|fine|done|good)\b|\bnothing(?:'s| is| has| got)? (?:been )?(?:broken?|broke|breaks)\b|\b(?:syntax|lint|type|compile|compilation|build) errors? in (?:the|this|our|my)\b|\b(?:tests?|suite|build) (?:still )?(?:go|goes|went) through\b|\bsee (?:if|whether) (?:that|this|it) (?:fixe[sd]|breaks|works|passes|helps)\b",
            r"\b(?:does|do|will|did|would)\b [^.?!\n]{0,25}\b(?:still |even |actually )?(?:build|compile|lint|type-?check)\b[^a-z]*$|\bhow (?:are|do) the tests (?:doing|look)|\bsee (?:how|if|whether) the tests|\b(?:tests?|test suite|unit tests?|regression tests?) (?:for \S+ )?(?:please|pls|now|again|only)\W*$|\b(?:tests?|suite|build|ci) (?:still )?(?:ok|okay|green|passing|good|fine)\?",
            r"\b(?:re-?run|run|execute|launch|start|kick off|fire up|trigger|do|invoke|exec|runn|rnu|roda|lance|corre)\b[^.;!?\n]{0,30}\b(?:\w*tests?|test ?suite|suite|specs?|unit ?tests?|pytest|jest|unittest|ci|checks?|build|linter|lint|mypy|ruff|eslint|tox|benchmarks?|coverage|type ?check\w*|tets|tsts|integration|e2e|smoke|regression|tst)\b",
            r"\b(?:do|does|are|is|did|will|have|has|r)\b[^.;!?\n]{0,40}\b(?:tests?|suite|specs?|build|builds?|ci|compiles?|lint|typecheck|checks?)\b[^.;!?\n]{0,30}\b(?:pass|passes|passing|green|work|works|fail|failing|fails|red|broken|break|compile|compiles|build|builds|ok|okay|good|clean|succeed|still|happy)\b|\b(?:does|will|did) (?:it|this|that|everything|the (?:project|code|repo|thing|app|package)) (?:still |even |all |actually )*(?:compile|build|pass|lint|typecheck)\b|\b(?:everything|all|still|we|are we) (?:still )?green\b|\bis (?:everything|it|main|master|the build|ci) (?:still )?(?:green|passing|ok|red)\b",
            r"\b(?:test|build|lint|ci|coverage|type ?check)s? (?:status|results?|report|run)\b|\b(?:check|verify|confirm|see|make sure|ensure|tell me|know|find out)\b(?: that| if| whether)?[^.;!?\n]{0,30}\b(?:tests?|suite|build|specs?|ci|it|everything|project|code)\b[^.;!?\n]{0,20}\b(?:pass|passes|passing|green|builds?|compiles?|works|run|runs|still works?|succeed)\b|\bhow many tests (?:pass|fail|are (?:pass|fail)ing)\b|\bwhich tests? (?:is |are )?(?:fail|failing|fails|pass|broken|red)\b|\bwhat(?:'s| is) (?:failing|the (?:test )?coverage)\b|\b(?:check|verify|try) (?:it|that|this|again|everything)(?: now| again| please| out)?\W*$|\btest (?:it|this|that|them|everything|again|all|the (?:\w+ )?(?:module|package|project|thing|code|app|changes?|fix))\b",
            r"\b(?:tests?|testsuite|unittests?|testfälle)\b.{0,20}\b(?:laufen|ausführen|durchlaufen|starten|durch|grün)\b|\b(?:lass|führe?|starte?|lauf\w*)\b.{0,30}\btests?\b|\blaufen\b.{0,25}\btests?\b|\b(?:lance|lancer|exécute\w*|execute\w*|relance|tourner|passe\w*|passent)\b.{0,25}\btests?\b|\b(?:tests?)\b.{0,20}\b(?:passent|verts)\b|\b(?:corre|correr|ejecuta\w*|lanza\w*|pasan|pasa|corré)\b.{0,25}\b(?:tests?|pruebas|suite)\b|\b(?:rod[ae]\w*|execut\w*|passa\w*|passando)\b.{0,25}\b(?:testes?)\b|\btestes?\b.{0,15}\bpassa\w*|\b(?:esegui\w*|lancia\w*|gira\w*|passano)\b.{0,25}\btest\b|\b(?:draai|voer|slagen)\b.{0,20}\btests?\b|\b(?:uruchom|odpal|puść|przechodzą)\b.{0,20}\btest\w*|\btest\w*\b.{0,20}(?:çalıştır\w*|koş\w*|geçiyor)|\bjalankan\b.{0,20}\b(?:tes|test|uji)\w*|\b(?:kör|spusť)\b.{0,20}\btest\w*|chạy.{0,15}(?:test|kiểm thử)|(?:запус|прогон|прогна|проход)\w*.{0,25}(?:тест|сборк)|тест\w*.{0,20}(?:проход|зел|прогон|запус)|(?:跑|运行|执行|测试).{0,12}(?:测试|通过|单测|tests?|pytest)|(?:测试|tests?).{0,8}(?:跑|通过|能过)|テスト.{0,8}(?:実行|走|回|通|流し)|(?:테스트|빌드).{0,8}(?:돌|실행|통과|해\b|해줘)|(?:شغل|شغّل|نفذ).{0,15}اختبار|(?:टेस्ट|tests?).{0,12}(?:चला|chala)",
        ),
    ),
    (
        "command",
        _any(
            r"^\W*(?:pytest|tox|nox|jest|vitest|mocha|rspec|phpunit|ctest|make (?:test|check|build|lint|all)|npm (?:run )?(?:test|t|build|lint)\b|yarn (?:test|build|lint)|pnpm (?:test|build|lint)|bun test|cargo (?:test|build|check|clippy|nextest)|go (?:test|build|vet)|mvn (?:test|verify|package)|\./?gradlew? \w+|gradle (?:test|build)|dotnet (?:test|build)|mix test|swift test|bazel (?:test|build)|python3? -m (?:pytest|unittest)|cargo (?:bench|fmt --check)|terraform validate|mypy|ruff|eslint|tsc|flake8|test ?suite|tests?|unit ?tests?|run (?:it|them|all|everything))\W*(?:\s+(?:please|pls|now|again|-\S+|status|\S*FILE\S*|\.|\./\.\.\.))*\W*$",
            r"^\W*(?:go (?:test|vet|build)|cargo (?:test|build|check|clippy|bench|nextest|fmt --check)|npm (?:run )?(?:test|build|lint)|yarn (?:test|build|lint)|make (?:test|check|build)|python3? -m (?:pytest|unittest)|(?:\S*/)?manage\.py test|terraform (?:validate|plan)|dotnet test|mvn (?:test|verify)|(?:\./)?gradlew? (?:test|build|check)|bundle exec rspec|tox -e)\b",
        ),
    ),
    (
        "write_tests",
        _any(
            r"\b(?:add|write|create|generate|make|implement|need|wants?|extend|cover|missing|lacks?|has no|have no|more|new)\b[^.;!?\n]{0,40}\b(?:tests?|test ?cases?|specs?|unit ?tests?|coverage|fixtures?|testcases?|tset)\b|\bcover\b.{0,50}\b(?:with|by) (?:a )?tests?\b",
            r"\b(?:schreib\w*|ergänze|füge?|erstelle|écri\w*|ajoute\w*|escrib\w*|agrega\w*|añad\w*|crea|escreva|crie|adicion\w*|scrivi|aggiungi|schrijf|napisz|dodaj)\b.{0,30}\b(?:unit ?tests?|tests?|pruebas|testes?|testy)\b|\btest\w*\b.{0,15}\b(?:yaz|ekle)|(?:напиши|добавь|написать).{0,20}тест|(?:写|添加|补|加|增加|编写).{0,8}测试|テスト.{0,6}(?:書|追加|作)|테스트.{0,8}(?:작성|추가|만들|써)",
        ),
    ),
    (
        "pass_tests",
        _any(
            r"\b(?:make|get|have|bring)\b[^.;!?\n]{0,30}\b(?:tests?|suite|build|ci|it|lint\w*|mypy|ruff|pipeline)\b[^.;!?\n]{0,15}\b(?:pass|passing|green|work|working|compile|build|happy|again)\b|\b(?:fix|repair|mend|debug)\b.{0,30}\b(?:tests?|build|ci|lint)\b"
        ),
    ),
    (
        "asks_you",
        _any(
            r"\b(?:can|could|would|will|wld|cud|won't|couldn't|can't) (?:you|u|ya|we)\b|\b(?:do|would) you mind\b|\bplease\b|\bpls\b|\bplz\b",
            r"\b(?:bitte|kannst du|könntest du|können sie|könnten sie|peux-tu|pourrais-tu|pouvez-vous|pourriez-vous|tu peux|s'il te plaît|s'il vous plaît|stp|svp|por favor|puedes|podrías|pode|poderia|você pode|puoi|potresti|per favore|kun je|zou je|alsjeblieft|proszę|możesz|lütfen|tolong)\b",
            r"пожалуйста|можешь|можете|请|麻烦|帮我|ください|お願い|もらえ|くれ|주세요|해줘|해 줘|줄래|من فضلك|कृपया|दो$|please",
        ),
    ),
    (
        "wanted",
        _any(
            r"\b(?:i|we)(?:'d| would)? (?:really |also |just )?(?:want|need|like|prefer|wish)\b|\b(?:should(?:n't)?|must(?:n't)?|ought to|needs? (?:to|a|an|some|more|better)|has to|have to|shall|could use|is missing|are missing|lacks?|deserves?|supposed to|better if|would be (?:\w+ )?(?:nice|good|great|better|cool|lovely|fantastic|useful|handy|helpful|wonderful|awesome))\b",
            r"\b(?:soll(?:te|ten|en)?|muss|müssen|fehlt|fehlen|doit|devrait|il manque|manque|debe(?:ría)?|falta|deve(?:ria)?|dovrebbe|manca|moet|brakuje|powin\w+|gerekiyor|lazım|harus)\b",
            r"должен|должна|должно|надо|нужно|не хватает|应该|需要|缺少|べき|必要|해야|필요",
        ),
    ),
    (
        "broken",
        _any(
            r"\b(?:feels?|looks?|is|are|seems?|way|much|far) (?:way |much |far )?too \w+|\bnot (?:supported|handled|closed|escaped|checked|sorted|updated|shown|displayed|saved)\b|\bstill (?:says|shows|talks|uses|points|refers)\b|\bforgot\w*\b|\bstretched\b|\bdouble\b|\bskips?\b|\bignores?\b|\bchok\w+|\bdead link\b|\blink is dead\b|\bbogus\b|\bnonsense\b|\boff by\b|\bout of date\b|\blost\b",
            r"\b(?:bugs?|broken|breaks?|crash\w*|fails?|failed|failing|wrong(?:ly)?|incorrect\w*|doesn'?t|does not|isn'?t|is not|don'?t|won'?t|can'?t|cannot|never|typos?|errors?|exception|leak\w*|hangs?|freez\w*|stuck|slow|too (?:long|big|slow|many|much)|off by one|duplicat\w*|dead code|unused|stale|outdated|deprecated|missing|misspell\w*|ugly|messy|mess|glitch\w*|regress\w*|flaky|inconsistent|twice|instead of|warning|blows up|chokes|throws|raises|bombs|not work\w*|stopped working|wonky|busted|borked|screwed)\b",
            r"\b(?:fehler|kaputt|falsch|funktioniert nicht|geht nicht|stürzt|erreur|bogue|cassé|ne (?:marche|fonctionne) (?:pas|plus)|plante|faux|roto|falla|error|no funciona|mal|quebrado|errado|erro|não funciona|rotto|errore|sbagliato|non funziona|kapot|fout|werkt niet|błąd|nie działa|zepsut\w*|hata|bozuk|çalışmıyor|yanlış|rusak|salah)\b",
            r"ошибк|сломан|не работает|падает|баг|错误|报错|坏了|崩溃|有问题|不对|バグ|エラー|壊れ|動かない|おかしい|오류|에러|버그|안 ?돼|안 ?됨|깨",
        ),
    ),
    (
        "ours",
        _any(
            r"\b(?:this|our|my|the) (?:repo\w*|project|code ?base|code|function|class|method|module|file|script|app|application|service|package|parser|server|client|api|cli|config\w*|schema|handler|endpoint|middleware|loop|query|regex|test|tests|build|component|page|form|database|db|cache|model|controller|pipeline|logger|router|decorator|worker|queue|lib\w*|program|line|block|snippet|error|exception|traceback|stack trace|output|bug|diff|commit|branch|pr|change|folder|directory|decision|type|field|constant|variable|import|migration|job|task)\b|\bwe\b|\bin here\b|\bhere\b|\bin (?:this|the) repo",
            r"\b(?:diese[rsmn]?|unser\w*|ce|cette|cet|ces|notre|est[aeo]|nuestr\w+|ess[ae]|noss\w+|quest[aeo]|nostr\w+|deze|dit|onze|ten|ta|to|bu|ini)\b",
            r"этот|эта|эту|этом|этой|наш|这个|这段|这里|我们|この|その|うち|이 |우리",
        ),
    ),
    ("sed", _any(r"^\W*s/[^/]+/[^/]*/?\w*\b|^\W*s\|[^|]+\|", r"(?:->|=>|→)")),
    (
        "no_more",
        _any(
            r"^\W*(?:no (?:more|longer)|not? |less|fewer|more|stop|never)\b|\bnot (?:spaces|tabs)\b|\binstead\b|\brather than\b"
        ),
    ),
    (
        "there_is",
        _any(
            r"\bthere(?:'s| is| are| was| seems to be| appears to be| must be| has to be)\b|\blooks like\b|\bseems?\b|\bappears?\b|\bil y a\b|\bhay\b|\btem um\b|\bc'è\b|\bes gibt\b"
        ),
    ),
    (
        "any",
        _any(
            r"\b(?:is|are) there (?:a|an|any|some|already|other|more)\b(?! (?:good |particular |historical )*reasons?\b)|\b(?:anything|anybody|anyone|anywhere|any(?: other| more)?) (?:\w+ )?(?:still |else )?(?:us|call|import|refer|depend|mention|pass|rel|left|that|with|without)\w*|\b(?<!long )(?<!often )(?<!why )(?<!how )do we (?:have|store|use|log|keep|still|already|ever)\b|\bother \w+ that\b|\bhave we got\b"
        ),
    ),
    (
        "creative",
        _any(
            r"\b(?:haiku|poem|limerick|song|joke|story|riddle|rap|rhyme|sonnet|pun|fairy tale|gedicht|witz|poème|blague|poema|chiste|piada|poesia|barzelletta|şiir|şaka|puisi)s?\b",
            r"стих|анекдот|шутк|笑话|诗|冗談|俳句|농담|시를 ",
        ),
    ),
    (
        "this",
        _any(
            r"\b(?:this|these|those|that)\b (?!is (?:great|all|it|awesome|perfect|enough|nice|cool))\w",
            r"\b(?:dies\w*|cette|ces|est[aeo]s?|ess[ae]s?|quest[aeio]|deze|bu)\b",
            r"этот|эта|эту|это\b|этом|这个|这段|这里|この|この|ここ|이 ",
        ),
    ),
    (
        "generic",
        _any(
            r"\b(?:tips|advice|suggestions) (?:for|on|about)\b|\bany good\b|\bhow (?:tall|old|big|far|deep|heavy|many miles|many people)\b|\bwhat would you (?:choose|pick|recommend)\b|\bwhy (?:do|are|is) (?:people|everyone|everybody|developers|programmers)\b|\bwhen was\b|\bconvert \d+\b|\b(?:better|faster|best) (?:for|than)\b|\bshould i (?:learn|use|study|start|become|choose|pick|prepare)\b|\bprepare for\b",
            r"\b(?:theorem|paradigm|design pattern|principle|best practice|rule of thumb|from scratch|for beginners?|in computer science|in (?:theory|practice))s?\b",
            r"\bin general\b|\bgenerally\b|\bin (?:python|java|javascript|js|typescript|rust|go|golang|c\+\+|c#|sql|bash|haskell|kotlin|swift|ruby|php|react|django|git|docker|css|html|programming|software)\b(?! (?:file|files|code|module|test))|\b(?:what|whats|what's|who|when) (?:is|are|was|were|'s)?\s*(?:a|an)\b|\bbest (?:language|framework|library|practice|practices|way to learn|book|books|editor|ide)\b|\b(?:versus|vs\.?)\b|\bdifference between\b|\bpros and cons\b|\brecommend\b|\b(?:learn|learning) (?:to )?(?:code|program|python|rust|go|java\w*)\b|\bwhich (?:is|language|framework|one is) (?:better|faster|best)\b|\b(?:is|are) \w+ (?:better|faster|slower|worse|dead|worth)\b|\btypical(?:ly)?\b|\busually\b|\bconcept\b|\btell me about\b|\bstand(?:s)? for\b|\bwho invented\b",
            r"unterschied zwischen|différence entre|diferencia entre|diferença entre|differenza tra|verschil tussen|różnica między|arasındaki fark|perbedaan antara|skillnaden mellan|чем отлича|разница между|的区别|有什么区别|有什么不同|哪个更|哪个好|の違い|どちらが|차이|어느 것이 더|ما الفرق|में क्या अंतर|better first|for beginners?",
        ),
    ),
    (
        "you",
        _any(
            r"\buse you\b|\bdo you (?!want|think (?:this|the|it)|see|happen|mean|find|spot)\w+\b(?!.{0,40}\b(?:where|file|code|function|why|how)\b)|\bhow do you work\b|\b(?:can|could) (?:you|u) (?:speak|play|sing|dance|feel|see me|hear|think|help(?: me)?\W*$|do\W*$|understand \w+\W*$)|\b(?:which|what) languages (?:can|do) you\b",
            r"\b(?:who|what) (?:are|r) (?:you|u)\b|\b(?:are|r) (?:you|u) (?:a|an|human|real|there|ok|okay|alive|sure|able|local|online|sentient|smart|chatgpt|claude|awake|still)\b|\bhow are (?:you|things)\b|\bhow(?:'s| is) it going\b|\bhow (?:do|can) (?:i|we) (?:use|quit|exit|talk to|configure) (?:you|this (?:tool|thing|assistant)|the agent)\b|\bwhat can (?:you|u|this (?:tool|thing)|i ask you)\b|\bwhat (?:do|can) you (?:do|know|think|like|support|help)\b|\bwhat(?:'s| is) your\b|\b(?:what|which) (?:llm|model|ai|version)\b|\bdo you (?:like|know|have|remember|speak|understand|support|think|ever|send|store|feel|want|dream|love)\b|\byour (?:name|favou?rite|opinion|model|context|training|purpose|creator|maker|day|weekend|limits?|capabilities)\b|\bwho (?:made|built|created|wrote|trained) (?:you|u|this tool)\b|\bhelp me out\b|\bare you there\b",
            r"\bwer bist du\b|\bwas kannst du\b|\bwie geht(?:'s| es)\b|\bqui es-tu\b|\bça va\b|\bque peux-tu faire\b|\bcomment vas-tu\b|\bquién eres\b|\bqué puedes hacer\b|\bcómo estás\b|\bqué tal\b|\bquem é você\b|\btudo bem\b|\bo que você (?:pode|sabe)\b|\bchi sei\b|\bcome stai\b|\bcosa (?:puoi|sai) fare\b|\bkim ?sin\b|\bnasılsın\b|\bne yapabilirsin\b|\bapa kabar\b|\bsiapa kamu\b|\bkim jesteś\b|\bco potrafisz\b|\bwie ben je\b|кто ты|как дела|что ты умеешь|你是谁|你好吗|你能做什么|你会什么|あなたは誰|何ができ|元気|너는 누구|뭐 할 수|잘 지내|من أنت|كيف حالك|आप कौन|कैसे हो|kaise ho|tum kaun",
        ),
    ),
    (
        "smalltalk",
        _any(
            r"\b(?:cheers|brilliant|genius|sorry about that|going to bed|bye|splendid|my bad|no worries|got it|makes sense|fair enough|i see|understood|gotcha|you rock|appreciate it|much appreciated)\W*$",
            r"^\W*(?:he+l+o+w?|hi+|he+y+a*|yo+|sup)\b[^a-z]*$|^\W*(?:how's|how is) (?:it|everything|life)|\byou suck\b|\b(?:ok|okay) cool\b|\binteresting\W*$|\btell me something\b",
            r"\b(?:joke|weather|weekend|haha+|hehe+|lol|lmao|rofl|good (?:morning|night|evening|afternoon|job|bot|work|boy|day)|well done|nice (?:work|job|one|to meet)|great (?:work|job|stuff)|awesome|amazing|love (?:it|you)|you(?:'re| are|r)? (?:the best|great|awesome|amazing|a star|a lifesaver|funny|smart|welcome|wonderful)|bye|goodbye|see (?:you|ya)|cheers|congrat\w*|happy (?:birthday|new year|friday)|merry|coffee|lunch|dinner|tired|bored|poem|haiku|song|movie|football|story|sing|meaning of life|how old|favou?rite|capital of|president|recipe|that(?:'s| is) (?:great|awesome|all|it for (?:today|now)|perfect|amazing|nice|cool|enough)|works (?:great|now|perfectly|like a charm)|have a (?:good|nice|great)|what time|what day|i'?m (?:back|done|tired|bored|happy|sad)|just kidding|never ?mind)\b",
            r"\b(?:witz|wetter|schönen|tschüss|blague|météo|bonne (?:journée|nuit|soirée)|au revoir|chiste|buen(?:os|as) (?:días|tardes|noches)|adiós|piada|bom dia|boa (?:tarde|noite)|tchau|barzelletta|buon(?:giorno|asera|anotte)|arrivederci|günaydın|iyi (?:günler|geceler)|şaka|selamat (?:pagi|siang|malam)|dzień dobry|dobranoc|żart|goedemorgen|доброе утро|добрый (?:день|вечер)|анекдот|шутк|пока)\b|天气|笑话|早上好|晚安|再见|天気|冗談|おはよう|おやすみ|날씨|농담|सुप्रभात|چطور|صباح",
        ),
    ),
    (
        "vague",
        _any(
            r"^\W*(?:wait|some of (?:those|these|them)|idk(?: man)?|ffs|erm|pls|please|dunno|ugh|meh|argh|the \w+ thing|not that|this one|that one|those ones)\W*$",
            r"^\W*(?:you know what i mean|i need (?:something|help)|i want (?:something|it)|do something|same (?:as before|thing|again)|that(?: one)?|the other(?: one)?|something|anything|so basically|what now|now what|it does(?:n't|nt)|fix|the thing|this thing|that thing|you there|err+|like before|as usual|do stuff|help(?: me)?(?: please| pls)?|thoughts|(?:can|could|will|would) you|a|an|the|of|to|for|with|in|on|at|ok but .{0,20}|hmm.{0,12}|blah.*|(?:foo|bar|baz|qux|test|lorem|ipsum|bla)(?: (?:foo|bar|baz|qux|test|lorem|ipsum|bla))*)\W*$",
            r"^\W*(?:it|this|that|these|those|them|thing|stuff|things|something|anything|do(?: (?:it|that|this|something|the thing|stuff|your thing|whatever))?|the thing|help|hm+|um+|uh+|huh|eh|er+|idk|dunno|not sure|maybe|whatever|well|so|ok so|wait|hold on|what|wat|wut|eh+|go|more|again|next|continue|please|pls|can you|could you|the other one|same|same thing|you know|nothing|null|none|undefined|todo|tbd|code|file|files|program|test123|foo|bar|asdf|and|but|or|because|if|i|me|we|you|make it|the usual|please do|do the needful|hello\?+)\W*$",
            r"^\W*(?:es|das|hm+|äh|ça|cela|esto|eso|isso|isto|questo|quello|это|то|это самое|ну|这个|那个|嗯+|それ|これ|あれ|うーん|えっと|그거|이거|음+|bu|şu|şey|ini|itu)\W*$|^\W*(?:improve|better|change|make|put|use|handle)\W*$",
        ),
    ),
    (
        "review",
        _any(
            r"\b(?:not sure|no idea|no clue|unsure|puzzled|wondering|don't know|can't tell|unclear to me)\b(?: \w+){0,2} (?:what|why|how)\b|\b(?:need|want|like|give me|write me|write up|provide|prepare|short|brief|quick|paragraph) (?:a |an |the |your |some )?(?:[\w-]+ ){0,2}(?:summary|overview|explanation|description of how|rundown|breakdown|walkthrough|walk-through|opinion|analysis|tour|introduction|recap)\b|\bmeaning\b|\bconcerns? (?:about|with)\b",
            r"\b(?:review|code review|thoughts|opinion|feedback|critique|what do you think|sanity check|double[- ]check|look (?:over|at|through|into)|take a look|have a look|audit|inspect|assess|any (?:bugs?|issues?|problems?)|spot any|see any|anything wrong|security (?:issues|holes|review)|smells?|walk (?:me|us) through|break (?:it|this|that) down|eli5|run me through|talk me through|tl;?dr|give me (?:an? )?(?:overview|summary|rundown|gist)|overview|gist|understand|don'?t get|not following|confus\w+|lost here|make sense of|help me (?:understand|see|grok)|figure out|get my head around|grok|meaning of|purpose of|reason for|intuition|rationale)\b",
            r"\b(?:verstehe (?:ich )?nicht|verstehe ich|überblick|ne comprends pas|comprendre|vue d'ensemble|no entiendo|entender|visión general|não entendo|não entendi|visão geral|non capisco|panoramica|anlamadım|nie rozumiem)\b|не понимаю|обзор|проверь код|看不懂|不明白|审查|代码评审|レビュー|わからない|分からない|모르겠|리뷰|이해",
        ),
    ),
    (
        "revert",
        _any(
            r"\b(?:undo|revert|roll ?back|rollback|put (?:it|that|this|things) back|back out|go back to (?:the )?(?:previous|before|old|original)|restore (?:it|that|the (?:old|previous|original))|take (?:it|that) back|rückgängig|annule\w*|reviens en arrière|deshaz\w*|deshacer|desfa[çz]\w*|desfazer|annulla\w*|geri al\w*|cofnij|ongedaan|batalkan)\b|отмени|откати|верни|撤销|回退|还原|恢复|元に戻|取り消|되돌|취소해"
        ),
    ),
)
