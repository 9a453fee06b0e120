"""Python by the compiler that is running, held to the versions that the project supports."""

from __future__ import annotations

import ast
import re
import sys
import warnings
from typing import TYPE_CHECKING

from agent.edits.gate.fault import Fault

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

Version = tuple[int, int]

_OLDEST_KNOWN: Version = (3, 7)
_ALLOW_TOP_LEVEL_AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT

# Node types of tree-sitter-python that are statements newer than Python 3.10, and the version that has them.
_NEW_NODES: dict[str, Version] = {
    "type_alias_statement": (3, 12),
    "type_parameter": (3, 12),
    "except_group_clause": (3, 11),
}


def lowest_version(requires_python: str | None) -> Version | None:
    """The oldest version that a `requires-python` allows: `>=3.9,<4` → (3, 9). None when it sets no lower bound."""
    bounds = [
        (int(major), int(minor))
        for major, minor in re.findall(r"(?:>=|>|~=|===?|\^)\s*(\d+)\.(\d+)", requires_python or "")
    ]
    return max(bounds) if bounds else None


def requires_python_of(pyproject: str) -> str | None:
    """The project's supported versions as the text of its `pyproject.toml` states them; None when it does not."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        data = tomlkit.parse(pyproject).unwrap()
    except (TOMLKitError, ValueError):
        return None
    project = data.get("project")
    if isinstance(project, dict) and isinstance(project.get("requires-python"), str):
        return str(project["requires-python"])
    tool = data.get("tool")
    poetry = tool.get("poetry") if isinstance(tool, dict) else None
    dependencies = poetry.get("dependencies") if isinstance(poetry, dict) else None
    python = dependencies.get("python") if isinstance(dependencies, dict) else None
    return python if isinstance(python, str) else None


def python_fault(text: bytes | str, requires_python: str | None = None, *, notebook: bool = False) -> Fault | None:
    """The first error the compiler finds, or None. Never runs the code; deep nesting counts as no error.

    `notebook` allows `await` and `return`-free top-level code as notebook kernels do.
    """
    lowest = lowest_version(requires_python)
    feature = max(lowest, _OLDEST_KNOWN) if lowest and lowest < sys.version_info[:2] else None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if notebook:
                compile(
                    text,
                    "<cell>",
                    "exec",
                    flags=ast.PyCF_ONLY_AST | _ALLOW_TOP_LEVEL_AWAIT,
                    dont_inherit=True,
                )
                return None
            if feature:
                ast.parse(text, feature_version=feature)
            compile(text, "<file>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return _fault(error, feature)
    except (RecursionError, MemoryError, OverflowError):
        return None
    except (ValueError, LookupError) as error:  # null bytes, an unknown coding cookie
        return Fault(1, 1, str(error))
    return None


def _fault(error: SyntaxError, feature: Version | None) -> Fault:
    message = error.msg or "invalid syntax"
    if feature and "only supported in Python" in message:
        message = f"{message[0].lower()}{message[1:]}; the project supports {feature[0]}.{feature[1]}"
    return Fault(max(error.lineno or 1, 1), max(error.offset or 1, 1), message)


def newer_than_running(tree: Tree, fault: Fault, requires_python: str | None) -> bool:
    """The compiler that is running refuses a text only because it is older than the text's syntax.

    Asked when the tree has no error: then syntax that a newer Python has, and that the project does not rule
    out, is not a mistake (type parameters and `type`, PEP 701 f-strings, `except A, B:`, template strings).
    """
    running = sys.version_info[:2]
    if running >= (3, 14):
        return False
    lowest = lowest_version(requires_python)
    if lowest and lowest > running:
        return True  # the running version cannot judge at all
    if running < (3, 12) and ("f-string" in fault.message or _is_in_fstring(tree, fault)):
        return True
    row = fault.line - 1
    stack: list[Node] = [tree.root_node]
    while stack:
        node = stack.pop()
        if node.start_point[0] > row or node.end_point[0] < row:
            continue
        if _NEW_NODES.get(node.type, (0, 0)) > running:
            return True
        stack.extend(node.children)
    return False


def _is_in_fstring(tree: Tree, fault: Fault) -> bool:
    node = tree.root_node.descendant_for_point_range((fault.line - 1, fault.column - 1), (fault.line - 1, fault.column))
    while node is not None:
        if node.type == "interpolation":
            return True
        node = node.parent
    return False
