# ruff: noqa: E501 (tables of words, as wide as they read best)
"""The words of a search request that are phrasing and not content, in several languages, and patterns for set ideas."""

from __future__ import annotations

import re


def _words(text: str) -> list[str]:
    return text.split()


_ENGLISH = _words("""
a an the this that these those it its is are was were be been being am do does did done doing has have had having can could
would should will shall may might must i me my mine we us our you your he she they them their who whom whose which what
where when why how here there and or but nor if then than so as at by for from in into of off on onto out over to up
with within without about across after all also any anywhere around because before below between both each either every
everywhere few further just more most much no not now once only other own same some somewhere such too under until very
via while again please pls thanks thank hi hello hey ok okay kindly
""")

_ENGLISH_ASKING = _words("""
find found finding search searching look looking lookup locate located show showing shown list listing give tell get see
grep display print want need like know help let lets point me where's what's who's whats wheres let's i'd i'm we're
place places part parts spot spots bit piece line lines thing things stuff area location locations section
code codebase source sources project repo repository app application program tree workspace
happen happens happening happened live lives living reside resides come comes go goes going exist exists sit sits
currently actually exactly responsible handled actual related relevant involved contain contains containing
every single entire whole kind sort logic functionality feature mechanism
""")

_OTHER = _words("""
où ou est sont le la les un une des du de dans sur pour par avec qui que quoi quel quelle quels quelles comment cherche
chercher cherchez trouve trouver trouvez montre montrer montre-moi moi affiche liste localise se fait code fichier fichiers
tous toutes tout toute l d s qu j il elle nous vous je on ce cette ces et projet ici s'il plaît appelle appelé
wo ist sind der die das den dem des ein eine einen einem eines einer im in am an auf aus bei mit nach von vor zu zum zur
und oder wer was welche welcher welches wie finde finden such suche suchen zeig zeige zeigen mir alle alles wird werden
stelle stellen datei dateien es gibt bitte ich wir hier ihr sie er projekt steht
dónde donde está esta están el los las unos unas del al en y o que quién quien cuál cual cuáles cómo como busca buscar
encuentra encontrar muéstrame muestra mostrar lista dame todos todas todo se hace archivo archivos código codigo para por
con sin me mi proyecto favor
onde fica está estão o os as um uma uns umas do da dos das no na nos nas em e é quem qual quais busque procure procurar
encontre encontrar mostre mostra listar arquivo arquivos ficheiro ficheiros todos todas feito feita para com por favor
dove è sono il lo gli i un uno di del della dello dei degli delle nel nella nello e chi cosa quale quali trova trovare
cerca cercare mostra mostrami elenca tutti tutte tutto viene file codice per con si progetto
waar is zijn de het een van in op en wie wat welke zoek vind toon alle wordt worden bestand bestanden naar ons
где находится найди найти покажи показать поиск ищи в на и из для кто что как какой какие все всё это файл файлы файле
код коде мне пожалуйста проект проекте место
gdzie jest są znajdź szukaj pokaż w na z i kto co jak który które wszystkie plik pliki kod
nerede hangi bul göster ara ve bir bu tüm dosya dosyalar kod
""")

CORE_STOP_WORDS = frozenset(_ENGLISH)
"""English words that are never what is looked for."""

STOP_WORDS = CORE_STOP_WORDS | frozenset(_ENGLISH_ASKING + _OTHER)
"""Also the words of asking, and the small words of other languages (some of which are names in code: `os`, `list`)."""

DEFINITION_WORDS = re.compile(
    r"\b(?:defin\w*|declar\w*|implement\w*|signature|"
    r"défini\w*|déclar\w*|implément\w*|definiert|deklariert|implementiert|defin\w*|declarad\w*|implementad\w*|definit\w*)\b"
    r"|определ\w*|объявл\w*|реализ\w*|zdefiniowan\w*|tanıml\w*|定义|定義|宣言|声明|实现|実装|정의|구현",
    re.IGNORECASE,
)

USAGE_WORDS = re.compile(
    r"\b(?:usages?|uses|use(?=\s+of)|used|using|users?\s+of|callers?|calls|called|calling|"
    r"call\s*sites?|(?<=we\s)call|(?<=they\s)call|"
    r"references?|referenced|invok\w*|invocations?|depends?\s+on|dependen\w+\s+on|occurrences?|mentions?|consumers?|"
    r"utilis\w*|appel\w*|usages|verwend\w*|benutz\w*|aufruf\w*|aufgerufen|ruft|nutzt|usa\w*|utiliz\w*|llama\w*|referencias?|"
    r"chama\w*|usad\w*|usat\w*|chiama\w*|riferiment\w*|gebruik\w*|aangeroepen|używa\w*|wywoł\w*|kullan\w*|çağ[ıi]r\w*)\b"
    r"|использ\w*|вызыва\w*|вызов\w*|调用|使用|引用|用到|呼び出\w*|使われ\w*|使って\w*|参照|사용|호출|참조",
    re.IGNORECASE,
)

FILE_WORDS = re.compile(
    r"\b(?:which|what)\s+(?:\w+\s+)?files?\b|"
    r"\b(?:list|find|show|get|name|display)\s+(?:me\s+)?(?:(?:all|every|any)\s+)?(?:of\s+)?(?:the\s+|our\s+|my\s+)?(?:\w+\s+)?files?\b|"
    r"\b(?:all|every)\s+(?:the\s+)?(?:\w+\s+)?files?\b|^\s*(?:\w+\s+)?files?\b|\bfilenames?\b|"
    r"\b(?:quels?|liste)\b.{0,20}\bfichiers?\b|\bwelche\b.{0,20}\bdatei(?:en)?\b|\bqué archivos\b|\bquais arquivos\b|"
    r"哪些文件|哪个文件|どのファイル",
    re.IGNORECASE,
)

KIND_WORDS: dict[str, frozenset[str]] = {
    word: kinds
    for said, kinds in (
        ("function functions func fn fonction fonctions funktion funktionen función funcion função funcao funzione functie "
         "функция функции функцию funkcja fonksiyon method methods méthode methode método metodo метод metoda subroutine",
         frozenset({"function", "method"})),
        ("class classes classe klasse klassen clase clases класс класса klasa sınıf", frozenset({"class", "struct"})),
        ("struct structs record", frozenset({"struct", "class"})),
        ("interface interfaces protocol trait traits", frozenset({"interface", "trait"})),
        ("enum enums enumeration", frozenset({"enum"})),
        ("constant constants const constante konstante константа", frozenset({"constant", "variable"})),
        ("variable variables global globals", frozenset({"variable", "constant", "field"})),
        ("macro macros", frozenset({"macro"})),
    )
    for word in said.split()
}  # fmt: skip
"""The word for a kind of definition → the symbol kinds it means."""

OFTEN_PLAIN = frozenset(
    _words("variable variables constant constants record protocol global globals macro macros method methods")
)
"""Words for kinds that are as often part of what is looked for (`environment variables`, `the wire protocol`)."""

IDLE_VERBS = frozenset(
    ("used", "uses", "using", "read", "reads", "defined", "set", "accessed", "left", "remaining", "printed", "made", "open", "outstanding",
     "comment", "comments", "written", "needed", "called", "documented", "configured", "registered", "declared")
)  # fmt: skip
"""Verbs that add nothing to an idea (`which environment variables are read`)."""

PHRASING = re.compile(
    "在哪里|在哪儿|在哪|哪里|哪儿|在什么地方|请|帮我|帮忙|找到|查找|搜索|寻找|显示|列出|找出|找|所有的|所有|全部|代码|文件|"
    "哪些|哪个|是|的|被|了|中|里|吗|和|"
    "どこで|どこに|どこ|探して|検索して|検索|見つけて|見せて|教えて|一覧|すべての|すべて|全ての|全て|ください|されて|している|"
    "いる箇所|いますか|いるか|ありますか|箇所|場所|ファイル|コード|呼び出して|定義|いる|ある|です|ます|を|は|が|に|の|で|か|と|"
    "어디에서|어디서|어디에|어디|찾아줘|찾아|검색|보여줘|모든|파일|코드|있나요|있어|을|를|이|가|은|는|의|에서|에|"
    "函数|方法|类|関数|メソッド|クラス|함수|메서드|클래스|地方|位置|"
    "定义|定義|声明|调用|使用|引用|实现|実装|呼び出し|使われて|参照|정의|호출|사용|참조|？|。|、|，"
)
"""Phrasing in languages that are written without spaces."""

