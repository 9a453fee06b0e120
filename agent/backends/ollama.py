"""The `ollama` backend: the user's own server, its native `/api/chat`, through the official client.

`num_ctx` and `shift` are attributes of the running engine, so every request of a session carries the same two, the
loading one included; another value would load the model anew. `truncate: false` and `shift: false` make a prompt that
does not fit an error that carries the exact count, instead of dropping messages without a word.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from agent.backends import completions, wire
from agent.backends.base import Capabilities, Chunk, Message, ModelInfo, Options, StopReason, TokenLogprob, Usage
from agent.errors import AgentError, NoServer, NoSuchModel, ServerFailed

if TYPE_CHECKING:
    import ollama

MAX_TOP_LOGPROBS = 20
RELOAD_SECONDS = 0.5
"""A warm model's `load_duration` is a few milliseconds; more than this is a reload."""


class Ollama:
    """A model on an Ollama server. Instances are cheap; the client is imported at the first request."""

    name = "ollama"

    def __init__(
        self,
        url: str,
        model: ModelInfo,
        *,
        num_ctx: int,
        think: bool | str | None,
        keep_alive: float,
        why: str = "",
        notify: Callable[[str], None] | None = None,
    ) -> None:
        self.url = url
        self.model = model.name
        self.info = model
        self.why = why
        self._num_ctx = num_ctx
        self._loaded_ctx: int | None = None
        self._think = think
        self._keep_alive = -1 if keep_alive < 0 else int(keep_alive)
        self._notify = notify or (lambda text: None)
        self._client: ollama.Client | None = None
        self._lock = threading.Lock()
        self._warm = False

    def load(self) -> None:
        """Load the model and read back the context it got. Raises NoServer, NoSuchModel, ServerFailed."""
        # By plain HTTP, so that the model loads while the client is still being imported.
        body = self._request((), {}, stream=False)
        try:
            wire.ask(f"{self.url}/api/chat", body, timeout=None)
        except wire.BadStatus as error:
            raise self._error(error.status, error.body) from None
        except wire.Unreachable:
            raise no_server(self.url) from None
        except wire.Broken as error:
            raise ServerFailed(f"Ollama at {self.url} stopped while loading: {error}", "Try again.") from None
        self._warm = True
        self._read_back()

    def chat(
        self,
        messages: Sequence[Message],
        *,
        options: Options,
        schema: Mapping[str, Any] | None = None,
        logprobs: int = 0,
        grammar: str | None = None,
    ) -> Iterator[Chunk]:
        """Stream a reply; `grammar` is left out, since Ollama takes none.

        Raises NoServer, NoSuchModel, ContextOverflow, ServerFailed.
        """
        client = self._opened()
        import httpx
        import ollama

        body = self._request(messages, _options(options), stream=True)
        stream: Any = None
        finished = False
        try:
            stream = client.chat(
                model=self.model,
                messages=body["messages"],
                stream=True,
                think=self._think,
                format=dict(schema) if schema is not None else None,
                logprobs=True if logprobs else None,
                top_logprobs=min(logprobs, MAX_TOP_LOGPROBS) if logprobs else None,
                options=body["options"],
                keep_alive=body["keep_alive"],
            )
            for part in stream:
                chunk = _chunk(part)
                finished = chunk.done
                if finished:
                    self._notice_reload(chunk)
                yield chunk
                if finished:
                    break
        except ollama.ResponseError as error:
            raise self._error(error.status_code, error.error) from None
        except (httpx.ConnectError, httpx.ConnectTimeout, ConnectionError):
            raise no_server(self.url) from None
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise ServerFailed(
                f"Ollama at {self.url} closed the connection in the middle of its answer ({type(error).__name__}).",
                "Ask again: the server loads the model by itself.",
            ) from None
        except (ValueError, TypeError, AttributeError) as error:
            raise ServerFailed(
                f"{self.url} answered with something that is not Ollama's protocol: {str(error)[:120]}",
                "Check that `host` is an Ollama server.",
            ) from None
        finally:
            if stream is not None:
                stream.close()
        if not finished:
            raise ServerFailed(
                f"Ollama at {self.url} stopped in the middle of its answer.",
                "Ask again: the server loads the model by itself.",
            )

    def capabilities(self) -> Capabilities:
        """What Ollama can do since 0.12.11, which is the first with log-probabilities."""
        return Capabilities(logprobs=True, schema=True, thinking=self._think is not None)

    def context_limit(self) -> int:
        """The context in tokens: what is asked for, or what was loaded where that is less."""
        return min(self._num_ctx, self._loaded_ctx or self._num_ctx)

    def count_tokens(self, text: str) -> int | None:
        """None: Ollama has no way to count without generating."""
        return None

    def close(self) -> None:
        """Close the connection; the model stays loaded for its `keep_alive`."""
        client = self._client
        self._client = None
        if client is not None:
            with contextlib.suppress(AttributeError):
                client._client.close()

    def _opened(self) -> ollama.Client:
        with self._lock:
            if self._client is None:
                self._client = _make_client(self.url)
            return self._client

    def _request(self, messages: Sequence[Message], options: Mapping[str, Any], *, stream: bool) -> dict[str, Any]:
        """What is the same in every request of a session, and these messages and options."""
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [{"role": m.role, "content": m.content} for m in messages],
            "stream": stream,
            "options": {"num_ctx": self._num_ctx, **options},
            "keep_alive": self._keep_alive,
            **UNCUT,
        }
        if self._think is not None:
            body["think"] = self._think
        return body

    def _read_back(self) -> None:
        """Compare the loaded context, and where the weights are, with what was asked for."""
        for loaded in _ask_list(self.url, "/api/ps"):
            if self.model not in (loaded.get("name"), loaded.get("model")):
                continue
            context, size, vram = loaded.get("context_length"), loaded.get("size"), loaded.get("size_vram")
            if isinstance(context, int) and context > 0:
                if context < self._num_ctx:
                    self._notify(f"{self.model} has a context of {context:,} tokens, not {self._num_ctx:,}.")
                self._loaded_ctx = context
            if isinstance(size, int) and isinstance(vram, int) and 0 < vram < size:
                self._notify(
                    f"{1 - vram / size:.0%} of {self.model} runs on the CPU, which is several times slower: "
                    "a smaller `num_ctx` or a smaller model would fit the GPU."
                )

    def _notice_reload(self, chunk: Chunk) -> None:
        seconds = chunk.usage.load_seconds if chunk.usage else 0.0
        if self._warm and seconds > RELOAD_SECONDS:
            self._notify(
                f"{self.model} was loaded anew ({seconds:.1f} s): another program may use it with other settings, "
                "or it was idle for longer than `keep_alive`."
            )
        self._warm = True

    def _error(self, status: int, body: str) -> AgentError:
        if status == 404 and "not found" in body:
            return NoSuchModel(
                f"Ollama at {self.url} has no model `{self.model}`.", f"Get it with: agent models pull {self.model}"
            )
        if "does not support thinking" in body:
            return ServerFailed(f"{self.model} cannot think.", 'Set `think = false` for it, see [profile."TAG"].')
        error = completions.error_of(status, body, self.model)
        if type(error) is ServerFailed:
            words = completions.words_of(body)
            return ServerFailed(
                f"Ollama at {self.url} failed: {words[:300]}", "Ask again: the server loads the model by itself."
            )
        return error


