"""Edits of Python subscripts, comprehensions, displays, conditional expressions, lambdas."""

from __future__ import annotations

import ast
import re

from agent.repair.templates.python_donors import wrapped
from agent.repair.templates.python_source import Maker


def subscript_edits(make: Maker, node: ast.Subscript) -> None:
    source = make.source
    value = source.of(node.value)
    if isinstance(node.slice, ast.Slice):
        lower = source.of(node.slice.lower) if node.slice.lower else ""
        upper = source.of(node.slice.upper) if node.slice.upper else ""
        step = f":{source.of(node.slice.step)}" if node.slice.step else ""
        options: dict[str, float] = {}
        for low, weight in {
            lower: 1.0,
            "": 0.8,
            "1": 0.6,
            f"{lower} + 1" if lower else "1": 0.9,
            f"{lower} - 1" if lower else "": 0.7,
            upper: 0.3,
        }.items():
            options.setdefault(f"{low}:{upper}{step}", weight)
        for up, weight in {
            "": 0.8,
            "-1": 0.6,
            f"{upper} + 1" if upper else "-1": 0.9,
            f"{upper} - 1" if upper else "-1": 0.8,
            lower: 0.3,
        }.items():
            options.setdefault(f"{lower}:{up}{step}", weight)
        for name in make.scope.of_type("int"):
            options.setdefault(f"{name}:{upper}{step}", 0.3)
            options.setdefault(f"{lower}:{name}{step}", 0.3)
            options.setdefault(f"{name} + 1:{upper}{step}", 0.2)
            options.setdefault(f"{lower}:{name} + 1{step}", 0.2)
        if step:
            options[f"{lower}:{upper}"] = 0.8
            options[f"{lower}:{upper}:2"] = 0.2
            options[f"{lower}:{upper}:-1"] = 0.4
        else:
            options[f"{lower}:{upper}:-1"] = 0.5
        for text, weight in options.items():
            make.replace("slice", node.slice, text, weight)
        make.replace("unwrap", node, value, 0.7)
        return
    index = source.of(node.slice)
    if isinstance(node.slice, ast.Tuple):
        return
    numeric = not (isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str))
    if numeric and not isinstance(node.slice, ast.Constant):
        make.replace("index", node.slice, f"{index} - 1", 1.0)
        make.replace("index", node.slice, f"{index} + 1", 1.0)
        make.replace("index", node.slice, f"-{index}", 0.2)
        make.replace("index", node.slice, f"-{index} - 1", 0.2)
        make.replace("index", node.slice, "0", 0.2)
        make.replace("index", node.slice, "-1", 0.3)
    if numeric:
        for name in make.scope.of_type("int"):
            make.replace("index", node.slice, name, 0.4)
            make.replace("index", node.slice, f"{name} - 1", 0.2)
            make.replace("index", node.slice, f"{name} + 1", 0.15)
            if name != index:
                make.replace("index", node.slice, f"{index} - {name}", 0.2)
                make.replace("index", node.slice, f"{index} + {name}", 0.15)
    if isinstance(node.ctx, ast.Load):
        make.replace("unwrap", node, value, 0.6)
        make.replace("unwrap", node, index, 0.6)
        for default in ("0", "1", "[]", "None", "''", "False"):
            make.replace("safe_get", node, f"{value}.get({index}, {default})", 0.4)
        if numeric:
            make.replace("slice", node, f"{value}[{index}:]", 0.4)
            make.replace("slice", node, f"{value}[:{index}]", 0.4)
            for name in make.scope.of_type("int"):
                make.replace("index_added", node, f"{value}[{index}][{name}]", 0.2)
                make.replace("index_added", node, f"{value}[{name}][{index}]", 0.15)
        if isinstance(node.value, ast.Subscript):
            inner = source.of(node.value.value), source.of(node.value.slice)
            make.replace("index", node, f"{inner[0]}[{index}][{inner[1]}]", 1.0)


def ternary_edits(make: Maker, node: ast.IfExp) -> None:
    test, body, other = (make.source.of(part) for part in (node.test, node.body, node.orelse))
    make.replace("ternary", node, body)
    make.replace("ternary", node, other)
    make.replace("ternary", node, f"{other} if {test} else {body}")


