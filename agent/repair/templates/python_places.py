"""Edits of Python expressions that depend on where they stand: off by one, wrapping, what nothing reads."""

from __future__ import annotations

import ast

from agent.repair.templates.python_donors import may_be_number, wrapped
from agent.repair.templates.python_source import Maker


def placed_edits(make: Maker, node: ast.expr) -> None:
    """Edits that depend on where an expression stands: off by one, wrapping."""
    parent = make.source.parents.get(node)
    text = make.source.of(node)
    if "\n" in text or len(text) > 80:
        return
    value_place = (
        (
            isinstance(parent, (ast.Return, ast.Assign, ast.AugAssign, ast.Yield))
            and getattr(parent, "value", None) is node
        )
        or (isinstance(parent, ast.Call) and node in parent.args)
        or isinstance(parent, (ast.Compare, ast.BinOp, ast.Tuple))
        or (isinstance(parent, ast.For) and parent.iter is node)
        or (isinstance(parent, ast.IfExp) and parent.test is not node)
    )
    if not value_place or isinstance(node, (ast.Tuple, ast.Starred, ast.Lambda)):
        return
    if isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del)):
        return
    numeric = may_be_number(make, node)
    in_range = isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name) and parent.func.id == "range"
    if numeric and not isinstance(node, ast.Constant) and not in_range:
        simple = isinstance(node, (ast.Name, ast.Call, ast.Attribute, ast.Subscript))
        inner = text if simple or not isinstance(parent, ast.BinOp) else f"({text})"
        plus, minus = (
            (f"{inner} + 1", f"{inner} - 1")
            if not isinstance(parent, ast.BinOp)
            else (f"({inner} + 1)", f"({inner} - 1)")
        )
        scale = 1.0 if numeric > 1 else 0.3
        make.replace("off_by_one", node, plus, scale)
        make.replace("off_by_one", node, minus, scale)
        make.replace("sign", node, f"-{wrapped(make, node)}", 0.4 * scale)
    for name in make.scope.unread[:4]:
        if name != text:
            inner = wrapped(make, node)
            for combined, weight in (
                (f"{inner} * {name}", 1.0),
                (f"{inner} + {name}", 1.0),
                (f"{inner} - {name}", 0.8),
                (f"{inner} % {name}", 0.3),
                (f"{inner} // {name}", 0.3),
                (f"{inner}[{name}]", 0.5),
                (f"{name} + {inner}", 0.3),
                (f"{name} - {inner}", 0.3),
            ):
                make.replace("unread", node, f"({combined})" if isinstance(parent, ast.BinOp) else combined, weight)
    if isinstance(parent, (ast.Compare, ast.BinOp)) and not isinstance(node, ast.Constant) and numeric != 2:
        for wrapper, weight in (
            ("len", 1.0),
            ("abs", 0.4),
            ("int", 0.4),
            ("str", 0.3),
            ("set", 0.2),
            ("sorted", 0.2),
            ("ord", 0.2),
            ("sum", 0.1),
        ):
            if not text.startswith(wrapper + "("):
                make.replace("wrap", node, f"{wrapper}({text})", weight)
    elif isinstance(parent, (ast.Compare, ast.BinOp)) and numeric == 2 and not isinstance(node, ast.Constant):
        make.replace("wrap", node, f"abs({text})", 0.4)
    if isinstance(parent, (ast.Return, ast.Assign, ast.AugAssign, ast.For, ast.Call, ast.Yield)):
        weights = _wrappers(make, node, numeric)
        for wrapper, weight in weights.items():
            if not text.startswith(wrapper + "("):
                make.replace("wrap", node, f"{wrapper}({text})", weight)
        if isinstance(parent, (ast.Return, ast.Assign, ast.AugAssign)):
            if numeric:
                for name in [*make.scope.of_type("int", "float"), "0", "1"]:
                    if name != text:
                        make.replace("clamp", node, f"max({text}, {name})", 0.5)
                        make.replace("clamp", node, f"min({text}, {name})", 0.5)
                        make.replace("operand_add", node, f"{text} + {name}", 0.4)
                        make.replace("operand_add", node, f"{text} - {name}", 0.3)
                        make.replace("operand_add", node, f"{name} - {wrapped(make, node)}", 0.15)
                        make.replace("operand_add", node, f"{wrapped(make, node)} * {name}", 0.2)
                        make.replace("operand_add", node, f"{wrapped(make, node)} % {name}", 0.15)
                        make.replace("operand_add", node, f"{wrapped(make, node)} // {name}", 0.15)
            else:
                for name in make.scope.of_type("list", "str", "set", "dict", "tuple"):
                    if name != text:
                        make.replace("operand_add", node, f"{text} + {name}", 0.4)
                        make.replace("operand_add", node, f"{name} + {text}", 0.4)
                        make.replace("operand_add", node, f"{text} + [{name}]", 0.1)
                        make.replace("operand_add", node, f"[{name}] + {text}", 0.1)
                for expression in make.scope.expressions[:12]:
                    if expression != text:
                        make.replace("operand_add", node, f"{text} + {expression}", 0.15)
                        make.replace("operand_add", node, f"{expression} + {text}", 0.15)


def _wrappers(make: Maker, node: ast.expr, numeric: int) -> dict[str, float]:
    kinds = make.scope.variables.get(node.id, frozenset()) if isinstance(node, ast.Name) else frozenset()
    if isinstance(node, ast.GeneratorExp):
        return {
            "sum": 1.0,
            "list": 0.8,
            "any": 0.5,
            "all": 0.5,
            "max": 0.4,
            "min": 0.4,
            "tuple": 0.4,
            "set": 0.3,
            "sorted": 0.4,
        }
    if numeric == 2:
        return {"abs": 0.8, "int": 0.5, "str": 0.5, "float": 0.2, "round": 0.3, "not ": 0.05, "len": 0.05}
    if kinds & {"str"}:
        return {"int": 0.5, "len": 0.4, "list": 0.3, "sorted": 0.3, "reversed": 0.2, "set": 0.2}
    if kinds & {"list", "tuple", "set", "dict"}:
        return {
            "len": 0.5,
            "list": 0.5,
            "sorted": 0.7,
            "set": 0.4,
            "sum": 0.3,
            "max": 0.2,
            "min": 0.2,
            "reversed": 0.4,
            "tuple": 0.3,
            "enumerate": 0.2,
        }
    return {
        "str": 0.3,
        "int": 0.4,
        "list": 0.5,
        "sorted": 0.5,
        "abs": 0.4,
        "len": 0.4,
        "set": 0.3,
        "tuple": 0.2,
        "bool": 0.2,
        "not ": 0.2,
        "reversed": 0.2,
        "sum": 0.2,
    }
