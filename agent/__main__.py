"""The program's entry. `--version` answers before anything heavy is imported."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; exits with the contract's codes."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from agent import __version__

        try:
            print(f"agent {__version__}", flush=True)
            return
        except OSError as error:
            from agent.cli import flushed, output_failed

            sys.exit(flushed(output_failed(error)))
    from agent.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
