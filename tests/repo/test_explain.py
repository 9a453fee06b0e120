# ruff: noqa: E501 (tables of cases)
"""Explaining without a model: facts that the code itself gives, each with a place that exists."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from agent.repo.explain import Explanation, about_project, explain, overview
from agent.repo.explain.docs import first_sentence, head_of_file
from agent.repo.explain.facts import parameters_of

FILES = {
    "shop/cart.py": '''"""The shopping cart: items, prices, and what they cost together."""

import json

from shop.discount import apply_discount

CURRENCY = "EUR"


class Cart:
    """Items and their prices.

    Long words follow here.
    """

    def __init__(self, owner):
        self.owner = owner
        self.items = []

    def total(self, tax_rate=0.2):
        """The price of everything, with tax. Discounts are included."""
        if tax_rate < 0:
            raise ValueError("negative tax")
        net = sum(price for _, price in self.items)
        self.last_total = apply_discount(net) * (1 + tax_rate)
        return self.last_total

    def save(self, path):
        with open(path, "w") as file:
            json.dump(self.items, file)


def describe(cart):
    # One line for the receipt.
    return f"{cart.total()} {CURRENCY}"
''',
    "shop/discount.py": "def apply_discount(amount):\n    if amount > 100:\n        return amount * 0.9\n    return amount\n",
    "tests/test_cart.py": "from shop.cart import Cart\n\n\ndef test_total():\n    cart = Cart('a')\n    assert cart.total() == 0\n",
    "web/cart.ts": (
        "import { rate } from './rate'\n\n/** Adds the tax of a country. */\nexport function withTax(net: number, country: string): number {\n"
        "  if (net < 0) { throw new RangeError('negative') }\n  return net * rate(country)\n}\n"
    ),
    "web/rate.ts": "export function rate(country: string): number {\n  return country === 'DE' ? 1.19 : 1.2\n}\n",
    "go/cart.go": (
        "package cart\n\n// Sum adds the prices.\nfunc Sum(prices []int) (int, error) {\n\tif len(prices) == 0 {\n"
        '\t\treturn 0, errors.New("empty")\n\t}\n\ttotal := 0\n\tfor _, p := range prices {\n\t\ttotal += p\n\t}\n\treturn total, nil\n}\n'
    ),
    "README.md": "# Shop\n\nA small shop. It sells things.\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("shop").resolve()
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)

    def git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)

    git("init", "-q")
    git("add", "-A")
    git("commit", "-q", "-m", "Open the shop")
    text = FILES["shop/discount.py"].replace("0.9", "0.95")
    (root / "shop/discount.py").write_text(text)
    git("commit", "-q", "-a", "-m", "Lower the discount")
    return root


def line_of(path: str, part: str) -> int:
    return next(n for n, text in enumerate(FILES[path].split("\n"), 1) if part in text)


def places_exist(root: Path, explanation: Explanation) -> bool:
    lengths = {p: len((root / p).read_text().split("\n")) for p, _ in explanation.references}
    written = {(m[1], int(m[2])) for m in re.finditer(r"([\w/]+\.\w+):(\d+)", explanation.markdown)}
    return all(1 <= n <= lengths[p] for p, n in explanation.references) and written <= set(explanation.references)


ASKED = ["Cart.total", "explain the total method", "shop/cart.py:19-25", "what does `Cart` do", "shop/cart.py", "explain cart.ts",
         "shop", "explain this project", "Sum", "withTax", "how does the discount work", "go/cart.go:5", "test_total"]  # fmt: skip


@pytest.mark.parametrize("target", ASKED)
def test_every_place_that_is_named_exists(shop: Path, target: str) -> None:
    explanation = explain(shop, target)
    assert explanation.references and places_exist(shop, explanation)


def test_a_method_is_told_from_its_own_words_and_its_tree(shop: Path) -> None:
    text = explain(shop, "Cart.total").markdown
    start = line_of("shop/cart.py", "def total")
    assert f"`Cart.total` — method, shop/cart.py:{start}-{start + 6}" in text
    assert "The price of everything, with tax." in text
    assert "**Takes** `tax_rate=0.2`" in text
    assert f"**Returns** `self.last_total` (line {start + 6})" in text
    assert f'**Raises** `ValueError("negative tax")` (line {start + 3})' in text
    assert f"**Writes** `self.last_total` (line {start + 5})" in text
    assert "`self.items`" in text.partition("**Reads**")[2].partition("\n")[0]
    assert "`apply_discount` shop/discount.py:1" in text
    assert 'in `describe`: `return f"{cart.total()} {CURRENCY}"`' in text
    assert "**Tested in** tests/test_cart.py:6" in text
    assert "Open the shop" in text


def test_what_touches_files_is_said(shop: Path) -> None:
    assert "files: open" in explain(shop, "Cart.save").markdown


def test_outer_names_that_are_read_are_said(shop: Path) -> None:
    assert "`CURRENCY`" in explain(shop, "describe").markdown.partition("**Reads**")[2]


def test_a_function_without_words_has_its_name(shop: Path) -> None:
    assert "its name says: apply discount" in explain(shop, "apply_discount").markdown


def test_other_languages_are_read_too(shop: Path) -> None:
    text = explain(shop, "withTax").markdown
    assert "Adds the tax of a country." in text
    assert "**Takes** `net: number`, `country: string`" in text
    assert "RangeError('negative')" in text and "`rate` web/rate.ts:1" in text
    text = explain(shop, "Sum").markdown
    assert "Sum adds the prices." in text and "`total, nil` (line 12)" in text and "1 branch, 1 loop" in text


def test_a_file_is_told_by_its_head_and_parts(shop: Path) -> None:
    text = explain(shop, "what is cart.py for").markdown
    assert "The shopping cart: items, prices, and what they cost together." in text
    assert f"shop/cart.py:{line_of('shop/cart.py', 'class Cart')} `class Cart` — Items and their prices." in text
    assert "**Imported by** tests/test_cart.py:1" in text


def test_lines_are_shown_with_what_is_around_them_and_who_wrote_them(shop: Path) -> None:
    text = explain(shop, "shop/discount.py:2-3").markdown
    assert "in `apply_discount`" in text and "return amount * 0.95" in text
    assert "**Lines by** Test Person 2" in text
    newest, oldest = text.index("Lower the discount"), text.index("Open the shop")
    assert newest < oldest


def test_lines_past_the_end_are_said_to_be_that(shop: Path) -> None:
    assert "has only" in explain(shop, "shop/discount.py:999").markdown


def test_the_project_is_told_by_its_readme_and_files(shop: Path) -> None:
    text = explain(shop, "explain this project").markdown
    assert "A small shop." in text and "shop/cart.py:1 — The shopping cart" in text


@pytest.mark.parametrize(
    "question",
    [
        "what does this package do",
        "give me an overview",
        "How is the repository organised?",
        "what is this library for?",
    ],
)
def test_a_question_about_the_whole_is_known_as_one(question: str) -> None:
    assert about_project(question)


@pytest.mark.parametrize(
    "question", ["what does apply_discount do in this project", "why does the package upload fail with timeouts"]
)
def test_a_question_that_names_a_part_is_about_that(question: str) -> None:
    assert not about_project(question)


def test_an_overview_has_the_readme_and_a_line_on_each_file_within_its_budget(shop: Path) -> None:
    snippets = overview(shop, budget_chars=8000)
    texts = "\n".join(s.text for s in snippets)
    assert "A small shop." in texts and "shop/cart.py:1 — The shopping cart" in texts
    assert sum(len(s.text) for s in overview(shop, budget_chars=200)) <= 200


def test_an_empty_project_has_no_overview(tmp_path: Path) -> None:
    assert overview(tmp_path, budget_chars=8000) == []


def test_words_lead_to_the_nearest_and_say_so(shop: Path) -> None:
    text = explain(shop, "how is the discount applied").markdown
    assert "`apply_discount`" in text


def test_a_typo_is_asked_back(shop: Path) -> None:
    assert "Did you mean `apply_discount`?" in explain(shop, "aply_discount").markdown


@pytest.mark.parametrize("target", ["", "zzqqxx", "no_such_thing_here", "???"])
def test_what_is_not_there_is_not_invented(shop: Path, target: str) -> None:
    explanation = explain(shop, target)
    if target:
        assert explanation.references == () and "Nothing" in explanation.markdown


def test_outside_git_there_is_no_history(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def f():\n    return 1\n")
    assert "History" not in explain(tmp_path, "f").markdown


def test_a_file_never_committed_says_so(shop: Path) -> None:
    (shop / "fresh.py").write_text("def brand_new():\n    return 1\n")
    try:
        assert "not committed yet" in explain(shop, "brand_new").markdown
    finally:
        (shop / "fresh.py").unlink()


@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        ("def f(self, a, b: dict[str, int] = {}, *rest)", ["a", "b: dict[str, int] = {}", "*rest"]),
        ("func (c *Cart) Add(x int, opts ...Option) error", ["x int", "opts ...Option"]),
        ("fn run<'a>(&self, f: Fn(u8) -> u8) -> u8", ["f: Fn(u8) -> u8"]),
        ("int main(void)", []),
        ("class A", []),
    ],
)
def test_parameters_are_read_from_a_signature(signature: str, expected: list[str]) -> None:
    assert parameters_of(signature) == expected


def test_a_licence_is_not_the_purpose() -> None:
    lines = ["// Copyright 2020 Somebody", "// SPDX-License-Identifier: MIT", "", "// Sums prices.", "package x"]
    assert head_of_file(lines, "go") == "Sums prices."


def test_the_first_sentence_ends_at_its_point() -> None:
    assert (
        first_sentence("Reads v1.2 files, e.g. old ones. Then more.\n\nArgs: x") == "Reads v1.2 files, e.g. old ones."
    )