UNCUT = {"truncate": False, "shift": False}
"""What makes the server refuse a prompt that does not fit, rather than drop part of it."""


def _make_client(url: str) -> ollama.Client:
    import httpx
    import ollama

    class Client(ollama.Client):
        """The official client, whose `chat` has no parameter for the two fields of UNCUT."""

        def _request(self, *args: Any, **kwargs: Any) -> Any:
            if isinstance(kwargs.get("json"), dict):
                kwargs["json"] = {**kwargs["json"], **UNCUT}
            return super()._request(*args, **kwargs)

    # A queued request and a loading model are silent for minutes: only connecting has a time limit. A certificate
    # store, which takes 20 ms to load, is of use to https alone.
    timeout = httpx.Timeout(None, connect=wire.CONNECT_SECONDS)
    return Client(host=url, timeout=timeout, verify=url.startswith("https"))


def _options(options: Options) -> dict[str, Any]:
    """Ollama's names. Every option is sent, since the server's own defaults differ from model to model."""
    named = {
        "temperature": options.temperature,
        "top_p": options.top_p,
        "top_k": options.top_k,
        "min_p": options.min_p,
        "presence_penalty": options.presence_penalty,
        "repeat_penalty": options.repeat_penalty,
        "seed": options.seed,
        "num_predict": options.max_tokens,
        "stop": list(options.stop) or None,
    }
    return {name: value for name, value in named.items() if value is not None}