IDEAS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"\b(?:{said})\b", re.IGNORECASE), pattern)
    for said, pattern in (
        (r"todos?|fixmes?|to-dos?|todo comments?", r"\b(?:TODO|FIXME|XXX|HACK)\b"),
        (r"env(?:ironment)?[ -]?var(?:iable)?s?", r"os\.environ|getenv\(|process\.env\b|System\.getenv|ENV\[|env::var|LookupEnv|Getenv"),
        (r"entry ?points?|main functions?", r"__name__\s*==|\bfunc main\(|\bfn main\(|\bint main\(|static void main\("),
        (r"print statements?|console\.?logs?|debug prints?", r"\bprint\(|console\.(?:log|debug)\(|fmt\.Print|println!|System\.out\.print"),
        (r"sql (?:queries|query|statements?)", r"(?i:\bselect\s.+\sfrom\s|\binsert\s+into\s|\bupdate\s\S+\s+set\s|\bdelete\s+from\s)"),
        (r"hard-?coded (?:passwords?|secrets?|credentials?|keys?)|passwords? in (?:the )?code",
         r"""(?i:(?:password|passwd|secret|api_?key|token)\w*["']?\s*[:=]\s*["'][^"']{4,})"""),
        (r"(?:swallowed|silenced|ignored|bare|empty) (?:exceptions?|errors?|excepts?|catch(?:es)?)", r"except\s*:|except\s+\w*Exception\s*:|catch\s*(?:\([^)]*\))?\s*\{\s*\}"),
        (r"(?:hard-?coded )?urls", r"https?://"),
        (r"(?:http |api |rest )?(?:endpoints?|routes?)",
         r"@\w+\.(?:route|get|post|put|patch|delete)\(|\b(?:app|router)\.(?:get|post|put|patch|delete|use)\(|HandleFunc\(|@(?:Get|Post|Put|Delete|Request)Mapping"),
        (r"deprecat(?:ed|ions?)", r"(?i:deprecated)"),
        (r"skipped tests?", r"pytest\.mark\.(?:skip|xfail)|unittest\.skip|\b(?:it|test|describe)\.skip\(|\bxit\(|t\.Skip\(|#\[ignore|@Disabled|@Ignore"),
    )
)  # fmt: skip
"""What people ask for that is a pattern and not a name: said in words → a regular expression of ripgrep's."""

SYNONYMS: tuple[frozenset[str], ...] = tuple(
    frozenset(_words(group))
    for group in (
        "config configuration settings setting preferences options conf",
        "auth authentication authenticate authorize authorization login signin logon credentials",
        "logout signout",
        "delete remove erase drop discard purge unlink del",
        "create make new build construct add insert",
        "update modify change edit alter patch set",
        "fetch get retrieve load read download obtain",
        "save store write persist dump put upload",
        "compute calculate calculation calc evaluate determine",
        "error exception failure fault err",
        "parse parser decode deserialize",
        "serialize encode dump marshal format render",
        "validate validation check verify sanitize",
        "connect connection open dial",
        "database db sql",
        "directory folder dir",
        "message msg",
        "request req",
        "response resp reply answer",
        "argument arg parameter param",
        "function func method callback handler handle",
        "start begin launch run init initialize initialise setup boot",
        "stop end quit exit terminate shutdown close kill",
        "send emit dispatch publish post notify",
        "receive listen subscribe consume",
        "retry retries backoff attempt",
        "cache memoize memo lru",
        "sort order rank",
        "filter select where",
        "test spec",
        "email mail smtp",
        "price cost amount total sum",
        "discount rebate coupon promo",
        "user account member",
        "log logging logger",
        "random rand shuffle",
        "convert transform translate cast map",
        "password passwd pwd",
        "temperature temp",
        "average mean avg",
        "maximum max largest",
        "minimum min smallest",
        "count number num length size",
        "merge combine join concat",
        "split divide chunk partition",
        "timeout deadline expire expiry ttl",
        "schedule scheduler cron timer",
        "thread worker concurrency lock mutex",
        "command cli cmd",
    )
)
"""Words that programmers use for the same thing. A match by synonym counts less than one by the word itself."""
