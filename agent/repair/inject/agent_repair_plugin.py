"""The pytest plugin of the repair runtime: tells it of each test, runs failing ones first, leaves other files out."""

import os
from typing import Any

import agent_repair_tests as tests  # type: ignore[import-not-found, unused-ignore]

try:
    import pytest
except ImportError:  # pragma: no cover - the plugin is only loaded by pytest
    pytest = None  # type: ignore[assignment]

_failed: "dict[str, str]" = {}


def pytest_ignore_collect(collection_path: Any = None) -> Any:
    """In a search only the files with failing tests are collected; the whole command confirms what is found."""
    only = tests.SETUP.get("only")
    if not only or collection_path is None:
        return None
    path = os.path.realpath(str(collection_path))
    if os.path.isdir(path) or os.path.basename(path) in ("conftest.py", "__init__.py"):  # noqa: PTH112, PTH119
        return None
    return True if path not in only else None


def pytest_collection_modifyitems(items: Any) -> None:
    """Failing tests first, in their order; the others after them."""
    order = {name: index for index, name in enumerate(tests.SETUP.get("first") or ())}
    if order:
        items.sort(key=lambda item: order.get(item.nodeid, len(order)))


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: Any) -> Any:
    tests.begin(item.nodeid, str(getattr(item, "path", "") or ""))
    yield
    message = _failed.pop(item.nodeid, None)
    tests.end(item.nodeid, message is None, message or "")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: Any, call: Any) -> None:
    """In a search a failure is the verdict before pytest formats its traceback, which costs more than most tests."""
    if call.excinfo is None or call.when == "teardown" or item.get_closest_marker("xfail"):
        return
    if not isinstance(call.excinfo.value, (pytest.skip.Exception, pytest.exit.Exception)):
        tests.early(item.nodeid)


def pytest_runtest_logreport(report: Any) -> None:
    if report.failed:
        _failed.setdefault(report.nodeid, _message(report))


def pytest_collectreport(report: Any) -> None:
    if report.failed:
        tests.broken(report.nodeid, str(report.longrepr)[-2000:])


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(exitstatus: Any) -> None:
    tests.finish(int(exitstatus))


def _message(report: Any) -> str:
    """The lines that say what is wrong: the failing line of the test and pytest's comparison."""
    text = getattr(report, "longreprtext", "") or ""
    lines = text.splitlines()
    marked = [line[1:].strip() for line in lines if line.startswith(">")]
    told = [line[1:].strip() for line in lines if line.startswith("E ")]
    kept = marked[-1:] + told[:6] if told else lines[-4:]
    return "\n".join(kept)