def _chunk(part: Any) -> Chunk:
    """A chunk from the client's ChatResponse. Durations come in nanoseconds."""
    message = part.message
    done = bool(part.done)
    usage = None
    if done:
        usage = Usage(
            prompt_tokens=part.prompt_eval_count or 0,
            output_tokens=part.eval_count or 0,
            load_seconds=(part.load_duration or 0) / 1e9,
            prefill_seconds=(part.prompt_eval_duration or 0) / 1e9,
            decode_seconds=(part.eval_duration or 0) / 1e9,
        )
    reasons: dict[str, StopReason] = {"length": "length", "load": "load"}
    return Chunk(
        text=message.content or "",
        thinking=message.thinking or "",
        logprobs=tuple(
            TokenLogprob(item.token, item.logprob, tuple((top.token, top.logprob) for top in item.top_logprobs or ()))
            for item in part.logprobs or ()
        ),
        done=done,
        stop_reason=reasons.get(part.done_reason, "stop") if done else None,
        usage=usage,
    )


def list_installed(url: str) -> list[ModelInfo]:
    """The models on a server, with what is loaded. Raises NoServer, ServerFailed."""
    try:
        tags = wire.ask(f"{url}/api/tags")
        models = tags["models"]
    except wire.Unreachable:
        raise no_server(url) from None
    except (wire.Broken, wire.BadStatus, KeyError, TypeError) as error:
        raise ServerFailed(
            f"{url} answers, but not as an Ollama server does ({str(error)[:100]}).", "Check `host` and OLLAMA_HOST."
        ) from None
    return [_info(model) for model in models or () if isinstance(model, dict)]


def with_loaded(url: str, models: Sequence[ModelInfo]) -> list[ModelInfo]:
    """The same models with `loaded` and `gpu_share` filled in."""
    from dataclasses import replace

    loaded = {m.get("name"): m for m in _ask_list(url, "/api/ps")}
    result = []
    for model in models:
        state = loaded.get(model.name)
        share = state["size_vram"] / state["size"] if state and state.get("size") else None
        result.append(replace(model, loaded=state is not None, gpu_share=share))
    return result


def show(url: str, model: ModelInfo) -> ModelInfo:
    """What older servers tell only of one model at a time: capabilities and context length."""
    from dataclasses import replace

    try:
        data = wire.ask(f"{url}/api/show", {"model": model.name})
        facts = data.get("model_info") or {}
    except (wire.Unreachable, wire.Broken, wire.BadStatus, AttributeError):
        return model
    context = next((v for k, v in facts.items() if k.endswith(".context_length")), model.context)
    capabilities = tuple(data.get("capabilities") or model.capabilities)
    return replace(
        model,
        context=context,
        capabilities=capabilities,
        completes=not capabilities or "completion" in capabilities,
        remote=model.remote or bool(data.get("remote_host")),
    )


def _info(model: Mapping[str, Any]) -> ModelInfo:
    details = model.get("details") or {}
    capabilities = tuple(model.get("capabilities") or ())
    family = str(details.get("family") or "")
    embeds = "bert" in family or "embed" in str(model.get("name"))
    return ModelInfo(
        name=str(model.get("name") or model.get("model") or ""),
        backend="ollama",
        size_bytes=int(model.get("size") or 0),
        family=family,
        parameters=str(details.get("parameter_size") or ""),
        quantisation=str(details.get("quantization_level") or ""),
        context=details.get("context_length") or None,
        remote=bool(model.get("remote_host") or model.get("remote_model")),
        completes="completion" in capabilities if capabilities else not embeds,
        capabilities=capabilities,
    )


def _ask_list(url: str, path: str) -> list[dict[str, Any]]:
    try:
        return [m for m in wire.ask(url + path)["models"] or () if isinstance(m, dict)]
    except (wire.Unreachable, wire.Broken, wire.BadStatus, KeyError, TypeError):
        return []


def no_server(url: str) -> NoServer:
    """The error when nothing answers there."""
    return NoServer(
        f"No Ollama server answers at {url}.",
        "Start it with `ollama serve`, set OLLAMA_HOST or --host to where it runs, or use `-m embedded`.",
    )
