"""Loaded by every Python process of a judged command, through PYTHONPATH: starts the runtime, then the real one."""

import os
import sys


def _start() -> None:
    if os.environ.get("AGENT_REPAIR"):
        import agent_repair_runtime  # type: ignore[import-not-found, unused-ignore]

        agent_repair_runtime.start()


def _chain() -> None:
    """Run the sitecustomize that this one hides, if the interpreter has one."""
    import importlib.machinery

    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120
    rest = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]  # noqa: PTH100
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", rest)
    if spec is not None and spec.loader is not None and hasattr(spec.loader, "get_code"):
        code = spec.loader.get_code("sitecustomize")
        if code is not None:
            exec(code, {"__name__": "sitecustomize", "__file__": spec.origin})


_start()
_chain()
