"""`agent bench` against a scripted server: honest reports, runs that go on, fits and settings that are kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from agent.bench import report
from agent.bench.routing import load_cases
from agent.bench.statistics import paired, share
from agent.bench.tasks import EditTask, load_tasks
from agent.bench.tuning import Form, chosen
from tests.cli.conftest import RunAgent, agent
from tests.scripted_ollama import CODER, GEMMA, Reply, ScriptedOllama, label

__all__ = ["agent"]
Start = Callable[..., ScriptedOllama]
TASKS = {task.target: task for task in load_tasks(("python",))}
RIGHT = {case.request.strip(): case.label for case in [*load_cases("fit"), *load_cases("held")]}


def target_in(text: str) -> EditTask:
    """The Python task that a prompt is about."""
    return next(task for task in TASKS.values() if task.request in text)


def whole(path: str, text: str) -> str:
    return f"{path}\n```python\n{text}```\n"


def answers(solves: str) -> Callable[[Mapping[str, Any]], Reply]:
    """One model routes well and writes the solution; any other calls everything chat and changes nothing."""

    def answer(request: Mapping[str, Any]) -> Reply:
        said = "\n".join(str(m["content"]) for m in request["messages"])
        good = request["model"] == solves
        if request.get("logprobs"):
            asked = str(request["messages"][-1]["content"])
            return label(RIGHT.get(asked, "unclear") if good else "chat")
        task = target_in(said)
        return Reply(whole(task.target, (task.solution if good else task.files)[task.target]))

    return answer


def results(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_two_models_side_by_side_and_a_run_that_goes_on_where_it_was(
    agent: RunAgent, tmp_path: Path, scripted_ollama: Start
) -> None:
    server = scripted_ollama(answers(CODER.name), models=[CODER, GEMMA])
    env = {"OLLAMA_HOST": server.url}
    args = ("bench", CODER.name, GEMMA.name, "--language", "python", "--limit", "4", "--out", "r.jsonl")
    ran = agent(*args, cwd=tmp_path, env=env)
    assert ran.code == 0, ran.err
    text = (tmp_path / "r.md").read_text()
    edits = [x for x in results(tmp_path / "r.jsonl") if x.get("suite") == "edit"]
    solved = {model: sum(x["solved"] for x in edits if x["model"] == model) for model in (CODER.name, GEMMA.name)}
    assert solved[CODER.name] >= 3 and solved[GEMMA.name] == 0  # a solution may need a second file
    assert f"| python | {solved[CODER.name]} / 4 / 4 | 0 / 4 / 4 |" in text
    assert "not enough runs" in text and "holds" not in text.split("A verdict")[0]
    assert "GiB" in text  # what the server says the model takes
    page = (tmp_path / "r.html").read_text()
    assert "<svg" in page and "src=" not in page and "href=" not in page and "http" not in page
    asked = len(server.chats)
    again = agent(*args, cwd=tmp_path, env=env)
    assert again.code == 0 and len(server.chats) == asked


def test_two_files_of_the_same_name_are_compared_model_by_model(agent: RunAgent, tmp_path: Path) -> None:
    for folder, ok in (("before", 0), ("after", 1)):
        (tmp_path / folder).mkdir()
        lines: list[dict[str, Any]] = [{"machine": {"cores": 2 if ok else 8, "system": "Linux", "arch": "arm64"}}]
        for model in ("m", "n"):
            for number in range(24):
                lines.append(
                    {
                        "model": model, "suite": "route", "case": f"c{number}", "run": 1, "label": "edit",
                        "tool": "edit" if ok else "chat", "ok": bool(ok), "false_edit": False, "confidence": 0.9,
                        "ms": 10.0 + number, "tokens": 5, "source": "both",
                    }
                )  # fmt: skip
        (tmp_path / folder / "r.jsonl").write_text("".join(json.dumps(x) + "\n" for x in lines))
    ran = agent("bench", "compare", "after/r.jsonl", "before/r.jsonl", cwd=tmp_path)
    assert ran.code == 0, ran.err
    assert "after/r.jsonl: m against before/r.jsonl: m" in ran.out
    assert "after/r.jsonl: n against before/r.jsonl: n" in ran.out
    assert "m against before/r.jsonl: n" not in ran.out and "m against after" not in ran.out
    assert "2 cores" in ran.out and "8 cores" in ran.out
    assert "1.00 (1.00–1.00)" in ran.out and "holds" in ran.out


def test_a_file_that_is_no_result_is_one_clear_error(agent: RunAgent, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("hello\nyou\n")
    (tmp_path / "b.jsonl").write_text("")
    assert agent("bench", "compare", "a.jsonl", "b.jsonl", cwd=tmp_path).code == 2
    ran = agent("bench", "compare", "b.jsonl", "b.jsonl", cwd=tmp_path)
    assert ran.code == 2 and "no results" in ran.err


def test_a_fit_is_stored_for_its_model_and_refused_when_the_prompt_is_another(
    agent: RunAgent, tmp_path: Path, scripted_ollama: Start
) -> None:
    server = scripted_ollama(answers(CODER.name), models=[CODER, GEMMA])
    env = {"OLLAMA_HOST": server.url, "XDG_DATA_HOME": str(tmp_path / "data")}
    (tmp_path / "few.jsonl").write_text('{"request": "the totals, hm, those of last month", "label": "unclear"}\n')
    args = ("bench", "route", "-m", CODER.name, "--cases", "few.jsonl")
    ran = agent(*args, "--fit", "--limit", "200", cwd=tmp_path, env=env)
    assert ran.code == 0, ran.err
    (stored,) = (tmp_path / "data" / "agent" / "routing").glob("*.json")
    fit = json.loads(stored.read_text())
    assert fit["model"] == CODER.name and fit["cases"] == 200 and fit["figures"]["accepted"] > 0.95
    held = {case.request for case in load_cases("held")}
    assert not any(chat.json["messages"][-1]["content"] in held for chat in server.chats)
    other = agent("bench", "route", "-m", GEMMA.name, "--cases", "few.jsonl", cwd=tmp_path, env=env)
    assert "no fit" in other.out + other.err and "stale" not in other.out + other.err
    stored.write_text(json.dumps({**fit, "prompt": "another"}))
    stale = agent(*args, cwd=tmp_path, env=env)
    assert stale.code == 0 and "stale" in stale.out + stale.err


def test_a_model_that_answers_no_label_is_not_fitted(agent: RunAgent, tmp_path: Path, scripted_ollama: Start) -> None:
    server = scripted_ollama(lambda _: label("Sure", Sure=-0.01), models=[CODER])
    env = {"OLLAMA_HOST": server.url, "XDG_DATA_HOME": str(tmp_path / "data")}
    ran = agent("bench", "route", "-m", CODER.name, "--fit", "--limit", "200", cwd=tmp_path, env=env)
    assert ran.code == 1 and "0 of 200" in ran.err
    assert not list((tmp_path / "data").rglob("*.json"))


def test_tune_keeps_the_form_that_solves_most_and_the_rest_of_the_settings(
    agent: RunAgent, tmp_path: Path, scripted_ollama: Start
) -> None:
    """Functions are this model's form, and it is right only where it is asked for whole files."""

    def answer(request: Mapping[str, Any]) -> Reply:
        said = "\n".join(str(m["content"]) for m in request["messages"])
        task = target_in(said)
        first = all(m["role"] != "assistant" for m in request["messages"])  # a failed try is asked for whole, too
        files = task.solution if first and f"whole new {task.target}" in said else task.files
        return Reply(whole(task.target, files[task.target]))

    server = scripted_ollama(answer, models=[CODER])
    settings = tmp_path / "agentrc"
    settings.write_text('# mine\nrouter = "both"\n')
    env = {"OLLAMA_HOST": server.url, "AGENT_CONFIG": str(settings)}
    args = ("bench", "tune", CODER.name, "--language", "python", "--limit", "4", "--out", "t.jsonl")
    ran = agent(*args, cwd=tmp_path, env=env, limit=120)
    assert ran.code == 0, ran.err
    assert "| symbol | 0 (" in ran.out and "| whole | " in ran.out
    kept = settings.read_text()
    assert kept.startswith("# mine\n") and 'edit_form = "whole"' in kept and CODER.name in kept
    asked = len(server.chats)
    again = agent(*args, cwd=tmp_path, env=env)
    assert again.code == 0 and len(server.chats) == asked


