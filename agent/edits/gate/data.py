"""Data formats by their real parsers: each function gives the first fault, or None for a text that can be read."""

from __future__ import annotations

import json
import re
import xml.parsers.expat

from agent.edits.gate.fault import Fault, decode

_STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING_COMMA = re.compile(r'"(?:\\.|[^"\\\n])*"|,(?=\s*[}\]])', re.DOTALL)


def json_fault(text: bytes) -> Fault | None:
    """By the standard library's parser."""
    return _json(decode(text))


def _json(text: str) -> Fault | None:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return Fault(error.lineno, error.colno, _json_words(text, error))
    except RecursionError:
        return None
    return None


def _json_words(text: str, error: json.JSONDecodeError) -> str:
    if error.pos >= len(text.rstrip()):
        return "the text ends before the value does: a bracket or a quote is not closed" if text.strip() else "no value"
    message = error.msg[0].lower() + error.msg[1:]
    if error.msg == "Expecting ',' delimiter":
        return "a comma is missing, or a bracket is not closed"
    if error.msg.startswith("Expecting property name"):
        return f"a key in double quotes is needed here, not {text[error.pos]!r} (a comma before it too many?)"
    return message


def jsonc_fault(text: bytes) -> Fault | None:
    """JSON with comments and trailing commas: both are blanked out, so that positions stay."""
    plain = _STRING_OR_COMMENT.sub(lambda m: m[0] if m[0][0] == '"' else re.sub(r"[^\n]", " ", m[0]), decode(text))
    plain = _TRAILING_COMMA.sub(lambda m: " " if m[0] == "," else m[0], plain)
    return _json(plain) if plain.strip() else None


def jsonl_fault(text: bytes) -> Fault | None:
    """One JSON value a line; empty lines are left out."""
    for number, line in enumerate(decode(text).split("\n"), 1):
        if line.strip():
            fault = _json(line)
            if fault is not None:
                return Fault(number, fault.column, fault.message)
    return None


def toml_fault(text: bytes) -> Fault | None:
    """By the standard library where it has a parser (3.11), else by tomlkit, which is stricter about nothing here."""
    source = decode(text).replace("\r\n", "\n")
    try:
        import tomllib  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return _tomlkit_fault(source)
    try:
        tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = re.search(r"\(at line (\d+), column (\d+)\)", message)
        line, column = (int(place[1]), int(place[2])) if place else (source.count("\n") + 1, 1)
        words = re.sub(r"\s*\(at .*\)$", "", message)
        return Fault(line, column, words[0].lower() + words[1:])
    except RecursionError:
        return None
    return None


def _tomlkit_fault(source: str) -> Fault | None:
    import tomlkit
    from tomlkit.exceptions import ParseError, TOMLKitError

    try:
        tomlkit.parse(source)
    except ParseError as error:
        return Fault(error.line, error.col + 1, re.sub(r"\s+at line \d+ col \d+$", "", str(error)))
    except (TOMLKitError, ValueError) as error:
        return Fault(1, 1, str(error))
    except RecursionError:
        return None
    return None


def yaml_fault(text: bytes) -> Fault | None:
    """Every document is read as events only: no tag is built, no alias is expanded."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        for _ in yaml.parse(decode(text), Loader=loader):
            pass
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        words = ", ".join(w for w in (error.problem, error.context) if w)
        return Fault(line, column, words)
    except yaml.reader.ReaderError as error:
        return Fault(1, 1, str(error.reason))
    except (RecursionError, ValueError):
        return None
    return None


def xml_fault(text: bytes) -> Fault | None:
    """By expat, which never fetches an external entity unless a handler does."""
    parser = xml.parsers.expat.ParserCreate()
    try:
        parser.Parse(text, True)
    except xml.parsers.expat.ExpatError as error:
        words = xml.parsers.expat.ErrorString(error.code) or "not well-formed"
        if "amplification" in words or "unknown encoding" in words:
            return None
        return Fault(error.lineno, error.offset + 1, words)
    except (ValueError, LookupError):
        return None
    return None
