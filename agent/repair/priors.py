"""How often a fault is mended by an edit of each template family.

Fitted with `python -m benchmarks.repair fit` on the fitting half of the corpus in `benchmarks/repair` (160 bugs), smoothed
with a first guess that counts for 90 more: the corpus's faults are seeded, people's differ.
"""

from __future__ import annotations

UNKNOWN = 0.002
"""The prior of a family the table lacks."""
SUSPICION_POWER = 1.5
"""How sharply suspicion orders the places."""
NATURALNESS_WEIGHT = 0.6
"""How much a nat of naturalness per token counts."""

PRIORS: dict[str, float] = {
    "compare": 0.0911,
    "arithmetic": 0.0557,
    "boolean": 0.0326,
    "augmented": 0.0234,
    "negate": 0.0366,
    "sign": 0.0025,
    "constant_number": 0.1077,
    "constant_bool": 0.0049,
    "constant_none": 0.0007,
    "constant_string": 0.0049,
    "off_by_one": 0.0268,
    "name": 0.1477,
    "name_to_constant": 0.0037,
    "name_to_expression": 0.0089,
    "attribute": 0.0030,
    "method": 0.0249,
    "function": 0.0102,
    "argument_swap": 0.0102,
    "argument_drop": 0.0030,
    "argument_add": 0.0037,
    "argument_value": 0.0117,
    "operand_swap": 0.0237,
    "operand_drop": 0.0074,
    "operand_add": 0.0037,
    "regroup": 0.0025,
    "condition_add": 0.0139,
    "condition_drop": 0.0074,
    "condition_replace": 0.0049,
    "wrap": 0.0529,
    "unwrap": 0.0049,
    "clamp": 0.0070,
    "slice": 0.0222,
    "index": 0.0114,
    "index_added": 0.0030,
    "safe_get": 0.0012,
    "ternary": 0.0060,
    "comprehension": 0.0065,
    "display": 0.0025,
    "element_swap": 0.0030,
    "element_drop": 0.0012,
    "string": 0.0010,
    "lambda": 0.0015,
    "call_added": 0.0010,
    "delete": 0.0114,
    "swap": 0.0249,
    "move": 0.0020,
    "dedent": 0.0070,
    "indent": 0.0060,
    "early_return": 0.0074,
    "guard": 0.0037,
    "flow": 0.0030,
    "flow_insert": 0.0015,
    "return_insert": 0.0100,
    "return_value": 0.0302,
    "return_wrap": 0.0012,
    "statement_insert": 0.0070,
    "statement_kind": 0.0020,
    "copy": 0.0020,
    "branch": 0.0037,
    "range": 0.0074,
    "iterable": 0.0037,
    "assign_target": 0.0030,
    "split_assignment": 0.0015,
    "initial": 0.0070,
    "scope": 0.0010,
    "missing_self": 0.0015,
    "mutable_default": 0.0015,
    "exception": 0.0015,
    "yield": 0.0010,
    "await": 0.0005,
    # These arise only where something shows the lack: what they say is then likely.
    "define_name": 0.5,
    "undefined_name": 0.3,
    "missing_return": 0.3,
    "unread": 0.05,
}
