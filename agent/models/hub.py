"""Fetching a model file from the vendor's repository on the hub: one HTTPS request, gone on with by byte range."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

from agent.errors import ServerFailed
from agent.events import Progress
from agent.models.partial import Partial

if TYPE_CHECKING:
    import httpx

ENDPOINT = "https://huggingface.co"
"""The hub; `HF_ENDPOINT` names a mirror of it."""
CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
TRIES_WITHOUT_A_BYTE = 3
PAUSE_SECONDS = 0.5
_EVENT_SECONDS = 0.1


class Unreachable(Exception):
    """This source gave nothing; another one may."""


def fetch_from_hub(partial: Partial) -> Iterator[Progress]:
    """Download what is missing of the file; a connection that breaks is made again from where it broke.

    Raises Unreachable when not one byte came, ServerFailed when some came and then no more.
    """
    import httpx

    entry = partial.entry
    if entry.hub is None:
        raise Unreachable("the vendor has no file of it on the hub")
    base = (os.environ.get("HF_ENDPOINT") or ENDPOINT).rstrip("/")
    url = f"{base}/{entry.hub.repository}/resolve/{entry.hub.revision}/{quote(entry.hub.file)}"
    before, failures = partial.size, 0
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    with httpx.Client(timeout=timeout, follow_redirects=True) as client:
        while partial.size < entry.size_bytes:
            had = partial.size
            try:
                yield from _stream(client, url, partial)
                problem = f"the connection ended after {partial.size:,} of {entry.size_bytes:,} bytes"
            except httpx.HTTPError as error:
                problem = f"{base}: {error or type(error).__name__}"
            if partial.size > had:
                failures = 0
                continue
            failures += 1
            if partial.size == before:
                raise Unreachable(problem)
            if failures == TRIES_WITHOUT_A_BYTE:
                raise ServerFailed(
                    f"The download of {entry.name} broke off: {problem}.",
                    f"`agent models pull {entry.name}` goes on from {partial.size:,} bytes.",
                )
            time.sleep(failures * PAUSE_SECONDS)


def _stream(client: httpx.Client, url: str, partial: Partial) -> Iterator[Progress]:
    entry, have = partial.entry, partial.size
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={have}-"} if have else {})}
    with client.stream("GET", url, headers=headers) as response:
        start = _start_of(response, have, entry.size_bytes)
        said = 0.0
        with partial.appending(start) as file:
            written = start
            for block in response.iter_raw():
                # More than the file has is not the file; the digest would say so a gigabyte later.
                block = block[: entry.size_bytes - written]
                file.write(block)
                written += len(block)
                if time.monotonic() - said > _EVENT_SECONDS or written == entry.size_bytes:
                    said = time.monotonic()
                    yield Progress("download", f"{entry.name} from the hub", written, entry.size_bytes)
                if written == entry.size_bytes:
                    return


def _start_of(response: httpx.Response, have: int, total: int) -> int:
    """Where in the file the answer's bytes begin. Raises httpx.HTTPError (in a wide sense) for an answer of no use."""
    import httpx

    if response.status_code == 206:
        given = response.headers.get("Content-Range", "")
        if given == f"bytes {have}-{total - 1}/{total}":
            return have
        raise httpx.HTTPError(f"it answers with the range {given or 'unnamed'}")
    if response.status_code == 200:
        length = response.headers.get("Content-Length")
        if length in (None, str(total)):
            return 0
        raise httpx.HTTPError(f"it has a file of {length} bytes")
    raise httpx.HTTPError(f"it answers {response.status_code} {response.reason_phrase}".rstrip())
