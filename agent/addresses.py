"""Where a server is: the forms of `OLLAMA_HOST`, and whether an address is this machine."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from agent.errors import ConfigError

DEFAULT_PORT = 11434
DEFAULT_URL = f"http://127.0.0.1:{DEFAULT_PORT}"


def ollama_url(host: str, source: str = "host") -> str:
    """The base URL for a host setting: empty, `host`, `host:port`, `:port`, an IPv6 address, or a URL with a path.

    The ports are Ollama's own rule: 11434 without a scheme, 80 and 443 with one. An address that means "all
    interfaces" to a server (`0.0.0.0`, `::`) is loopback to a client. Raises ConfigError.
    """
    text = host.strip().strip("\"'")
    if not text:
        return DEFAULT_URL
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "http", text.rstrip("/")
        port: int | None = DEFAULT_PORT
    else:
        scheme, rest = scheme.lower(), rest.rstrip("/")
        port = {"http": 80, "https": 443}.get(scheme)
    if port is None or not rest:
        raise _bad(host, source)
    if re.fullmatch(r"[0-9a-fA-F:]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*", rest):
        rest = f"[{rest}]"
    try:
        parts = urlsplit(f"{scheme}://{rest}")
        name, port = parts.hostname or "", parts.port or port
    except ValueError:
        raise _bad(host, source) from None
    if re.search(r"\s", rest):
        raise _bad(host, source)
    if name in ("", "0.0.0.0", "::"):
        name = "127.0.0.1"
    name = f"[{name}]" if ":" in name else name
    return f"{scheme}://{name}:{port}{parts.path.rstrip('/')}"


def openai_url(base_url: str, source: str = "base_url") -> str:
    """The base URL of a server with the OpenAI protocol, without its last slash. Raises ConfigError."""
    text = base_url.strip().rstrip("/")
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or re.search(r"\s", text):
        raise ConfigError(
            f"{source}: `base_url` is `{base_url}`, which is not a URL.", "Write it like http://127.0.0.1:8000/v1."
        )
    return text


def is_loopback(url: str) -> bool:
    """Whether an address is this machine. A name other than `localhost` is not looked up, and counts as elsewhere."""
    name = urlsplit(url if "://" in url else f"http://{url}").hostname or ""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _bad(host: str, source: str) -> ConfigError:
    return ConfigError(
        f"{source}: `host` is `{host}`, which is not an address of a server.",
        "Write it as host, host:port or http://host:port, for example 127.0.0.1:11434.",
    )
