"""`agent doctor` finds what is wrong and says what to type; whatever is broken, it never breaks itself."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from agent.config import load_config
from agent.doctor import Check, diagnose, server
from agent.doctor.embedded import engine_facts
from tests.scripted_ollama import Reply, ScriptedOllama, failure

Start = Callable[..., ScriptedOllama]
ROOT = Path(__file__).parent.parent
PRINT = """
import json
from dataclasses import asdict
from agent.config import load_config
from agent.doctor import diagnose
print(json.dumps([asdict(check) for check in diagnose(load_config(None), measure=False)]))
"""


def examined(host: str, **flags: Any) -> dict[str, Check]:
    """What is said of the server and the model."""
    return {check.name: check for check in server.model(load_config(None, {"host": host, **flags}), measure=True)}


def examined_elsewhere(folder: Path, **environment: str) -> dict[str, dict[str, Any]]:
    """The same by a process of its own, so that paths and the environment can be spoilt."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    done = subprocess.run([sys.executable, "-c", PRINT], cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {check["name"]: check for check in json.loads(done.stdout)}


def test_a_good_machine_is_found_good_with_numbers_for_programs(scripted_ollama: Start) -> None:
    ollama = scripted_ollama(["a hash table is a table"], gpu_share=1.0)
    found = {check.name: check for check in diagnose(load_config(None, {"host": ollama.url}))}
    assert {name for name, check in found.items() if check.status == "fail"} == set()
    assert found["processor"].status == "ok"
    assert found["context"].data["asked"] == found["context"].data["loaded"]
    assert found["speed"].data["decode_tokens_per_second"] > 0
    assert found["speed"].data["prefill_tokens_per_second"] > 0
    json.dumps([asdict(check) for check in found.values()])


def test_the_measured_prompt_is_new_each_time(scripted_ollama: Start) -> None:
    ollama = scripted_ollama(["one two three"] * 2, gpu_share=1.0)
    examined(ollama.url)
    examined(ollama.url)
    assert ollama.chats[1].new_prompt_tokens > ollama.chats[1].prompt_tokens / 2


def test_weights_partly_on_the_cpu_are_said_with_what_to_do(scripted_ollama: Start) -> None:
    found = examined(scripted_ollama(["a b c"], gpu_share=0.25).url)
    assert found["processor"].status == "warn"
    assert "75%" in found["processor"].value and "num_ctx" in found["processor"].advice


def test_no_server_is_one_clear_finding_and_how_to_start_it() -> None:
    found = examined("127.0.0.1:9")
    assert found["server"].status == found["model"].status == "fail"
    assert "127.0.0.1:9" in found["server"].value and "ollama serve" in found["server"].advice
    assert "speed" not in found


def test_no_server_is_no_fault_where_none_is_needed() -> None:
    found = examined("127.0.0.1:9", model="none")
    assert found["server"].status == found["model"].status == "ok"


@pytest.mark.parametrize(
    ("version", "status"), [("0.12.10", "warn"), ("0.12.11", "ok"), ("0.19.2", "warn"), ("0.21.0", "ok"), ("dev", "ok")]
)
def test_a_server_too_old_for_what_is_needed_is_told_from_one_that_is_not(
    scripted_ollama: Start, version: str, status: str
) -> None:
    assert examined(scripted_ollama(["a b"], version=version).url)["server"].status == status


@pytest.mark.parametrize(
    "reply", [failure(500, "boom"), Reply(""), Reply("a b", drop_after=1), Reply("a b", error="dead", error_after=1)]
)
def test_a_model_that_does_not_answer_is_a_finding(scripted_ollama: Start, reply: Reply) -> None:
    found = examined(scripted_ollama([reply]).url)
    assert found["speed"].status == "fail" and found["speed"].value


def test_a_model_that_is_not_there_is_a_finding(scripted_ollama: Start) -> None:
    found = examined(scripted_ollama().url, model="nosuch:1b")
    assert found["model"].status == "fail" and "nosuch:1b" in found["model"].value


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.0 200 OK\r\n\r\n<html>", b"\x00\x01 nonsense", b"", b"HTTP/1.0 200 OK\r\n\r\n[1]"]
)
def test_something_else_at_the_servers_address_is_a_finding(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_answer_all, args=(listener, answer), daemon=True).start()
        found = examined(f"127.0.0.1:{listener.getsockname()[1]}")
        assert found["server"].status == "fail" and found["model"].status == "fail"


def _answer_all(listener: socket.socket, answer: bytes) -> None:
    while True:
        try:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)
        except OSError:
            return


def test_without_git_it_says_what_to_do(tmp_path: Path) -> None:
    found = examined_elsewhere(tmp_path, PATH=str(tmp_path))
    assert found["git"]["status"] == "fail" and found["git"]["advice"]


def test_git_that_does_not_know_the_person_is_said(tmp_path: Path) -> None:
    config = tmp_path / "gitconfig"
    config.write_text("[user]\n\tuseConfigOnly = true\n")
    found = examined_elsewhere(tmp_path, GIT_CONFIG_GLOBAL=str(config))
    assert found["git"]["status"] == "warn" and "user.email" in found["git"]["advice"]


@pytest.mark.parametrize("name", ["tools", "prompts"])
def test_a_package_that_hides_ours_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text("")
    found = examined_elsewhere(tmp_path)
    assert found["packages"]["status"] == "fail"
    assert str(tmp_path / name) in found["packages"]["value"] and "uv tool install" in found["packages"]["advice"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("raise ImportError('libgomp.so.1: cannot open shared object file')", "libgomp"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGILL)", "this CPU"),
    ],
    ids=["library missing", "illegal instruction"],
)
def test_an_engine_that_does_not_load_is_a_finding(tmp_path: Path, code: str, words: str) -> None:
    (tmp_path / "xllamacpp.py").write_text(code + "\n")
    found = examined_elsewhere(tmp_path)
    assert found["engine"]["status"] == "fail" and words in found["engine"]["value"]


def test_what_the_cpu_has_beyond_the_engine_is_said() -> None:
    system = "CPU : SSE3 = 1 | AVX2 = 1 | AVX512 = 0 | "
    found = engine_facts("1", system, [], {"avx2", "avx512f", "amx_int8", "fpu"})
    assert found.data["unused"] == ["AMX_INT8", "AVX512"] and "AVX512" in found.value
    assert engine_facts("1", system, [], {"avx2"}).data["unused"] == []


def test_an_unfinished_download_is_said(tmp_path: Path) -> None:
    (tmp_path / "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf.part").write_bytes(b"12345")
    found = examined_elsewhere(tmp_path, AGENT_MODELS=str(tmp_path))
    assert found["weights"]["status"] == "warn"
    assert "agent models pull qwen2.5-coder:0.5b" in found["weights"]["advice"]


@pytest.mark.engine
def test_the_embedded_model_is_measured(small_weights: Path) -> None:
    found = examined("127.0.0.1:9", model=str(small_weights), num_ctx=2048, keep_alive="0")
    assert found["server"].status == found["model"].status == "ok"
    assert found["context"].data["loaded"] == 2048
    speed = found["speed"].data
    assert speed["prefill_tokens_per_second"] > speed["decode_tokens_per_second"] > 1
    assert speed["prompt_tokens"] > 150
