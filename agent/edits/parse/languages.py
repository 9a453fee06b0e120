"""What the name after a fence says about the file: which file extensions go with it."""

from __future__ import annotations

import re

_GROUPS: tuple[tuple[str, str], ...] = (
    ("python py python3 py3 pyi cython gyp starlark bazel", "py pyi pyx pxd pyw bzl bazel star wsgi"),
    (
        "javascript js jsx mjs cjs node ecmascript react typescript ts tsx mts cts javascriptreact typescriptreact",
        "js jsx mjs cjs ts tsx mts cts es6 vue svelte",
    ),
    (
        "json jsonc json5 jsonl",
        "json jsonc json5 jsonl ipynb webmanifest map geojson code-workspace babelrc eslintrc prettierrc",
    ),
    (
        "html htm xhtml jinja jinja2 django handlebars hbs ejs erb htmldjango",
        "html htm xhtml jinja jinja2 j2 hbs ejs erb tmpl tpl vue svelte njk",
    ),
    ("xml svg xsd xslt plist", "xml svg xsd xsl xslt plist csproj props targets pom xaml resx html"),
    ("css scss sass less postcss", "css scss sass less pcss"),
    ("c h", "c h"),
    ("cpp c++ cxx cc hpp cuda arduino", "cpp cc cxx c++ hpp hh hxx h ipp inl tpp cu cuh ino"),
    ("csharp cs c#", "cs csx"),
    ("java", "java"),
    ("kotlin kt kts", "kt kts"),
    ("groovy gradle", "groovy gradle"),
    ("go golang", "go"),
    ("gomod go-mod gosum", "mod sum"),
    ("rust rs", "rs"),
    ("ruby rb", "rb rake gemspec ru"),
    ("php", "php phtml"),
    ("swift", "swift"),
    ("scala sbt", "scala sc sbt"),
    ("dart", "dart"),
    ("lua", "lua"),
    ("perl pl", "pl pm t"),
    ("r", "r rmd"),
    ("julia jl", "jl"),
    ("haskell hs", "hs lhs"),
    ("ocaml ml", "ml mli"),
    ("fsharp f#", "fs fsx fsi"),
    ("elixir ex", "ex exs eex heex leex"),
    ("erlang erl", "erl hrl"),
    ("clojure clj edn", "clj cljs cljc edn"),
    ("lisp commonlisp elisp emacs-lisp scheme racket", "lisp lsp cl el scm ss rkt"),
    ("zig", "zig"),
    ("nim", "nim nims"),
    ("vue", "vue"),
    ("svelte", "svelte"),
    ("bash sh shell zsh fish ksh shellscript", "sh bash zsh fish ksh bats envrc profile bashrc zshrc"),
    ("powershell ps1 pwsh", "ps1 psm1 psd1"),
    ("bat batch cmd dos", "bat cmd"),
    ("yaml yml", "yaml yml"),
    ("toml", "toml lock"),
    (
        "ini cfg conf properties dosini editorconfig",
        "ini cfg conf properties editorconfig gitconfig toml env service desktop",
    ),
    ("sql mysql postgresql postgres sqlite plsql tsql", "sql ddl dml"),
    ("markdown md mdx rst restructuredtext", "md markdown mdx rst qmd"),
    ("dockerfile docker containerfile", "dockerfile containerfile"),
    ("makefile make mk", "mk mak makefile"),
    ("cmake", "cmake txt"),
    ("graphql gql", "graphql gql graphqls"),
    ("protobuf proto", "proto"),
    ("terraform hcl tf", "tf tfvars hcl"),
    ("nix", "nix"),
    ("latex tex", "tex sty cls bib ltx"),
    ("vim viml vimscript", "vim vimrc"),
    ("asm assembly nasm", "asm s"),
    ("fortran f90", "f f90 f95 f03 for"),
    ("pascal delphi", "pas pp dpr"),
    ("solidity sol", "sol"),
    ("verilog systemverilog vhdl", "v sv svh vh vhd vhdl"),
    ("matlab octave", "m"),
    ("objectivec objective-c objc", "m mm h"),
    ("csv tsv", "csv tsv"),
    ("wgsl glsl hlsl", "wgsl glsl vert frag hlsl"),
    ("prisma", "prisma"),
    ("astro", "astro"),
    ("starlark", "bzl star"),
    ("robotframework robot", "robot resource"),
    ("gherkin cucumber feature", "feature"),
)

_EXTENSIONS: dict[str, frozenset[str]] = {}
for _names, _extensions in _GROUPS:
    for _name in _names.split():
        _EXTENSIONS[_name] = _EXTENSIONS.get(_name, frozenset()) | frozenset(_extensions.split())

