"""The `openai` backend: any server with the OpenAI protocol, through the official client.

vLLM and SGLang on a cluster, llama.cpp's server, LM Studio. What a server is, and so what it can do beyond the
protocol, is asked once when it is opened. The key comes from the environment or the keyring and is never shown.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from agent.addresses import openai_url
from agent.backends import completions, wire
from agent.backends.base import Capabilities, Chunk, Message, ModelInfo, Options
from agent.config import Config
from agent.errors import AgentError, NoServer, NoSuchModel, ServerFailed

if TYPE_CHECKING:
    import openai

KEYRING_SERVICE = "hearth-agent"
UNKNOWN_CONTEXT = 8192
"""Assumed where neither the server nor `num_ctx` tells the context length."""


class OpenAI:
    """A model on a server with the OpenAI protocol."""

    name = "openai"

    def __init__(
        self,
        base_url: str,
        model: ModelInfo,
        *,
        dialect: completions.Dialect,
        context: int,
        think: bool | str | None = None,
        why: str = "",
    ) -> None:
        self.base_url = base_url
        self.model = model.name
        self.info = model
        self.dialect = dialect
        self.why = why
        self._context = context
        self._think = think
        self._client: openai.OpenAI | None = None
        self._lock = threading.Lock()
        self._predicts = dialect == "plain"

    def load(self) -> None:
        """Such a server has its model loaded; this imports the client and sees that somebody answers."""
        _ask(self.base_url, "/models")
        self._opened()

    def chat(
        self,
        messages: Sequence[Message],
        *,
        options: Options,
        schema: Mapping[str, Any] | None = None,
        logprobs: int = 0,
        grammar: str | None = None,
    ) -> Iterator[Chunk]:
        """Stream a reply. Raises NoServer, NoSuchModel, ContextOverflow, ServerFailed."""
        body = completions.request_body(
            self.model,
            messages,
            options,
            dialect=self.dialect,
            schema=schema,
            logprobs=logprobs,
            grammar=grammar if self.capabilities().grammar else None,
            think=self._think,
            predict=self._predicts,
        )
        stream = self._stream(body)
        try:
            yield from completions.chunks((_plain(part) for part in stream), self.model)
        except AgentError:
            raise
        except Exception as error:
            raise self._error(error, began=True) from None
        finally:
            stream.close()

    def _stream(self, body: dict[str, Any]) -> Any:
        """The client's stream. A server that does not know predicted outputs is asked again without, once."""
        client = self._opened()
        extra = {name: body.pop(name) for name in list(body) if name not in _PROTOCOL}
        try:
            return client.chat.completions.create(**body, extra_body=extra)
        except Exception as error:
            if "prediction" in body and getattr(error, "status_code", 0) in (400, 422) and "predict" in str(error):
                self._predicts = False
                del body["prediction"]
                return self._stream({**body, **extra})
            raise self._error(error) from None

    def _error(self, error: Exception, *, began: bool = False) -> AgentError:
        import openai

        if isinstance(error, openai.APIStatusError):
            return completions.error_of(error.status_code, error.response.text, self.model)
        if isinstance(error, (openai.APITimeoutError, openai.APIConnectionError)) and not began:
            return no_server(self.base_url)
        if isinstance(error, openai.APIError) and not isinstance(error, openai.APIConnectionError):
            return completions.error_of(500, str(error.body or error), self.model)
        return ServerFailed(
            f"{self.base_url} closed the connection in the middle of its answer ({type(error).__name__}).", "Ask again."
        )

    def capabilities(self) -> Capabilities:
        """By what the server is."""
        llama, vllm = self.dialect == "llama.cpp", self.dialect == "vllm"
        return Capabilities(
            logprobs=True,
            schema=True,
            grammar=llama or vllm,
            tokenize=llama or vllm,
            cached_counts=llama,
            thinking=self._think is not None,
        )

    def context_limit(self) -> int:
        """The context in tokens, as the server tells, or `num_ctx` where it does not."""
        return self._context

    def count_tokens(self, text: str) -> int | None:
        """Exact with llama.cpp's server and vLLM, else None."""
        root = root_of(self.base_url)
        try:
            if self.dialect == "llama.cpp":
                return len(wire.ask(f"{root}/tokenize", {"content": text}, key=api_key(root), timeout=60)["tokens"])
            if self.dialect == "vllm":
                body = {"model": self.model, "prompt": text, "add_special_tokens": False}
                return int(wire.ask(f"{root}/tokenize", body, key=api_key(root), timeout=60)["count"])
        except (wire.Unreachable, wire.Broken, wire.BadStatus, KeyError, TypeError):
            return None
        return None

    def close(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _opened(self) -> openai.OpenAI:
        with self._lock:
            if self._client is None:
                import openai

                # A loading or queueing server is silent for minutes: only connecting has a time limit. A failed
                # request is never sent twice behind the person's back.
                self._client = openai.OpenAI(
                    base_url=self.base_url,
                    api_key=api_key(self.base_url) or "none",
                    timeout=openai.Timeout(None, connect=wire.CONNECT_SECONDS),
                    max_retries=0,
                )
            return self._client


_PROTOCOL = {
    *("model", "messages", "stream", "stream_options", "stop", "max_tokens", "seed"),
    *("temperature", "top_p", "presence_penalty", "logprobs", "top_logprobs", "response_format", "prediction"),
}
"""What the client knows by name; the rest is sent as `extra_body`."""


def _plain(part: Any) -> dict[str, Any]:
    data: dict[str, Any] = part.model_dump()
    return data


def open_openai(config: Config, name: str, *, why: str, notify: Callable[[str], None] | None = None) -> OpenAI:
    """Ask the server what it is and what it serves. Raises NoServer, NoSuchModel, ServerFailed, ConfigError."""
    from agent.models.profiles import profile_for

    base_url = openai_url(config.settings.base_url, config.source("base_url"))
    served = list_served(base_url)
    found = next((m for m in served if m.name == name), served[0] if served and not name else None)
    if found is None:
        names = ", ".join(m.name for m in served[:5]) or "none"
        raise NoSuchModel(f"{base_url} has no model `{name}`.", f"It serves: {names}.")
    dialect, context = recognise(base_url)
    context = context or found.context
    settings = config.settings
    override = settings.profile.get(found.name)
    configured = (override.num_ctx if override else None) or settings.num_ctx
    if configured and context and configured > context and notify:
        notify(f"{found.name} has a context of {context:,} tokens, not {configured:,}.")
    profile = profile_for(found.name, context=context, think=settings.think, overrides=override)
    return OpenAI(
        base_url,
        replace(found, context=context),
        dialect=dialect,
        context=min(configured or context or UNKNOWN_CONTEXT, context or 1 << 31),
        think=profile.think,
        why=why,
    )


def recognise(base_url: str) -> tuple[completions.Dialect, int | None]:
    """What kind of server it is, and its context length where it tells.

    llama.cpp's answers `/props`, vLLM's `/version`; anything else is taken for the plain protocol.
    """
    root = root_of(base_url)
    props = _try(f"{root}/props", root)
    if isinstance(props, dict) and "default_generation_settings" in props:
        context = (props.get("default_generation_settings") or {}).get("n_ctx")
        return "llama.cpp", context if isinstance(context, int) and context > 0 else None
    version = _try(f"{root}/version", root)
    if isinstance(version, dict) and "version" in version and _try(f"{root}/api/version", root) is None:
        return "vllm", None
    return "plain", None


def list_served(base_url: str) -> list[ModelInfo]:
    """The models a server has. Raises NoServer, ServerFailed."""
    data = _ask(base_url.rstrip("/"), "/models")
    models = data.get("data") if isinstance(data, dict) else None
    if not isinstance(models, list):
        raise ServerFailed(f"{base_url} answers, but not with the OpenAI protocol.", "`base_url` often ends in /v1.")
    return [_info(m) for m in models if isinstance(m, dict) and m.get("id")]


def _info(model: Mapping[str, Any]) -> ModelInfo:
    meta = model.get("meta") or {}
    return ModelInfo(
        str(model["id"]),
        "openai",
        size_bytes=int(meta.get("size") or 0),
        parameters=f"{meta['n_params'] / 1e9:.2f}B" if meta.get("n_params") else "",
        context=model.get("max_model_len") or meta.get("n_ctx") or meta.get("n_ctx_train"),
        loaded=True,
    )


def _ask(base_url: str, path: str) -> Any:
    try:
        return wire.ask(base_url + path, key=api_key(base_url))
    except wire.Unreachable:
        raise no_server(base_url) from None
    except wire.BadStatus as error:
        raise completions.error_of(error.status, error.body, path) from None
    except wire.Broken as error:
        raise ServerFailed(f"{base_url} stopped in the middle of its answer: {error}", "Try again.") from None


def _try(url: str, root: str) -> Any:
    try:
        return wire.ask(url, key=api_key(root))
    except (wire.Unreachable, wire.Broken, wire.BadStatus):
        return None


def root_of(base_url: str) -> str:
    """The server's root, where what is not part of the protocol lives."""
    return base_url.rstrip("/").removesuffix("/v1")


def api_key(base_url: str) -> str:
    """The key: AGENT_API_KEY, else OPENAI_API_KEY, else the keyring's for this address; "" for none."""
    key = os.environ.get("AGENT_API_KEY") or os.environ.get("OPENAI_API_KEY")
    if key:
        return key.strip()
    from agent.addresses import is_loopback

    return "" if is_loopback(base_url) else _from_keyring(root_of(base_url))


def _from_keyring(account: str) -> str:
    try:
        import keyring
    except ImportError:
        return ""
    try:
        return keyring.get_password(KEYRING_SERVICE, account) or ""
    except keyring.errors.KeyringError:
        return ""


def no_server(base_url: str) -> NoServer:
    """The error when nothing answers there."""
    return NoServer(
        f"No server answers at {base_url}.", "Start it, or set `base_url` (AGENT_BASE_URL) to where it runs."
    )
