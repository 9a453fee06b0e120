"""Which language a file is in: by its name, its extension, its `#!` line, and for shared extensions by its content."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Literal

Check = Literal[
    "tree", "soft", "brackets", "clean", "python", "json", "jsonc", "json5", "jsonl", "toml", "yaml", "xml", "notebook",
    "html", "component", "markdown",
]  # fmt: skip


@dataclass(frozen=True)
class Language:
    """One language, how its files are recognised, and how the gate checks them."""

    name: str
    """The name that people read: `python`, `typescript`, `docker`."""
    grammar: str
    """The tree-sitter grammar in the language pack; empty when only a parser of our own or the library's is used."""
    check: Check = "tree"
    """How far the grammar is trusted, or which real parser is asked.

    `tree`: no new error in the syntax tree. `soft`: the same where the text had none, since the grammar lags behind
    the language (or macros stand in for syntax); elsewhere as in `brackets`: only a bracket or a quote that is left
    open, or is one too many, counts. `clean`: as `brackets`, and only where the text had no error at all."""
    extensions: tuple[str, ...] = ()
    filenames: tuple[str, ...] = ()
    interpreters: tuple[str, ...] = ()
    """Programs of a `#!` line, without version digits."""
    alternatives: tuple[str, ...] = ()
    """Other grammars that the same extension is used for: a text that one of them accepts is accepted."""


def _lang(
    name: str,
    extensions: str = "",
    *,
    grammar: str | None = None,
    check: Check = "tree",
    filenames: str = "",
    interpreters: str = "",
    alternatives: str = "",
) -> Language:
    return Language(
        name=name,
        grammar=name if grammar is None else grammar,
        check=check,
        extensions=tuple(extensions.split()),
        filenames=tuple(filenames.split()),
        interpreters=tuple(interpreters.split()),
        alternatives=tuple(alternatives.split()),
    )


