"""Plain HTTP from the standard library: for our own engine on loopback, and for small questions to any server.

It costs 15 ms to import where an HTTP framework costs 200, and closing the generator closes the socket, so that the
server stops generating. There are no retries, redirects or proxies.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

CONNECT_SECONDS = 5.0


class Unreachable(Exception):
    """Nothing listens there, or the connection failed before an answer began."""


class Broken(Exception):
    """The connection ended in the middle of an answer."""


class BadStatus(Exception):
    """The server answered with an error status; `body` is what it said."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"{status}: {body[:200]}")
        self.status = status
        self.body = body


def ask(
    url: str, body: Mapping[str, Any] | None = None, *, key: str = "", timeout: float | None = CONNECT_SECONDS
) -> Any:
    """GET, or POST where there is a body; returns the JSON of the answer, or its text where it is not JSON.

    Raises Unreachable, Broken, BadStatus. `timeout` is in seconds for each step; None waits for ever.
    """
    connection, response = _send(url, body, key, timeout)
    try:
        text = response.read().decode("utf-8", "replace")
    except (OSError, HTTPException) as error:
        raise Broken(str(error)) from None
    finally:
        connection.close()
    try:
        return json.loads(text)
    except ValueError:
        return text


def lines(url: str, body: Mapping[str, Any], *, key: str = "") -> Iterator[str]:
    """POST, then each line of the answer as it comes. There is no time limit once connected.

    Raises Unreachable, Broken, BadStatus.
    """
    connection, response = _send(url, body, key, None)
    try:
        while True:
            try:
                line = response.readline()
            except (OSError, HTTPException, ValueError) as error:
                raise Broken(str(error)) from None
            if not line:
                return
            yield line.decode("utf-8", "replace").rstrip("\r\n")
    finally:
        response.close()
        connection.close()


def _send(
    url: str, body: Mapping[str, Any] | None, key: str, timeout: float | None
) -> tuple[HTTPConnection, HTTPResponse]:
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=CONNECT_SECONDS)
    headers = {"Content-Type": "application/json", "Connection": "close"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    payload = None if body is None else json.dumps(body).encode()
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.connect()
        connection.sock.settimeout(timeout)
        connection.request("GET" if body is None else "POST", path, body=payload, headers=headers)
        response = connection.getresponse()
    except (OSError, HTTPException) as error:
        connection.close()
        raise Unreachable(str(error) or type(error).__name__) from None
    if response.status >= 400:
        try:
            text = response.read().decode("utf-8", "replace")
        except (OSError, HTTPException):
            text = ""
        finally:
            connection.close()
        raise BadStatus(response.status, text)
    return connection, response
