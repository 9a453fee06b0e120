# ruff: noqa: E501 (tables of cases)
"""Definitions are found in every language, with the lines a person would point at."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.repo.symbol_queries import QUERIES
from agent.repo.symbols import MAX_BYTES, enclosing, find, outline, symbols

SOURCES = {
    "cart.py": (
        'MAX = 3\n\n# about it\n@deco\nclass Cart(Base):\n    size: int = 3\n\n    def total(self, items,\n'
        "              tax=0.1):\n        def inner(x):\n            return x\n        return sum(items)\n\n\nasync def main():\n    pass\n",
        {"variable MAX 1-1", "class Cart 5-12", "field Cart.size 6-6", "method Cart.total 8-12", "function Cart.total.inner 10-11",
         "function main 15-16"},
    ),
    "cart.js": (
        "class Cart {\n  total(items) { return 0 }\n}\nfunction run() {}\nconst add = (a, b) => {\n  return a + b\n}\n"
        "exports.go = function () {}\nconst LIMIT = 5\n",
        {"class Cart 1-3", "method Cart.total 2-2", "function run 4-4", "function add 5-7", "function exports.go 8-8", "variable LIMIT 9-9"},
    ),
    "cart.ts": (
        "export interface Item { price: number }\nexport type Id = string\nexport enum Kind { A }\n"
        "export abstract class Cart {\n  private n = 1\n  abstract total(): number\n  add = (x: Item) => { this.n++ }\n}\n",
        {"interface Item 1-1", "field Item.price 1-1", "type Id 2-2", "enum Kind 3-3", "class Cart 4-8", "field Cart.n 5-5",
         "method Cart.total 6-6", "method Cart.add 7-7"},
    ),
    "view.tsx": (
        "export const View = (p: Props) => {\n  return <div>{p.name}</div>\n}\nexport function App() { return <View name='x' /> }\n",
        {"function View 1-3", "function App 4-4"},
    ),
    "cart.go": (
        "package cart\n\ntype Cart struct {\n\tItems []int\n}\n\nfunc (c *Cart) Total() int {\n\treturn 0\n}\n\n"
        "func New() *Cart { return nil }\n\nconst Max = 3\n\ntype Priced interface {\n\tPrice() int\n}\n",
        {"struct Cart 3-5", "field Cart.Items 4-4", "method Cart.Total 7-9", "function New 11-11", "constant Max 13-13",
         "interface Priced 15-17", "declaration Priced.Price 16-16"},
    ),
    "cart.rs": (
        "pub struct Cart<T> { items: Vec<T> }\nimpl<T> Cart<T> {\n    pub fn total(&self) -> u32 { 0 }\n}\ntrait Priced { fn price(&self); }\n"
        "enum Kind { A }\nmod inner { pub fn q() {} }\nmacro_rules! mac { () => {} }\nconst K: u8 = 1;\n",
        {"struct Cart 1-1", "field Cart.items 1-1", "impl Cart 2-4", "method Cart.total 3-3", "trait Priced 5-5",
         "declaration Priced.price 5-5", "enum Kind 6-6", "constant Kind.A 6-6", "module inner 7-7", "function inner.q 7-7",
         "macro mac 8-8", "constant K 9-9"},
    ),
    "Cart.java": (
        "package shop;\n\npublic class Cart<T> {\n  private final int n = 1;\n\n  public Cart() {}\n\n  @Override\n"
        "  public int total(List<T> items) {\n    return 0;\n  }\n\n  enum Kind { A }\n}\n",
        {"class Cart 3-14", "field Cart.n 4-4", "method Cart.Cart 6-6", "method Cart.total 9-11", "enum Cart.Kind 13-13",
         "constant Cart.Kind.A 13-13"},
    ),
    "cart.c": (
        "static int total(int a);\ntypedef struct node { int v; } node_t;\n#define MAX(a) (a)\n\nstatic int\ntotal(int a)\n{\n  return a;\n}\n"
        "char *name(void) { return 0; }\nint counter = 0;\n",
        {"declaration total 1-1", "type node_t 2-2", "struct node 2-2", "field node.v 2-2", "macro MAX 3-3", "function total 5-9",
         "function name 10-10", "variable counter 11-11"},
    ),
    "cart.cpp": (
        "namespace shop {\nclass Cart : public Base {\n public:\n  int total(int a) const { return a; }\n  int later();\n};\n}\n"
        "int shop::Cart::later() {\n  return 1;\n}\ntemplate <typename T>\nT twice(T a) { return a; }\n",
        {"namespace shop 1-7", "class shop.Cart 2-6", "method shop.Cart.total 4-4", "declaration shop.Cart.later 5-5",
         "method shop.Cart.later 8-10", "function twice 12-12"},
    ),
    "cart.rb": (
        "module Shop\n  class Cart < Base\n    MAX = 3\n    def total(items)\n      items.sum\n    end\n    def self.make; end\n  end\nend\n",
        {"module Shop 1-9", "class Shop.Cart 2-8", "constant Shop.Cart.MAX 3-3", "method Shop.Cart.total 4-6", "method Shop.Cart.make 7-7"},
    ),
    "Cart.cs": (
        "namespace Shop;\npublic class Cart : Base {\n  public int Count { get; set; }\n  public Cart(int a) {}\n  public int Total<T>(int a) => 1;\n}\n"
        "interface IPriced { int Price(); }\n",
        {"class Cart 2-6", "field Cart.Count 3-3", "method Cart.Cart 4-4", "method Cart.Total 5-5", "interface IPriced 7-7",
         "method IPriced.Price 7-7"},
    ),
    "cart.php": (
        "<?php\nclass Cart extends Base {\n  const MAX = 3;\n  private $n = 1;\n  public function total(int $a): int { return 1; }\n}\n"
        "function make() {}\ntrait Priced {}\n",
        {"class Cart 2-6", "constant Cart.MAX 3-3", "field Cart.n 4-4", "method Cart.total 5-5", "function make 7-7", "trait Priced 8-8"},
    ),
    "Cart.kt": (
        "class Cart(val n: Int) : Base() {\n  fun total(a: Int): Int {\n    return a\n  }\n}\nobject Shop { fun make() = 2 }\nfun String.twice() = 1\n",
        {"class Cart 1-5", "method Cart.total 2-4", "class Shop 6-6", "method Shop.make 6-6", "function twice 7-7"},
    ),
    "Cart.swift": (
        "class Cart: Base {\n  var n = 1\n  func total(_ a: Int) -> Int {\n    return a\n  }\n  init(a: Int) {}\n}\nprotocol Priced { func price() }\n"
        "extension Cart { func more() {} }\n",
        {"class Cart 1-7", "field Cart.n 2-2", "method Cart.total 3-5", "method Cart.init 6-6", "interface Priced 8-8",
         "declaration Priced.price 8-8", "impl Cart 9-9", "method Cart.more 9-9"},
    ),
    "cart.lua": (
        "local function total(a)\n  return a\nend\nfunction Cart.make() end\nfunction Cart:add() end\nCart.drop = function() end\n",
        {"function total 1-3", "function Cart.make 4-4", "method Cart.add 5-5", "function Cart.drop 6-6"},
    ),
    "cart.sh": (
        "total() {\n  echo 1\n}\nfunction make {\n  :\n}\nMAX=3\nexport NAME=x\n",
        {"function total 1-3", "function make 4-6", "variable MAX 7-7", "variable NAME 8-8"},
    ),
    "cart.ex": ("defmodule Cart do\n  def total(x) do\n    x\n  end\nend\n", {"module Cart 1-5", "function total 2-4"}),
}  # fmt: skip


@pytest.mark.parametrize("path", SOURCES)
def test_every_definition_is_found_with_its_lines(path: str) -> None:
    source, expected = SOURCES[path]
    found = {f"{s.kind} {s.qualified} {s.start_line}-{s.end_line}" for s in symbols(path, source.encode())}
    assert found == expected


@pytest.mark.parametrize("grammar", QUERIES)
def test_every_query_fits_the_installed_grammar(grammar: str) -> None:
    from tree_sitter import Query
    from tree_sitter_language_pack import get_language

    Query(get_language(grammar), QUERIES[grammar])  # type: ignore[arg-type]


def test_decorators_and_comments_above_belong_to_a_definition() -> None:
    cart = symbols("cart.py", SOURCES["cart.py"][0].encode())[1]
    assert (cart.name, cart.doc_start, cart.start_line) == ("Cart", 3, 5)


def test_a_signature_is_one_line_without_the_body() -> None:
    source = b"def total(\n    items: list[int],  # the lines\n    tax: float = 0.1,\n) -> float:\n    return 0\n"
    assert symbols("a.py", source)[0].signature == "def total(items: list[int], tax: float = 0.1) -> float"


def test_the_innermost_definition_around_a_line() -> None:
    found = symbols("cart.py", SOURCES["cart.py"][0].encode())
    names = [s.qualified if (s := enclosing(found, line)) else None for line in (1, 6, 9, 11, 12, 15)]
    assert names == [None, "Cart", "Cart.total", "Cart.total.inner", "Cart.total", "main"]


def test_a_qualified_name_chooses_among_equal_ones() -> None:
    found = symbols("a.py", b"class A:\n    def go(self): pass\nclass B:\n    def go(self): pass\n")
    assert [s.start_line for s in find(found, "go")] == [2, 4]
    assert [s.start_line for s in find(found, "B.go")] == [4]
    assert [s.start_line for s in find(found, "A::go()")] == [2]


def test_an_outline_shows_names_and_lines_nested() -> None:
    assert outline("cart.py", SOURCES["cart.py"][0].encode()) == (
        "1 MAX = 3\n5-12 class Cart(Base)\n  8-12 def total(self, items, tax=0.1)\n    10-11 def inner(x)\n15-16 async def main()"
    )


def test_a_broken_file_still_shows_what_is_whole() -> None:
    names = [
        s.name for s in symbols("a.py", b"def good():\n    return 1\n\ndef bad(:\n\ndef also_good():\n    return 2\n")
    ]
    assert "good" in names and "also_good" in names


@pytest.mark.parametrize("path", ["photo.png", "data.json", "notes.md"])
def test_data_has_no_symbols(path: str) -> None:
    assert symbols(path, b"\x89PNG\0\0def x(): pass" if path.endswith("png") else b'{"def": "class X"}\n') == ()


def test_a_huge_file_is_left_alone() -> None:
    assert symbols("big.py", b"def f(): pass\n" * (MAX_BYTES // 14 + 1)) == ()


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(SOURCES)), st.binary(max_size=300), st.integers(0, 400))
def test_damaged_text_never_raises_and_lines_stay_in_the_file(path: str, noise: bytes, at: int) -> None:
    source = SOURCES[path][0].encode()
    damaged = source[:at] + noise + source[at:]
    for symbol in symbols(path, damaged):
        assert 1 <= symbol.doc_start <= symbol.start_line <= symbol.end_line <= damaged.count(b"\n") + 1
        assert symbol.name
