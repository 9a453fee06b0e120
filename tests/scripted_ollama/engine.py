"""A real model behind the server: llama.cpp in a child process, spoken to over loopback."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from tests.scripted_ollama.asks import Ask, Refused, too_long
from tests.scripted_ollama.script import Reply
from tests.scripted_ollama.served import ServedModel
from tests.scripted_ollama.thinking import Died, Finish, Piece, ScriptedThinker, Stream

_CHILD = """
import json, os, sys
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
import xllamacpp as llama
order = json.loads(sys.stdin.readline())
out = os.fdopen(os.dup(1), "w")
null = os.open(os.devnull, os.O_WRONLY)
os.dup2(null, 1), os.dup2(null, 2)
p = llama.CommonParams()
p.model.path, p.n_ctx, p.ctx_shift = order["path"], order["context"], order["shift"]
p.hostnames, p.port, p.ui, p.n_parallel = ["127.0.0.1"], 0, False, 1
server = llama.Server(p)
print(server.listening_address, file=out, flush=True)
sys.stdin.read()
os._exit(0)
"""
_DEFAULTS = {"temperature": 0.8, "top_k": 40, "top_p": 0.9, "min_p": 0.0, "repeat_penalty": 1.0}
"""Ollama's own, for what a request leaves out."""
_PASSED = (*_DEFAULTS, "seed", "stop", "presence_penalty", "frequency_penalty")


class EngineThinker:
    """Answers with the model of a GGUF file. A reply of the script is still said by the script."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._child: subprocess.Popen[str] | None = None
        self._address = ""
        self._scripted = ScriptedThinker()

    def load(self, model: ServedModel, context: int, shift: bool) -> None:
        """Start the child and wait until the model is in memory. Raises Refused when it does not come up."""
        self.unload()
        self._child = subprocess.Popen(
            [sys.executable, "-c", _CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        order = {"path": str(self.file), "context": context, "shift": shift}
        _pipe(self._child.stdin).write(json.dumps(order) + "\n")
        _pipe(self._child.stdin).flush()
        self._address = _pipe(self._child.stdout).readline().strip().removeprefix("http://")
        if not self._address:
            self.unload()
            raise Refused(500, f"llama runner process has terminated: unable to load model: {self.file}")

    def unload(self) -> None:
        """End the child at once, in the middle of an answer too."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            for pipe in (self._child.stdin, self._child.stdout):
                _pipe(pipe).close()
            self._child = None

    def count(self, model: ServedModel, ask: Ask, messages: list[dict[str, Any]]) -> int:
        """Prompt tokens, by the model's own template and tokenizer."""
        prompt = self._call("/apply-template", {"messages": messages})["prompt"]
        return len(self._call("/tokenize", {"content": prompt, "add_special": True, "parse_special": True})["tokens"])

    def generate(
        self, model: ServedModel, ask: Ask, messages: list[dict[str, Any]], context: int, reply: Reply
    ) -> Stream:
        """The model's tokens, then what they cost. Raises Died when the child is killed meanwhile."""
        if not reply.from_engine:
            yield from self._scripted.generate(model, ask, messages, context, reply)
            return
        began = time.monotonic_ns()
        connection = http.client.HTTPConnection(self._address)
        try:
            connection.request(
                "POST", "/v1/chat/completions", json.dumps(_body(ask, messages)), {"Content-Type": "application/json"}
            )
            response = connection.getresponse()
            if response.status != 200:
                raise _refusal(response.status, response.read())
            yield from _read(response, began)
        except (OSError, http.client.HTTPException) as error:
            raise Died from error
        finally:
            connection.close()

    def _call(self, path: str, body: Mapping[str, Any]) -> Any:
        connection = http.client.HTTPConnection(self._address)
        try:
            connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


def _body(ask: Ask, messages: list[dict[str, Any]]) -> dict[str, Any]:
    limit = ask.option("num_predict")
    body: dict[str, Any] = {
        "messages": messages,
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": -1 if limit is None else limit,
        **_DEFAULTS,
        **{name: value for name, value in ask.options.items() if name in _PASSED},
    }
    if ask.logprobs:
        body.update(logprobs=True, top_logprobs=max(1, ask.top_logprobs))
    if isinstance(ask.schema, dict):
        body["response_format"] = {"type": "json_schema", "json_schema": {"schema": ask.schema}}
    return body


def _read(response: http.client.HTTPResponse, began: int) -> Iterator[Piece | Finish]:
    reason = "stop"
    first = 0
    for event in _events(response):
        for choice in event.get("choices") or []:
            delta = choice.get("delta") or {}
            reason = choice.get("finish_reason") or reason
            text, thinking = delta.get("content") or "", delta.get("reasoning_content") or ""
            entries = (choice.get("logprobs") or {}).get("content") or []
            if text or thinking or entries:
                first = first or time.monotonic_ns()
                yield Piece(text, thinking, [_entry(entry) for entry in entries] or None)
        if event.get("usage"):
            yield _finish(event, reason, began, first)
            return
    raise Died


def _finish(event: Mapping[str, Any], reason: str, began: int, first: int) -> Finish:
    usage, timings = event["usage"], event.get("timings") or {}
    now = time.monotonic_ns()
    return Finish(
        reason=reason,
        prompt_tokens=usage["prompt_tokens"],
        new_prompt_tokens=int(timings.get("prompt_n", usage["prompt_tokens"])),
        output_tokens=usage["completion_tokens"],
        prefill_ns=int(timings.get("prompt_ms", ((first or now) - began) / 1e6) * 1e6),
        decode_ns=int(timings.get("predicted_ms", (now - (first or now)) / 1e6) * 1e6) or 1000,
    )


def _events(response: http.client.HTTPResponse) -> Iterator[dict[str, Any]]:
    while line := response.readline():
        if line.startswith(b"data: {"):
            event = json.loads(line[6:])
            if "error" in event:
                raise _refusal(500, line[6:])
            yield event


def _entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: entry[name] for name in ("token", "logprob", "bytes")}
    if entry.get("top_logprobs"):
        kept["top_logprobs"] = [{n: e[n] for n in ("token", "logprob", "bytes")} for e in entry["top_logprobs"]]
    return kept


def _refusal(status: int, body: bytes) -> Refused:
    error = json.loads(body).get("error") or {}
    if error.get("type") == "exceed_context_size_error":
        return too_long(error["n_prompt_tokens"], error["n_ctx"])
    return Refused(status, json.dumps({"error": error}, separators=(",", ":")))


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe
