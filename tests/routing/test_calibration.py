"""Fits of the router to a model: what they mend, when they are refused, and the corrections that feed them."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from agent.bench.routing import Case, case_from, load_cases
from agent.routing import LABELS, RouteContext
from agent.routing.calibration import (
    FEWEST,
    decide,
    default_fit,
    fit_answers,
    folder,
    for_backend,
    model_key,
    read,
    write,
)
from agent.routing.corrections import corrections, corrections_file, record
from agent.routing.model import Answer, prompt_hash


class Model:
    """What a fit needs to know of a backend: the names that a real one has."""

    def __init__(self, model: str) -> None:
        self.model = model


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


def answer(label: str, sure: float = 0.9) -> Answer:
    rest = (1 - sure) / (len(LABELS) - 1)
    return Answer({name: math.log(sure if name == label else rest) for name in LABELS}, mass=1.0, requests=1)


def test_a_fit_learns_that_a_model_calls_everything_an_edit() -> None:
    cases = load_cases("fit")
    fitted = fit_answers("m", "", cases, [answer("edit") for _ in cases])
    even = dict.fromkeys(LABELS, math.log(1 / len(LABELS)))
    says_edit = answer("edit").logs
    assert says_edit is not None
    assert fitted.decide(says_edit, even)["edit"] < default_fit().decide(says_edit, even)["edit"]
    assert fitted.figures["accepted"] > 0.8  # the rules carry it


def test_a_fit_trusts_a_model_that_is_always_right() -> None:
    cases = load_cases("fit")
    fitted = fit_answers("m", "", cases, [answer(case.label, 0.7) for case in cases])
    assert fitted.figures["accepted"] > 0.97


def test_a_stored_fit_is_found_again_and_only_for_its_model() -> None:
    fitted = replace(default_fit(), model="my-model:7b", temperature=1.25)
    write(fitted)
    assert for_backend(Model("my-model:7b"))[0] == fitted  # type: ignore[arg-type]
    assert for_backend(Model("my-model:9b"))[0].temperature == 1.0  # type: ignore[arg-type]


@pytest.mark.parametrize("stale", [{"prompt": "000000000000"}, {"version": 0}, {"quantisation": "Q8_0"}])
def test_a_stale_fit_is_refused_and_said_so(stale: dict[str, object]) -> None:
    path = write(replace(default_fit(), model="m:7b", quantisation="Q4_K_M", temperature=2.0))
    path.write_text(json.dumps({**read(path).__dict__, **stale}))
    used, warning = for_backend(Model("m:7b-q4_k_m"))  # type: ignore[arg-type]
    assert used.temperature == 1.0
    assert "stale" in warning and "agent bench route --fit" in warning


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"model": 1}', '{"model": "m", "table": {"bias": {"edit": NaN}}}'])
def test_a_damaged_fit_is_no_reason_to_stop(damage: str) -> None:
    folder().mkdir(parents=True)
    (folder() / "m@any.json").write_text(damage)
    used, warning = for_backend(Model("m"))  # type: ignore[arg-type]
    assert used == default_fit()
    assert "no router fit" in warning


@pytest.mark.parametrize(
    "name",
    ["qwen2.5-coder:1.5b", "Qwen2.5 Coder 1.5B Instruct GGUF", "/models/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"],
)
def test_a_model_is_known_by_all_its_names(name: str) -> None:
    assert model_key(name) == "qwen2.5-coder-1.5b"


@pytest.mark.parametrize("name", ["qwen2.5-coder:1.5b", "qwen2.5-coder:0.5b"])
def test_the_embedded_models_come_with_a_fit_for_this_prompt(name: str) -> None:
    used, warning = for_backend(Model(name))  # type: ignore[arg-type]
    assert model_key(used.model) == model_key(name) and used.quantisation == "Q4_K_M"
    assert not warning and used.cases >= FEWEST


def test_too_few_cases_make_no_fit() -> None:
    from agent.routing.calibration import fit

    with pytest.raises(ValueError, match=str(FEWEST)):
        fit(Model("m"), load_cases("held")[: FEWEST - 1])  # type: ignore[arg-type]


def test_an_unlikely_edit_goes_to_the_next_best_class() -> None:
    chances = {"edit": 0.4, "explain": 0.35, "test": 0.1, "search": 0.05, "chat": 0.05, "unclear": 0.05}
    assert decide(chances, 0.45) == "explain"
    assert decide(chances, 0.35) == "edit"


def test_the_prompt_has_one_hash_and_every_label_an_example() -> None:
    from agent.routing.model import examples

    assert prompt_hash() == prompt_hash() and len(prompt_hash()) == 12
    assert {label for label, _ in examples()} == set(LABELS)


def test_no_example_of_the_prompt_is_among_the_labelled_requests() -> None:
    from agent.routing.model import examples

    asked = {case.request.strip().lower() for case in load_cases("both") if len(case.request) > 5}
    assert not asked & {request.lower() for _, request in examples()}


def test_a_correction_is_kept_as_a_labelled_request() -> None:
    record("make the thing green", "edit", RouteContext("show the button", "search", "button.css:4"))
    record("hm\nhm", "chat")
    kept = corrections()
    assert [(c.request, c.label) for c in kept] == [("make the thing green", "edit"), ("hm\nhm", "chat")]
    assert kept[0].context.previous_request == "show the button"


def test_the_last_correction_of_a_request_counts_and_damaged_lines_do_not() -> None:
    record("x", "edit")
    with corrections_file().open("a") as file:
        file.write('not json\n{"request": "y"}\n{"request": "z", "label": "dance"}\n')
    record("x", "search")
    assert [(c.request, c.label) for c in corrections()] == [("x", "search")]


def test_an_unknown_label_is_no_correction() -> None:
    with pytest.raises(ValueError, match="dance"):
        record("x", "dance")


def test_a_case_with_a_wrong_label_names_its_line(tmp_path: Path) -> None:
    file = tmp_path / "own.jsonl"
    file.write_text('{"request": "a", "label": "edit"}\n{"request": "b", "label": "exit"}\n')
    with pytest.raises(ValueError, match=":2:"):
        load_cases(file)


def test_what_is_accepted_too_counts_as_right() -> None:
    case = case_from({"request": "r", "label": "edit", "also": ["explain"]})
    assert isinstance(case, Case)
    assert case.accepts("edit") and case.accepts("explain") and not case.accepts("chat")