LANGUAGES: tuple[Language, ...] = (
    # Languages and formats with a real parser at hand.
    _lang("python", "py pyi pyw", check="python", filenames="SConstruct SConscript wscript", interpreters="python pypy uv"),
    _lang("notebook", "ipynb", grammar="json", check="notebook"),
    _lang("json", "json geojson webmanifest avsc topojson har gltf", check="json",
          filenames="composer.lock flake.lock Pipfile.lock .prettierrc .watchmanconfig"),
    _lang("jsonc", "jsonc code-workspace code-snippets sublime-settings sublime-project hujson", grammar="json", check="jsonc",
          filenames=".babelrc .eslintrc .jshintrc .jscsrc .swcrc .hintrc bun.lock tslint.json deno.json turbo.json nx.json "
                    "devcontainer.json .devcontainer.json api-extractor.json .eslintrc.json .oxlintrc.json .luarc.json wrangler.json"),
    _lang("json5", "json5", grammar="javascript", check="json5"),
    _lang("jsonl", "jsonl ndjson", grammar="json", check="jsonl"),
    _lang("toml", "toml", check="toml", filenames="Pipfile Cargo.lock poetry.lock uv.lock pdm.lock"),
    _lang("yaml", "yaml yml", check="yaml", filenames=".clang-format .clang-tidy .yamllint CITATION.cff"),
    _lang("xml", "xml xsd xsl xslt svg plist csproj vbproj fsproj vcxproj props targets resx xaml pom wsdl rss atom "
          "storyboard xib kml gpx iml fxml nuspec ui qrc xlf xliff dae", check="xml"),
    # Files that carry other languages.
    _lang("html", "html htm xhtml", check="html"),
    _lang("vue", "vue", check="component"),
    _lang("svelte", "svelte", check="component"),
    _lang("markdown", "md markdown mdown mkd", check="markdown"),
    # Programming languages, by tree.
    _lang("javascript", "js mjs cjs jsx es6", filenames="Jakefile", interpreters="node nodejs bun"),
    _lang("typescript", "ts mts cts", interpreters="deno ts-node tsx", alternatives="tsx"),
    _lang("tsx", "tsx"),
    _lang("go", "go"),
    _lang("rust", "rs"),
    _lang("java", "java"),
    _lang("c", "c", check="soft", alternatives="cpp"),
    _lang("cpp", "cpp cc cxx c++ hpp hh hxx h++ ipp tpp inl ino", check="soft", alternatives="cuda"),
    _lang("cuda", "cu cuh", check="soft", alternatives="cpp"),
    _lang("objc", "mm", check="soft", alternatives="cpp"),
    _lang("csharp", "cs csx"),
    _lang("ruby", "rb rake gemspec ru jbuilder rbi podspec thor",
          filenames="Gemfile Rakefile Vagrantfile Podfile Guardfile Fastfile Brewfile Capfile Berksfile config.ru", interpreters="ruby jruby rake"),
    _lang("php", "php phtml php5 php7 phpt", interpreters="php"),
    _lang("kotlin", "kt kts", check="soft"),
    _lang("swift", "swift", check="soft", interpreters="swift"),
    _lang("scala", "scala sbt sc", check="soft", interpreters="scala"),
    _lang("groovy", "groovy gradle gvy", check="brackets", filenames="Jenkinsfile", interpreters="groovy"),
    _lang("lua", "lua rockspec", interpreters="lua luajit", alternatives="luau"),
    _lang("luau", "luau"),
    _lang("bash", "sh bash ksh bats ebuild", interpreters="sh bash dash ksh",
          filenames=".bashrc .bash_profile .profile .bash_aliases PKGBUILD APKBUILD"),
    _lang("fish", "fish", check="soft", interpreters="fish"),
    _lang("powershell", "ps1 psm1 psd1", interpreters="pwsh powershell", check="brackets"),
    _lang("perl", "pl pm t", check="clean", interpreters="perl"),
    _lang("r", "r", interpreters="Rscript r"),
    _lang("julia", "jl", interpreters="julia"),
    _lang("elixir", "ex exs", interpreters="elixir"),
    _lang("erlang", "erl hrl", check="brackets", filenames="rebar.config", interpreters="escript"),
    _lang("haskell", "hs", check="brackets", interpreters="runhaskell stack"),
    _lang("ocaml", "ml", interpreters="ocaml"),
    _lang("ocaml_interface", "mli"),
    _lang("fsharp", "fsx fs", check="brackets"),
    _lang("elm", "elm"),
    _lang("purescript", "purs", check="brackets"),
    _lang("clojure", "clj cljs cljc edn bb", interpreters="bb clojure"),
    _lang("commonlisp", "lisp cl lsp asd", check="brackets", interpreters="sbcl"),
    _lang("elisp", "el", filenames=".emacs Cask"),
    _lang("scheme", "scm ss sld", check="brackets", interpreters="guile"),
    _lang("racket", "rkt", check="brackets", interpreters="racket"),
    _lang("fennel", "fnl"),
    _lang("janet", "janet", check="brackets"),
    _lang("dart", "dart", check="soft", interpreters="dart"),
    _lang("zig", "zig zon", check="soft"),
    _lang("nim", "nim nims", check="brackets"),
    _lang("d", "d di", check="clean"),
    _lang("odin", "odin"),
    _lang("v", "vv vsh", check="brackets"),
    _lang("hare", "ha"),
    _lang("pony", "pony"),
    _lang("haxe", "hx", check="brackets"),
    _lang("gleam", "gleam"),
    _lang("ada", "adb ads", check="clean"),
    _lang("pascal", "pas pp dpr lpr", check="clean"),
    _lang("fortran", "f90 f95 f03 f08", check="clean"),
    _lang("objc_or_matlab", "m", grammar="objc", check="brackets"),
    _lang("actionscript", "as", check="brackets"),
    _lang("apex", "apex trigger", check="brackets"),
    _lang("solidity", "sol"),
    _lang("cairo", "cairo", check="brackets"),
    _lang("gdscript", "gd", check="brackets"),
    _lang("verilog", "v sv svh vh", check="clean"),
    _lang("vhdl", "vhd vhdl", check="clean"),
    _lang("glsl", "glsl vert frag geom comp tesc tese", check="clean"),
    _lang("hlsl", "hlsl fx", check="brackets"),
    _lang("wgsl", "wgsl", check="brackets"),
    _lang("wat", "wat", check="brackets"),
    _lang("tcl", "tcl tm", check="clean", interpreters="tclsh wish expect"),
    _lang("vim", "vim", check="clean", filenames=".vimrc .gvimrc vimrc", interpreters="vim"),
    _lang("sql", "sql ddl dml", check="brackets"),
    # Style, markup, configuration, schemas.
    _lang("css", "css", check="soft"),
    _lang("scss", "scss", check="soft"),
    _lang("graphql", "graphql gql graphqls"),
    _lang("proto", "proto"),
    _lang("thrift", "thrift"),
    _lang("capnp", "capnp"),
    _lang("smithy", "smithy", check="brackets"),
    _lang("prisma", "prisma"),
    _lang("terraform", "tf tfvars"),
    _lang("hcl", "hcl nomad"),
    _lang("bicep", "bicep", check="brackets"),
    _lang("nix", "nix"),
    _lang("jsonnet", "jsonnet libsonnet"),
    _lang("starlark", "bzl star", filenames="BUILD BUILD.bazel WORKSPACE WORKSPACE.bazel MODULE.bazel Tiltfile", alternatives="python"),
    _lang("cmake", "cmake", filenames="CMakeLists.txt"),
    _lang("meson", "meson", filenames="meson.build meson_options.txt meson.options", check="brackets"),
    _lang("make", "mk mak", filenames="Makefile makefile GNUmakefile", check="clean", interpreters="make"),
    _lang("docker", "dockerfile containerfile", grammar="dockerfile", check="brackets", filenames="Dockerfile Containerfile"),
    _lang("rego", "rego", check="brackets"),
    _lang("puppet", "", grammar="puppet", check="clean"),
    _lang("kdl", "kdl", check="brackets"),
    _lang("ron", "ron"),
    _lang("typst", "typ", check="clean"),
    _lang("bibtex", "bib", check="brackets"),
)  # fmt: skip

