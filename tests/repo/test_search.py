# ruff: noqa: E501 (tables of cases)
"""Searching a project: what is asked for comes first, nothing hidden is shown, and every way of asking works."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.repo.files import WorkTree
from agent.repo.search import Hit, ripgrep, search
from agent.repo.search.ordinals import ordinal
from agent.repo.search.terms import distance, near_pattern, split_identifier, stem

FILES = {
    "shop/cart.py": (
        '"""The shopping cart."""\n\nfrom shop.discount import apply_discount\n\nMAX_ITEMS = 50\n\n\nclass Cart:\n'
        '    """Items and their prices."""\n\n    def __init__(self):\n        self.items = []\n\n    def add_item(self, item, quantity=1):\n'
        '        """Put an item into the cart."""\n        if len(self.items) >= MAX_ITEMS:\n            raise ValueError("the cart is full")\n'
        "        self.items.append((item, quantity))\n\n    def compute_total(self, tax_rate=0.2):\n"
        '        """The price of everything, discount and tax included."""\n'
        "        net = sum(item.price * n for item, n in self.items)\n        return apply_discount(net) * (1 + tax_rate)\n"
    ),
    "shop/discount.py": (
        "RATES = {100: 0.05, 500: 0.1}\n\n\ndef apply_discount(amount):\n    # TODO: seasonal rebates\n"
        "    for limit in sorted(RATES, reverse=True):\n        if amount >= limit:\n            return amount * (1 - RATES[limit])\n    return amount\n"
    ),
    "shop/session.py": (
        "import os\n\n\ndef hash_password(password, salt):\n    return salt + password\n\n\ndef open_connection(url):\n"
        '    """Connect to the database."""\n    timeout = float(os.environ.get("DB_TIMEOUT", "3"))\n    return (url, timeout)\n'
    ),
    "shop/errors.py": "class ShopError(Exception):\n    pass\n\n\nclass OutOfStock(ShopError):\n    pass\n",
    "web/api.ts": (
        "import { formatPrice } from './format'\n\nexport class PriceTag {\n  render(total: number): string {\n    return formatPrice(total)\n  }\n}\n"
    ),
    "web/format.ts": "export function formatPrice(value: number): string {\n  return value.toFixed(2) + ' EUR'\n}\n",
    "tests/test_cart.py": (
        "from shop.cart import Cart\n\n\ndef test_compute_total():\n    cart = Cart()\n    cart.add_item(Thing(10))\n"
        "    assert cart.compute_total() == 12\n"
    ),
    "config/settings.yaml": "database:\n  timeout: 3\n",
    "README.md": "# Shop\n\nCall `compute_total` to get the price.\n",
    ".env": "API_KEY=compute_total_secret\n",
    "deploy.key": "compute_total private\n",
    "build/out.py": "def compute_total(): pass\n",
    ".gitignore": "build/\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("shop").resolve()
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    return root


def line_of(path: str, part: str) -> int:
    """The number of the first line of a file that has this in it."""
    return next(n for n, text in enumerate(FILES[path].split("\n"), 1) if part in text)


def place(hit: Hit) -> tuple[str, int]:
    return hit.path, hit.line


DEFINITIONS = {
    "compute_total": ("shop/cart.py", "def compute_total"),
    "where is compute_total defined?": ("shop/cart.py", "def compute_total"),
    "show me the definition of `Cart`": ("shop/cart.py", "class Cart"),
    "Cart.add_item": ("shop/cart.py", "def add_item"),
    "computeTotal": ("shop/cart.py", "def compute_total"),
    "compute total": ("shop/cart.py", "def compute_total"),
    "where is the total computed": ("shop/cart.py", "def compute_total"),
    "where do we calculate the total price?": ("shop/cart.py", "def compute_total"),
    "where are discounts applied": ("shop/discount.py", "def apply_discount"),
    "which function hashes passwords": ("shop/session.py", "def hash_password"),
    "where do we connect to the database": ("shop/session.py", "def open_connection"),
    "price formatting": ("web/format.ts", "function formatPrice"),
    "the class that renders prices": ("web/api.ts", "class PriceTag"),
    "où est défini apply_discount ?": ("shop/discount.py", "def apply_discount"),
    "wo wird der Rabatt `apply_discount` berechnet": ("shop/discount.py", "def apply_discount"),
    "¿dónde está la clase Cart?": ("shop/cart.py", "class Cart"),
    "где определена функция hash_password": ("shop/session.py", "def hash_password"),
    "hash_password 在哪里定义": ("shop/session.py", "def hash_password"),
    "hash_password はどこで定義されていますか": ("shop/session.py", "def hash_password"),
    "comptue_total": ("shop/cart.py", "def compute_total"),
    "hash_pasword": ("shop/session.py", "def hash_password"),
    "where is the discuont applied": ("shop/discount.py", "def apply_discount"),
    "MAX_ITEMS": ("shop/cart.py", "MAX_ITEMS = 50"),
}


@pytest.mark.parametrize("request_", DEFINITIONS)
def test_what_is_asked_for_comes_first(shop: Path, request_: str) -> None:
    path, part = DEFINITIONS[request_]
    hits = search(shop, request_)
    assert hits and place(hits[0]) == (path, line_of(path, part)), hits[:3]
    assert hits[0].text == FILES[path].split("\n")[hits[0].line - 1].strip()


USAGES = {
    "who calls apply_discount?": ("shop/cart.py", "apply_discount(net)"),
    "callers of formatPrice": ("web/api.ts", "formatPrice(total)"),
    "where is MAX_ITEMS used": ("shop/cart.py", ">= MAX_ITEMS"),
    "wo wird apply_discount aufgerufen": ("shop/cart.py", "apply_discount(net)"),
    "quien llama a apply_discount": ("shop/cart.py", "apply_discount(net)"),
    "查找所有调用 apply_discount 的地方": ("shop/cart.py", "apply_discount(net)"),
}


@pytest.mark.parametrize("request_", USAGES)
def test_asking_for_usages_shows_calls_first_and_the_definition_too(shop: Path, request_: str) -> None:
    path, part = USAGES[request_]
    hits = search(shop, request_)
    assert place(hits[0]) == (path, line_of(path, part))
    assert hits[0].kind == "reference"
    assert any(h.kind == "symbol" for h in hits)


def test_a_use_in_a_test_is_found_after_uses_in_code(shop: Path) -> None:
    hits = search(shop, "usages of add_item")
    assert place(hits[0]) == ("tests/test_cart.py", line_of("tests/test_cart.py", "add_item"))


def test_a_request_for_todos_lists_them(shop: Path) -> None:
    assert [place(h) for h in search(shop, "show me where the TODOs are")] == [("shop/discount.py", 5)]


def test_quoted_text_is_found_as_it_stands(shop: Path) -> None:
    hits = search(shop, 'where does it say "the cart is full"')
    assert [place(h) for h in hits] == [("shop/cart.py", line_of("shop/cart.py", "full"))]


def test_a_pattern_between_slashes_is_a_regular_expression(shop: Path) -> None:
    assert [place(h) for h in search(shop, r"/: 0\.\d\d, \d+/")] == [("shop/discount.py", 1)]
    hits = search(shop, r"find /raise \w+Error\(/")
    assert [place(h) for h in hits] == [("shop/cart.py", line_of("shop/cart.py", "raise ValueError"))]


def test_a_broken_pattern_is_searched_as_text(shop: Path) -> None:
    assert search(shop, "grep /foo(/") == []


def test_subclasses_are_found_by_their_heads(shop: Path) -> None:
    hits = search(shop, "subclasses of ShopError")
    assert [place(h) for h in hits] == [("shop/errors.py", line_of("shop/errors.py", "class OutOfStock"))]


def test_importers_are_found(shop: Path) -> None:
    hits = search(shop, "which files import discount?")
    assert [h.path for h in hits] == ["shop/cart.py"]


def test_environment_variables_are_an_idea(shop: Path) -> None:
    assert search(shop, "where do we read environment variables")[0].path == "shop/session.py"


@pytest.mark.parametrize(
    ("request_", "paths"),
    [
        ("list all yaml files", ["config/settings.yaml"]),
        ("which files are TypeScript files", ["web/api.ts", "web/format.ts"]),
        ("list the test files", ["tests/test_cart.py"]),
        ("find the discount file", ["shop/discount.py"]),
    ],
)
def test_files_are_listed_by_kind_and_name(shop: Path, request_: str, paths: list[str]) -> None:
    hits = search(shop, request_)
    assert [h.path for h in hits][: len(paths)] == paths
    assert all(h.kind == "file" for h in hits)


@pytest.mark.parametrize(
    "request_", ["compute_total_secret", "API_KEY", "private", "usages of compute_total", "compute_total"]
)
def test_secrets_and_ignored_files_are_never_shown(shop: Path, request_: str) -> None:
    assert not {h.path for h in search(shop, request_)} & {".env", "deploy.key", "build/out.py"}


def test_what_the_settings_deny_is_not_shown_either(shop: Path) -> None:
    from agent.config import load_config

    config = load_config(None, {"deny": ["web/"]})
    assert not any(h.path.startswith("web/") for h in search(WorkTree(shop, config), "formatPrice"))


def test_a_name_in_the_request_narrows_the_place(shop: Path) -> None:
    assert {h.path for h in search(shop, "where is compute_total used in tests/test_cart.py")} == {"tests/test_cart.py"}
    assert {h.path for h in search(shop, "compute_total", paths=["tests"])} == {"tests/test_cart.py"}


def test_a_typo_is_told(shop: Path) -> None:
    assert search(shop, "comptue_total")[0].note == "did you mean compute_total?"


@pytest.mark.parametrize("request_", ["", "   ", "?", "where is it", "the", "zzqqxx", "\x00", "(" * 200, "a" * 5000])
def test_nothing_is_found_for_nothing(shop: Path, request_: str) -> None:
    assert search(shop, request_) == []


def test_limit_is_kept(shop: Path) -> None:
    assert len(search(shop, "price total cart discount", limit=3)) == 3


def test_a_folder_outside_git_is_searched_too(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def only_here():\n    pass\n")
    assert place(search(tmp_path, "only_here")[0]) == ("a.py", 1)


def test_a_file_that_is_not_text_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"\0needle_here\0" * 10)
    (tmp_path / "b.py").write_bytes(b"# caf\xe9\nneedle_here = 1\n")
    assert [place(h) for h in search(tmp_path, "needle_here")] == [("b.py", 2)]


@pytest.mark.parametrize("options", [{}, {"word": True, "literal": True}, {"ignore_case": True}, {"per_file": 2}])
@pytest.mark.parametrize("pattern", ["total", "price", "Cart", "item"])
def test_searching_without_ripgrep_finds_the_same(shop: Path, pattern: str, options: dict[str, bool]) -> None:
    work = WorkTree(shop)
    arguments = {"paths": None, "word": False, "literal": False, "ignore_case": False, "per_file": 200, **options}
    listed = set(work.list_paths())
    slow = sorted((line.path, line.number, line.text) for line in ripgrep._by_python(work, [pattern], **arguments))
    assert [(x.path, x.number, x.text) for x in ripgrep.grep(work, [pattern], **options)] == [
        s for s in slow if s[0] in listed
    ]


@pytest.mark.parametrize("script", ["#!/bin/sh\nexit 1\n", "#!/nowhere/sh\n"])
def test_a_ripgrep_that_does_not_start_is_none(shop: Path, tmp_path: Path, script: str) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "rg").write_text(script)
    (folder / "rg").chmod(0o755)
    told = subprocess.run(
        [sys.executable, "-c", CHOSEN, str(folder)], capture_output=True, text=True, cwd=shop, check=True
    ).stdout
    assert "does not start" in told and "shop/cart.py" in told


CHOSEN = """
import os, sys, sysconfig
from pathlib import Path
os.environ["PATH"] = sys.argv[1] + os.pathsep + os.environ["PATH"]
sysconfig.get_path, sys.executable = (lambda name: sys.argv[1]), sys.argv[1] + "/python"
from agent.repo.files import WorkTree
from agent.repo.search import ripgrep
os.environ["PATH"] = sys.argv[1]
program = ripgrep.rg_path()
print(ripgrep.engine_note())
os.environ["PATH"] = os.defpath
print([line.path for line in ripgrep.grep(WorkTree(Path(".")), ["class Cart"])])
"""


# words


def test_identifiers_are_split_into_words() -> None:
    assert split_identifier("parseHTTPResponse_v2") == ("parse", "http", "response", "v", "2")


@pytest.mark.parametrize(
    "forms",
    ["compute computed computing computation", "parse parses parsed parsing parser", "validate validated validation validator",
     "retry retries", "apply applied applies applying", "connect connected connection connecting"],
)  # fmt: skip
def test_the_forms_of_a_word_have_one_stem(forms: str) -> None:
    assert len({stem(form) for form in forms.split()}) == 1


@settings(max_examples=200, deadline=None)
@given(st.text("abcd", min_size=1, max_size=8), st.text("abcd", min_size=1, max_size=8))
def test_distance_is_symmetric_and_zero_only_for_equals(a: str, b: str) -> None:
    assert distance(a, b, 9) == distance(b, a, 9)
    assert (distance(a, b, 9) == 0) == (a == b)
    assert distance(a, b, 9) <= max(len(a), len(b))


@settings(max_examples=100, deadline=None)
@given(st.text("abcde_", min_size=3, max_size=8), st.text("abcde_", min_size=2, max_size=9))
def test_the_pattern_for_slips_agrees_with_the_distance(name: str, other: str) -> None:
    import re

    if distance(name, other) == 1:
        assert re.fullmatch(near_pattern(name), other)
    if re.fullmatch(near_pattern(name), other):
        assert distance(name, other) <= 1


@pytest.mark.parametrize(
    ("request_", "number"),
    [
        ("explain the second one", 2), ("what about the third?", 3), ("rename the 2nd hit to x", 2), ("fix number 4", 4),
        ("explain the last of them", -1), ("the last one, please", -1), ("explain the first function in a.py", None),
        ("rename the second argument", None), ("show the first 10 lines", None), ("what happens in the last second", None),
        ("fix issue #12", None),
    ],
)  # fmt: skip
def test_what_points_into_a_list_is_told_from_what_counts_something_else(request_: str, number: int | None) -> None:
    assert ordinal(request_) == number