def comprehension_edits(make: Maker, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
    source = make.source
    for generator in node.generators:
        end_of_iter = source.span(generator.iter)[1]
        if generator.ifs:
            last = source.span(generator.ifs[-1])[1]
            text = source.text[end_of_iter:last]
            # A parenthesis that belongs to the iterable or the condition makes the cut unsafe.
            if text.count("(") == text.count(")"):
                make.add("comprehension", (end_of_iter, last), "", node.lineno)
            for condition in generator.ifs:
                make.replace("negate", condition, f"not {wrapped(make, condition)}", 1.0)
        elif isinstance(generator.target, ast.Name):
            name = generator.target.id
            for test, weight in _filters(make, name):
                make.add("comprehension", (end_of_iter, end_of_iter), f" if {test}", node.lineno, weight)
    if isinstance(node, ast.ListComp):
        inside = source.of(node)[1:-1]
        make.replace("display", node, f"{{{inside}}}", 0.2)


def _filters(make: Maker, name: str) -> list[tuple[str, float]]:
    """Conditions that a comprehension could lack."""
    kinds = make.scope.variables.get(name, frozenset())
    found = [(name, 0.3), (f"{name} is not None", 0.2)]
    if not kinds or "str" in kinds:
        found += [(f"{name}.{method}()", 0.25) for method in ("isdigit", "isalpha", "isalnum", "isupper", "islower")]
        found += [(f"not {name}.isspace()", 0.15), (f"{name}.strip()", 0.15)]
    if not kinds or kinds & {"int", "float"}:
        found += [(f"{name} > 0", 0.3), (f"{name} >= 0", 0.15), (f"{name} != 0", 0.25), (f"{name} % 2 == 0", 0.25)]
        found += [(f"{name} % 2 == 1", 0.15), (f"{name} > 1", 0.1), (f"{name} < 0", 0.1)]
    for other in make.scope.variables:
        if other != name:
            found += [(f"{name} in {other}", 0.15), (f"{name} not in {other}", 0.2), (f"{name} != {other}", 0.2)]
            found += [(f"{name} < {other}", 0.1), (f"{name} <= {other}", 0.1), (f"{name} > {other}", 0.1)]
    return found


def sequence_edits(make: Maker, node: ast.Tuple | ast.List) -> None:
    source = make.source
    if len(node.elts) < 2 or len(node.elts) > 6:
        if isinstance(node, ast.List) and isinstance(node.ctx, ast.Load):
            if not node.elts:
                for text in ("[[]]", "set()", "{}", "[0]", "None", "''", "[1]", "0"):
                    make.replace("display", node, text, 0.4)
                for name in make.scope.variables:
                    make.replace("display", node, f"[{name}]", 0.2)
                    make.replace("name", node, name, 0.1)
            elif len(node.elts) == 1:
                make.replace("display", node, "[]", 0.6)
                make.replace("unwrap", node, source.of(node.elts[0]), 0.6)
        return
    texts = [source.of(element) for element in node.elts]
    spans = [source.span(element) for element in node.elts]
    for index in range(len(texts) - 1):
        make.several("element_swap", [(spans[index], texts[index + 1]), (spans[index + 1], texts[index])], node.lineno)
    if isinstance(node.ctx, ast.Load):
        for index in range(len(texts)):
            start = spans[index][0] if index + 1 < len(spans) else spans[index - 1][1]
            end = spans[index + 1][0] if index + 1 < len(spans) else spans[index][1]
            make.add("element_drop", (start, end), "", node.lineno, 0.6)


def display_edits(make: Maker, node: ast.Dict | ast.Set) -> None:
    if isinstance(node, ast.Dict) and not node.keys:
        for text in ("[]", "set()", "None"):
            make.replace("display", node, text, 0.4)
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=False):
            if key is not None and isinstance(value, ast.Name) and isinstance(key, ast.Name):
                make.several(
                    "element_swap",
                    [(make.source.span(key), value.id), (make.source.span(value), key.id)],
                    node.lineno,
                )


def formatted_edits(make: Maker, node: ast.JoinedStr) -> None:
    import sys

    if sys.version_info < (3, 12):
        # Before 3.12 the parts of an f-string have no positions of their own: text edits of the whole.
        text = make.source.of(node)
        for match in re.finditer(r"\{([A-Za-z_]\w*)", text):
            for other, weight in make.scope.similar(match.group(1)):
                make.replace("name", node, text[: match.start(1)] + other + text[match.end(1) :], weight * 0.5)
        for match in re.finditer(r":(\d*)\.(\d+)f\}", text):
            for digits in (int(match.group(2)) + 1, max(int(match.group(2)) - 1, 0)):
                make.replace("string", node, text[: match.start(2)] + str(digits) + text[match.end(2) :], 1.0)
        return
    for part in node.values:
        if isinstance(part, ast.FormattedValue) and part.format_spec is not None:
            spec = make.source.of(part.format_spec)
            match = re.search(r"\.(\d+)", spec)
            if match:
                for digits in (int(match.group(1)) + 1, max(int(match.group(1)) - 1, 0)):
                    make.replace(
                        "string",
                        part.format_spec,
                        spec[: match.start(1)] + str(digits) + spec[match.end(1) :],
                    )


def lambda_edits(make: Maker, node: ast.Lambda) -> None:
    names = [a.arg for a in node.args.args]
    if len(names) == 1:
        body = make.source.of(node.body)
        for text in (
            f"-{names[0]}",
            f"{names[0]}[0]",
            f"{names[0]}[1]",
            names[0],
            f"-({body})",
            f"len({names[0]})",
            f"({body}, {names[0]})",
        ):
            make.replace("lambda", node.body, text, 0.5)
