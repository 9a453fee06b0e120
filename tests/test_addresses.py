"""The forms of OLLAMA_HOST and of durations that people write."""

from __future__ import annotations

import pytest

from agent.addresses import is_loopback, ollama_url
from agent.durations import seconds_of
from agent.errors import ConfigError


@pytest.mark.parametrize(
    ("said", "url"),
    [
        ("", "http://127.0.0.1:11434"),
        ("  ", "http://127.0.0.1:11434"),
        ("localhost", "http://localhost:11434"),
        ("gpu-box", "http://gpu-box:11434"),
        ("gpu-box:8080", "http://gpu-box:8080"),
        (":8080", "http://127.0.0.1:8080"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:1234", "http://127.0.0.1:1234"),
        ("http://0.0.0.0:1234", "http://127.0.0.1:1234"),
        ("http://gpu-box", "http://gpu-box:80"),
        ("https://gpu-box", "https://gpu-box:443"),
        ("HTTP://gpu-box:99/", "http://gpu-box:99"),
        ("https://host.example/ollama/", "https://host.example:443/ollama"),
        ("http://host.example:8080/a/b", "http://host.example:8080/a/b"),
        ("::1", "http://[::1]:11434"),
        ("[::1]:8080", "http://[::1]:8080"),
        ("[::]", "http://127.0.0.1:11434"),
        ('"127.0.0.1:1"', "http://127.0.0.1:1"),
    ],
)
def test_every_form_of_a_host(said: str, url: str) -> None:
    assert ollama_url(said) == url


@pytest.mark.parametrize("said", ["ftp://x", "http://", "a b", "host:port", "host:99999999", "unix:///x"])
def test_what_is_no_host_is_an_error_that_names_its_source(said: str) -> None:
    with pytest.raises(ConfigError, match="OLLAMA_HOST"):
        ollama_url(said, "OLLAMA_HOST")


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:1", True), ("http://localhost", True), ("http://[::1]:1", True), ("127.9.9.9", True),
        ("http://10.0.0.1", False), ("http://gpu-box", False), ("http://127.0.0.1.evil.example", False),
        ("http://localhost.evil.example", False), ("http://127.0.0.1@evil.example", False),
    ],
)  # fmt: skip
def test_only_this_machine_counts_as_here(url: str, here: bool) -> None:
    assert is_loopback(url) is here


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("5m", 300), ("30s", 30), ("1h30m", 5400), ("0", 0), ("-1", -1), ("-5m", -1), ("90", 90), ("1.5h", 5400),
     ("500ms", 0.5), ("0s", 0)],
)  # fmt: skip
def test_durations(said: str, seconds: float) -> None:
    assert seconds_of(said) == pytest.approx(seconds)


@pytest.mark.parametrize("said", ["soon", "5 m", "m", "", "5d", "1h-3m"])
def test_what_is_no_duration_is_an_error(said: str) -> None:
    with pytest.raises(ConfigError):
        seconds_of(said)