_BY_NAME = {language.name: language for language in LANGUAGES}
_BY_EXTENSION = {e: language for language in LANGUAGES for e in language.extensions}
_BY_FILENAME = {f: language for language in LANGUAGES for f in language.filenames}
_BY_INTERPRETER = {i: language for language in LANGUAGES for i in language.interpreters}

_TEMPLATE_EXTENSIONS = frozenset(
    [
        "j2",
        "jinja",
        "jinja2",
        "tmpl",
        "tpl",
        "erb",
        "ejs",
        "hbs",
        "handlebars",
        "mustache",
        "njk",
        "liquid",
        "in",
        "mako",
        "twig",
        "gohtml",
        "gotmpl",
        "eex",
        "heex",
        "leex",
        "haml",
        "slim",
        "pug",
        "jade",
        "cshtml",
        "razor",
        "jsp",
        "asp",
        "aspx",
        "ftl",
        "vm",
        "template",
    ]
)
_CPP_SIGNS = re.compile(
    rb"^\s*(?:class\s+\w|namespace\b|template\s*<|using\s+\w|public:|private:|protected:|#include\s*<\w+>\s*$)|\w::\w|"
    rb"\bstd::|\bconstexpr\b|\bnullptr\b|\boperator\b\s*\W|\bvirtual\b|extern \"C\+\+\"",
    re.MULTILINE,
)
_OBJC_SIGNS = re.compile(rb"^\s*(?:@interface|@protocol|@implementation|@class|@end|@import|#import)\b", re.MULTILINE)
_INTERPRETER = re.compile(rb"^#!\s*(\S+)((?:\s+\S+)*)")


def by_name(name: str) -> Language | None:
    """The language of this name, or of the tag that a Markdown fence or a `lang` attribute gives it (`py`, `c++`)."""
    name = name.strip().lower()
    return _BY_NAME.get(name) or _BY_NAME.get(_TAGS.get(name, "")) or _BY_EXTENSION.get(name)


_TAGS = {
    "py": "python", "python3": "python", "js": "javascript", "node": "javascript", "ts": "typescript",
    "shell": "bash", "sh": "bash", "golang": "go", "c++": "cpp", "cxx": "cpp", "c#": "csharp",
    "cs": "csharp", "rb": "ruby", "rs": "rust", "kt": "kotlin", "yml": "yaml", "dockerfile": "docker",
    "makefile": "make", "hcl": "hcl", "objective-c": "objc", "ps": "powershell", "pwsh": "powershell",
    "jsx": "javascript", "module": "javascript", "text/javascript": "javascript", "babel": "javascript",
    "f#": "fsharp", "lisp": "commonlisp", "emacs-lisp": "elisp", "protobuf": "proto", "gql": "graphql",
}  # fmt: skip


