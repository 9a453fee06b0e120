"""`agent route`: what the router would choose, for people and scripts."""

from __future__ import annotations

import sys
from typing import Any

import click

from agent.cli.options import common_options, taken


@click.command("route", short_help="Say which tool each REQUEST would go to.")
@click.argument("requests", nargs=-1, metavar="REQUEST... | -")
@common_options
@click.pass_context
def route_command(context: click.Context, /, requests: tuple[str, ...], **said: Any) -> int:
    """Say which tool each REQUEST would go to; `-` reads one request a line from standard input.

    Several words without quotes are one request; several quoted requests are routed one after the other.
    """
    from agent.turn import Turn

    common = taken(context, said)
    session = common.session()
    renderer = common.renderer()
    try:
        for request in _requests(requests):
            turn = Turn(session, request)
            for event in turn.route(request):
                if event.event in ("route", "prompt") or common.values.get("verbose"):
                    renderer.show(event)
    finally:
        renderer.close()
        session.close()
    return 0


def _requests(words: tuple[str, ...]) -> list[str]:
    if words == ("-",):
        return [line.rstrip("\n") for line in sys.stdin]
    if any(" " in word.strip() for word in words) or not words:
        return list(words) or [""]
    return [" ".join(words)]
