"""Routing without a model: what a person types, and where it must go."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.bench.routing import evaluate, load_cases
from agent.routing import LABELS, route

PLAIN = [
    ("edit", "fix the crash in server.py"),
    ("edit", "could you please rename `count` to `total` in stats.py?"),
    ("edit", "write a unit test for parse_date"),
    ("edit", "add a README with install instructions"),
    ("edit", "can you get rid of the global in cli.py"),
    ("explain", "why does login() return None for admins?"),
    ("explain", "what does the retry decorator in net.py do"),
    ("explain", "walk me through main.go"),
    ("test", "run the tests"),
    ("test", "do the unit tests still pass?"),
    ("test", "cargo test"),
    ("search", "where is the port configured?"),
    ("search", "list all usages of OldClient"),
    ("search", "which files import numpy?"),
    ("chat", "thanks a lot!"),
    ("chat", "hello"),
    ("chat", "who are you?"),
    ("chat", "what is a monad?"),
    ("unclear", ""),
    ("unclear", "   \n\t "),
    ("unclear", "it"),
    ("unclear", "dfkjgh sdfkjh"),
]

OTHER_LANGUAGES = [
    ("edit", "Behebe bitte den Fehler in rechner.py"),
    ("explain", "Warum ist diese Funktion so langsam?"),
    ("search", "Wo wird die Klasse Konto definiert?"),
    ("test", "Führe die Tests aus"),
    ("edit", "Corrige le bug dans panier.py"),
    ("explain", "Pourquoi cette fonction renvoie None ?"),
    ("search", "Où est définie la classe Client ?"),
    ("test", "Lance les tests"),
    ("edit", "Arregla el error en carrito.py"),
    ("explain", "¿Por qué falla esta función?"),
    ("search", "¿Dónde está definida la clase Cliente?"),
    ("test", "Ejecuta los tests"),
    ("edit", "Corrija o erro em carrinho.py"),
    ("explain", "Por que esta função falha?"),
    ("search", "Onde fica a classe Cliente?"),
    ("test", "Rode os testes"),
    ("edit", "Correggi l'errore in carrello.py"),
    ("explain", "Perché questa funzione fallisce?"),
    ("search", "Dove è definita la classe Cliente?"),
    ("test", "Esegui i test"),
    ("edit", "Исправь ошибку в корзине cart.py"),
    ("explain", "Почему эта функция падает?"),
    ("search", "Где определён класс Client?"),
    ("test", "Запусти тесты"),
    ("edit", "修复 cart.py 里的错误"),
    ("explain", "为什么这个函数会失败?"),
    ("search", "Client 类在哪里定义?"),
    ("test", "运行测试"),
    ("edit", "cart.py のバグを修正してください"),
    ("explain", "なぜこの関数は失敗しますか?"),
    ("search", "Client クラスはどこで定義されていますか?"),
    ("test", "テストを実行して"),
]

HANDS_OFF = [
    "Don't change anything, just tell me why parse() is slow",
    "explain the bug in a.py without editing the file",
    "no edits please: what is wrong with the fix in net.py?",
    "do not fix it yet. why does it fail?",
    "look but don't touch: is update() correct?",
    "I don't want you to rewrite it, only to explain it",
    "Ändere nichts, erkläre nur, was hier falsch ist",
    "sans rien modifier, dis-moi comment corriger ce bug",
    "sin cambiar nada, explica cómo arreglar esto",
    "não altere nada, só explica o erro",
    "ничего не меняй, просто объясни ошибку",
    "不要修改代码,只解释这个错误",
    "コードは変更しないで、バグを説明して",
    "코드는 수정하지 말고 버그만 설명해줘",
]


@pytest.mark.parametrize(("tool", "request_"), PLAIN)
def test_a_plain_request_goes_to_its_tool(tool: str, request_: str) -> None:
    assert route(request_).tool == tool


@pytest.mark.parametrize(("tool", "request_"), OTHER_LANGUAGES)
def test_eight_other_languages_are_understood(tool: str, request_: str) -> None:
    assert route(request_).tool == tool


@pytest.mark.parametrize("request_", HANDS_OFF)
def test_a_request_to_change_nothing_is_never_an_edit(request_: str) -> None:
    chosen = route(request_)
    assert chosen.tool != "edit"
    assert chosen.alternatives["edit"] == 0


def test_a_pasted_traceback_alone_is_explained_not_edited() -> None:
    pasted = 'Traceback (most recent call last):\n  File "a.py", line 3, in f\n    return d["x"]\nKeyError: \'x\''
    assert route(pasted).tool == "explain"
    assert route(pasted + "\n\nplease fix it").tool == "edit"
    assert route("where does this come from?\n\n" + pasted).tool in ("search", "explain")


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [("can you fix the parser?", "edit"), ("how would I fix the parser in this project?", "explain")],
)
def test_asking_for_a_fix_differs_from_asking_how_to_fix(asked: str, wanted: str) -> None:
    assert route(asked).tool == wanted


@pytest.mark.parametrize(
    "slip", ["fxi the loop in a.py", "renmae foo to bar", "refator main.py", "ad a docstring to run()"]
)
def test_a_slip_of_the_finger_in_the_verb_is_forgiven(slip: str) -> None:
    assert route(slip).tool == "edit"


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400))
def test_any_text_gets_a_route_with_probabilities_that_add_up(text: str) -> None:
    chosen = route(text)
    assert chosen.tool in LABELS
    assert set(chosen.alternatives) == set(LABELS)
    assert abs(sum(chosen.alternatives.values()) - 1) < 1e-6
    assert chosen.source == "rules" and chosen.requests == 0


@pytest.mark.parametrize(
    "paste",
    ["a" * 200_000, "foo.py " * 40_000, "(" * 50_000, "/" * 50_000, "don't " * 20_000, "`" * 9_999, "x_" * 50_000],
    ids=["letters", "files", "brackets", "slashes", "negations", "ticks", "names"],
)
def test_a_huge_paste_is_routed_at_once(paste: str) -> None:
    begun = time.perf_counter()
    route(paste)
    assert time.perf_counter() - begun < 1.0


def test_most_labelled_requests_of_other_voices_are_routed_right_and_hardly_any_wrongly_edited() -> None:
    found = evaluate(load_cases("held"), lambda request, context: route(request, context))
    assert found.accepted >= 0.85
    assert found.false_edits <= 0.03


def test_a_request_takes_about_a_millisecond() -> None:
    requests = [case.request for case in load_cases("held")]
    for request in requests:
        route(request)  # patterns are compiled when they are first needed
    took = sorted(route(request).ms for request in requests)
    assert took[len(took) // 2] < 2.0  # 0.3 ms on an idle core
