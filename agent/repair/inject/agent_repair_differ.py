"""`agent_repair_differ.py ONE OTHER CALLS`: the first of the calls, literals as arguments, whose outcome differs.

ONE and OTHER are two versions of a module, CALLS a JSON list of expressions. Prints [call, outcome, other outcome].
Standard library only: this runs as a program of its own, contained like the judged command.
"""

from __future__ import annotations

import json
import signal
import sys

SECONDS = 0.2


def outcomes(path: str, calls: list[str]) -> list[str]:
    """What each call gives, as text."""
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        space: dict[str, object] = {"__name__": "module"}
        exec(compile(file.read(), path, "exec"), space)
    found = []
    for call in calls:
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
        try:
            found.append(repr(eval(call, space))[:80])
        except TimeoutError:
            found.append("an endless loop")
        except Exception as error:
            found.append(type(error).__name__)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    return found


def _too_long(number: int, frame: object) -> None:
    raise TimeoutError


def main() -> None:
    """Compare, and print the first difference."""
    signal.signal(signal.SIGALRM, _too_long)
    with open(sys.argv[3], encoding="utf-8") as file:  # noqa: PTH123
        calls = json.load(file)
    for call, one, other in zip(calls, outcomes(sys.argv[1], calls), outcomes(sys.argv[2], calls)):  # noqa: B905
        if one != other and " at 0x" not in one:
            print(json.dumps([call, one, other]))
            return


if __name__ == "__main__":
    main()