@pytest.mark.parametrize(
    ("solved", "in_use", "best"),
    [((0, 0, 0), "symbol", None), ((3, 3, 1), "symbol", "symbol"), ((3, 1, 3), "symbol", "blocks")],
)
def test_the_form_in_use_stays_unless_another_solves_more(
    solved: tuple[int, int, int], in_use: str, best: str | None
) -> None:
    named = zip(("whole", "symbol", "blocks"), solved, (9.0, 5.0, 2.0), strict=True)
    assert chosen([Form(name, n, 12, 100.0, seconds) for name, n, seconds in named], in_use) == best


def test_no_verdict_without_enough_cases_and_none_from_noise() -> None:
    assert paired("x", [(1.0, 0.0)] * 19).verdict == "not enough runs"
    assert paired("x", [(1.0, 0.0), (0.0, 1.0)] * 20).verdict == "no difference seen"
    assert paired("x", [(0.0, 1.0)] * 18 + [(1.0, 0.0)] * 2).verdict == "the other way round"


def test_the_interval_of_a_share_is_wilsons() -> None:
    # By hand: p = 1/27, z = 1.96: centre (p + z²/54) / (1 + z²/27) = 0.0948, half width 0.0882.
    found = share(1, 27)
    assert (round(found.low, 3), round(found.high, 3)) == (0.007, 0.183)
    assert share(0, 10).low == 0 and share(0, 10).high == pytest.approx(0.2775, abs=1e-3)


def test_a_model_that_failed_half_way_is_named_in_both_reports() -> None:
    lines = [{"model": "m", "error": "the server <died>"}]
    assert "`m` was not measured to the end: the server <died>" in report.markdown(lines)
    assert "m was not measured to the end: the server &lt;died&gt;" in report.html(lines)