def is_template(path: str) -> bool:
    """The file's text is filled in by a template engine before anything parses it, going by its name."""
    pure = PurePosixPath(path.replace("\\", "/"))
    suffixes = [s.lower().lstrip(".") for s in pure.suffixes]
    if suffixes and suffixes[-1] in _TEMPLATE_EXTENSIONS:
        return True
    return any("{{" in part or "{%" in part for part in pure.parts)


def language_of(path: str, head: bytes = b"") -> Language | None:
    """The language of `path`; `head` is the start of its content (all of it is fine), for `#!` lines and shared extensions.

    None for text without a grammar, for templates and for names that say nothing.
    """
    if is_template(path):
        return None
    pure = PurePosixPath(path.replace("\\", "/"))
    name = pure.name
    found = _special_name(pure)
    if found is None:
        found = _BY_FILENAME.get(name)
    extension = name.rpartition(".")[2] if "." in name.lstrip(".") else ""
    if found is None and extension:
        found = _by_extension(extension, head[:65536])
    if found is not None and found.name == "bash" and b"zsh" in head[:64].split(b"\n")[0]:
        return None  # zsh: the grammar of bash misreads too much of it
    if found is None and (not extension or head.startswith(b"#!")):
        found = _by_shebang(head[:256])
    return found if found is not None and found.grammar else None


@lru_cache(maxsize=512)
def _special_name(pure: PurePosixPath) -> Language | None:
    name = pure.name
    if re.fullmatch(r"[tj]sconfig(\..+)?\.json", name) or (pure.suffix == ".json" and ".vscode" in pure.parts):
        return _BY_NAME["jsonc"]
    if name.startswith(("Dockerfile.", "Containerfile.")):
        return _BY_NAME["docker"]
    if name.startswith("Makefile."):
        return _BY_NAME["make"]
    return None


def _by_extension(extension: str, head: bytes) -> Language | None:
    if extension == "h":
        if _OBJC_SIGNS.search(head):
            return replace(_BY_NAME["objc"], alternatives=("cpp", "c"))
        if _CPP_SIGNS.search(head):
            return replace(_BY_NAME["cpp"], alternatives=("c", "cuda"))
        return _BY_NAME["c"]
    if extension == "m":
        return _BY_NAME["objc"] if _OBJC_SIGNS.search(head) else None
    if extension == "t" and b"perl" not in head and b"use " not in head:
        return None
    if extension == "pl" and re.search(rb"^:-|^\w+\(.*\)\s*:-", head, re.MULTILINE):
        return None  # Prolog
    if extension == "pp" and not re.search(rb"(?i)\b(unit|program|procedure|interface)\b", head):
        return _BY_NAME["puppet"]
    if extension == "v" and not re.search(rb"\bmodule\s+[\w\\]|`timescale|\bendmodule\b", head):
        return _BY_NAME["v"] if re.search(rb"\bfn\s+\w|^module\s+\w+\s*$", head, re.MULTILINE) else None
    if extension == "d" and re.match(rb"[^\n]*:(\s|\\|$)", head):
        return None  # a compiler's dependency file
    if extension == "fs" and re.search(rb"#version|gl_Frag|void\s+main\s*\(", head):
        return _BY_NAME["glsl"]
    if extension == "as" and b"package" not in head and b"class" not in head:
        return None
    if extension in ("ts", "ui", "props", "html", "pom") and head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(
        (b"<?xml", b"<TS")
    ):
        return _BY_NAME["html"] if extension == "html" else _BY_NAME["xml"]
    if (
        extension in ("props", "targets", "ui", "t", "fx", "trigger", "comp")
        and b"<" not in head[:200]
        and extension == "props"
    ):
        return None
    if extension == "js" and b"@flow" in head[:2048]:
        return replace(_BY_NAME["javascript"], alternatives=("tsx", "typescript"))
    return _BY_EXTENSION.get(extension) or _BY_EXTENSION.get(extension.lower())


def _by_shebang(head: bytes) -> Language | None:
    match = _INTERPRETER.match(head)
    if match is None:
        return None
    words = [match[1], *match[2].split()]
    if words[0].rpartition(b"/")[2] == b"env":
        words = [w for w in words[1:] if not w.startswith(b"-") and b"=" not in w]
    if not words:
        return None
    program = words[0].rpartition(b"/")[2].decode("utf-8", "replace")
    return _BY_INTERPRETER.get(program) or _BY_INTERPRETER.get(program.rstrip("0123456789.-"))