KNOWN_EXTENSIONS: frozenset[str] = frozenset().union(*_EXTENSIONS.values()) | frozenset(
    [
        "txt",
        "log",
        "lock",
        "gitignore",
        "gitattributes",
        "dockerignore",
        "npmrc",
        "env",
        "example",
        "sample",
        "in",
        "am",
        "ac",
        "po",
        "pot",
        "pro",
        "adoc",
        "asciidoc",
        "org",
        "rtf",
        "wat",
        "gd",
        "tscn",
        "cfg",
        "d",
        "di",
        "cr",
        "e",
        "hx",
        "purs",
        "elm",
        "sml",
        "rego",
        "jsonnet",
        "libsonnet",
        "cue",
        "dhall",
        "http",
        "rest",
        "vb",
        "bas",
        "cob",
        "cbl",
        "ada",
        "adb",
        "ads",
        "tcl",
        "awk",
        "sed",
        "diff",
        "patch",
        "service",
        "timer",
        "template",
        "dist",
        "spec",
        "cabal",
        "nimble",
        "toc",
        "htaccess",
        "pylintrc",
        "flake8",
        "coveragerc",
    ]
)
"""Extensions that make a bare word look like a file name."""

BARE_NAMES: frozenset[str] = frozenset(
    [
        "dockerfile",
        "makefile",
        "gnumakefile",
        "rakefile",
        "gemfile",
        "procfile",
        "vagrantfile",
        "jenkinsfile",
        "brewfile",
        "podfile",
        "justfile",
        "containerfile",
        "caddyfile",
        "tiltfile",
        "license",
        "licence",
        "readme",
        "changelog",
        "copying",
        "notice",
        "authors",
        "contributing",
        "codeowners",
        "build",
        "workspace",
        "cmakelists.txt",
        "go.mod",
        "go.sum",
        "pipfile",
        "todo",
        "version",
        "manifest",
    ]
)
"""Files without an extension that everybody knows, in lower case."""

NEVER_FILES: frozenset[str] = frozenset(
    [
        "node.js",
        "next.js",
        "vue.js",
        "react.js",
        "nuxt.js",
        "express.js",
        "three.js",
        "d3.js",
        "chart.js",
        "backbone.js",
        "ember.js",
        "angular.js",
        "nest.js",
        "asp.net",
        "vb.net",
        "p5.js",
        "alpine.js",
        "solid.js",
        "moment.js",
        "socket.io",
    ]
)
"""Names of products that look like files, in lower case."""

TRANSCRIPTS: frozenset[str] = frozenset(
    [
        "console",
        "shell-session",
        "sh-session",
        "bash-session",
        "pycon",
        "output",
        "out",
        "log",
        "logs",
        "terminal",
        "session",
        "stdout",
        "stderr",
        "traceback",
        "pytb",
        "mermaid",
        "plantuml",
        "dot",
        "math",
        "tex-math",
        "ascii",
        "tree",
        "result",
        "results",
        "error",
    ]
)
"""Fence names whose content is something to look at, never a file."""

SHELLS: frozenset[str] = frozenset(
    [
        "bash",
        "sh",
        "shell",
        "zsh",
        "fish",
        "ksh",
        "powershell",
        "ps1",
        "pwsh",
        "bat",
        "batch",
        "cmd",
        "dos",
        "shellscript",
    ]
)
"""Fence names that hold commands to run, unless a shell script was named."""

PLAIN: frozenset[str] = frozenset({"", "text", "txt", "plaintext", "plain", "code", "file", "none", "raw", "unknown"})
"""Fence names that say nothing about the language."""


def extension_of(path: str) -> str:
    """The last extension in lower case, without the dot; the whole name for `Makefile` and dot files."""
    name = re.split(r"[/\\]", path)[-1].lower()
    if "." not in name:
        return name
    return name.rsplit(".", 1)[1]


def language_fits(language: str, path: str) -> bool:
    """Whether a fence with this name may hold the content of this file."""
    language = language.lower()
    if language in PLAIN:
        return True
    extension = extension_of(path)
    if language in TRANSCRIPTS:
        return language == extension
    expected = _EXTENSIONS.get(language)
    if expected is None or extension not in KNOWN_EXTENSIONS:
        # An unknown pair: the name of a language nobody listed, or a file without a telling extension.
        return language not in SHELLS or extension not in KNOWN_EXTENSIONS
    return extension in expected or extension == language or extension in _LOOSE


_LOOSE: frozenset[str] = frozenset({"txt", "in", "example", "sample", "template", "dist", "tmpl", "tpl", "j2"})


def is_language(word: str) -> bool:
    """Whether a word after a fence is the name of a language (and so not a path)."""
    word = word.lower()
    return word in _EXTENSIONS or word in PLAIN or word in TRANSCRIPTS or word in SHELLS or word in ("diff", "patch")
