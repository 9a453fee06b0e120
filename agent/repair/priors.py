"""How often a fault is mended by an edit of each template family.

Fitted with `python -m benchmarks.repair fit` on the fitting half of the corpus in `benchmarks/repair`, smoothed with a
starting guess worth `GUESS_WEIGHT` programs.
"""

from __future__ import annotations

UNKNOWN = 0.002
"""The prior of a family the table lacks."""
SUSPICION_POWER = 1.5
"""How sharply suspicion orders the places."""
NATURALNESS_WEIGHT = 0.6
"""How much a nat of naturalness per token counts."""

PRIORS: dict[str, float] = {
    "compare": 0.11,
    "arithmetic": 0.08,
    "boolean": 0.035,
    "augmented": 0.03,
    "negate": 0.035,
    "sign": 0.01,
    "constant_number": 0.08,
    "constant_bool": 0.02,
    "constant_none": 0.003,
    "constant_string": 0.02,
    "off_by_one": 0.06,
    "name": 0.08,
    "name_to_constant": 0.015,
    "name_to_expression": 0.02,
    "attribute": 0.012,
    "method": 0.02,
    "function": 0.025,
    "argument_swap": 0.025,
    "argument_drop": 0.012,
    "argument_add": 0.015,
    "argument_value": 0.015,
    "operand_swap": 0.015,
    "operand_drop": 0.03,
    "operand_add": 0.015,
    "regroup": 0.01,
    "condition_add": 0.04,
    "condition_drop": 0.03,
    "condition_replace": 0.02,
    "wrap": 0.02,
    "unwrap": 0.02,
    "clamp": 0.012,
    "slice": 0.025,
    "index": 0.03,
    "index_added": 0.012,
    "safe_get": 0.005,
    "ternary": 0.008,
    "comprehension": 0.01,
    "display": 0.01,
    "element_swap": 0.012,
    "element_drop": 0.005,
    "string": 0.004,
    "lambda": 0.006,
    "call_added": 0.004,
    "delete": 0.03,
    "swap": 0.02,
    "move": 0.008,
    "dedent": 0.012,
    "indent": 0.008,
    "early_return": 0.03,
    "guard": 0.015,
    "flow": 0.012,
    "flow_insert": 0.006,
    "return_insert": 0.008,
    "return_value": 0.025,
    "return_wrap": 0.005,
    "statement_insert": 0.012,
    "statement_kind": 0.008,
    "copy": 0.008,
    "branch": 0.015,
    "range": 0.03,
    "iterable": 0.015,
    "assign_target": 0.012,
    "split_assignment": 0.006,
    "initial": 0.012,
    "scope": 0.004,
    "missing_self": 0.006,
    "mutable_default": 0.006,
    "exception": 0.006,
    "yield": 0.004,
    "await": 0.002,
}
