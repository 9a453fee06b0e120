"""Events drawn for a person: rich in a terminal, plain text in a pipe."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.status import Status
from rich.text import Text as RichText

from agent import events as e
from agent.render.neutral import neutral, neutral_event

if TYPE_CHECKING:
    from agent.render.markdown_stream import MarkdownStream

FAILURES_SHOWN = 3
HITS_SHOWN = 25
SILENT_SECONDS = 3
"""A line of progress that stands longer says for how long."""


class SafeConsole(Console):
    """A console whose text cannot drive the terminal, and whose caller is told when the reader went away (`| head`)."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The segments, whatever markup brought in (an HTML entity in Markdown) made visible."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(neutral(segment.text), segment.style)

    def on_broken_pipe(self) -> None:
        """Raise it again; rich would end the program with exit code 1."""
        raise BrokenPipeError


class Standing:
    """A line of progress that tells how long it has stood: a server that says nothing is seen to say nothing."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._since = time.monotonic()

    def __rich__(self) -> RichText:
        seconds = time.monotonic() - self._since
        waited = f"  {seconds:.0f} s, Ctrl-C stops" if seconds >= SILENT_SECONDS else ""
        return RichText(self._text + waited, style="dim")


class TerminalRenderer:
    """Draws one event after the other. `close` ends whatever is still being drawn."""

    def __init__(self, *, verbose: bool = False, console: Console | None = None) -> None:
        self.console = console or SafeConsole(highlight=False, soft_wrap=True)
        self.errors = SafeConsole(stderr=True, highlight=False, soft_wrap=True)
        self.verbose = verbose
        self._status: Status | None = None
        self._markdown: MarkdownStream | None = None
        self._column = False
        self._draw: dict[type[e.Event], Callable[[Any], None]] = {
            e.Started: self._started,
            e.Routed: self._routed,
            e.Progress: self._progress,
            e.Text: self._text,
            e.Notice: self._notice,
            e.Prompted: self._prompted,
            e.Edited: self._edited,
            e.Diff: self._diff,
            e.Applied: self._applied,
            e.Undone: self._undone,
            e.TurnListed: self._listed,
            e.ModelListed: self._model,
            e.Checked: self._checked,
            e.BatchDone: self._task,
            e.ModelCost: self._cost,
            e.SettingListed: self._setting,
            e.Tested: self._tested,
            e.Found: self._found,
            e.Tried: self._tried,
            e.Spent: self._spent,
            e.Failed: self._failed,
        }

    def show(self, event: e.Event) -> None:
        """Draw one event."""
        if not isinstance(event, (e.Text, e.Progress, e.Spent)):
            self.end_text()
        if not isinstance(event, (e.Progress, e.Tried, e.Spent)) and not _silent(event):
            self._stop_status()
        if isinstance(event, (e.Prompted, e.Diff)) and self._verbatim(event):
            return
        draw = self._draw.get(type(event))
        if draw is not None:
            draw(neutral_event(event))

    def close(self) -> None:
        """End a stream or a spinner that is still on the screen."""
        self.end_text()
        self._stop_status()

    def end_text(self) -> None:
        """Finish a streamed answer."""
        if self._markdown is not None:
            self._markdown.close()
            self._markdown = None
        if self._column:
            self.console.print()
            self._column = False

    def _verbatim(self, event: e.Prompted | e.Diff) -> bool:
        """What programs read from a pipe goes there byte for byte: a recorded turn's patch, a prompt as it is sent."""
        if self.console.is_terminal:
            return False
        if isinstance(event, e.Prompted):
            text = "".join(f"{line}\n" for line, _ in _prompt(event))
        elif event.path:
            return False
        else:
            text = event.diff
        self.console.file.flush()
        binary = getattr(self.console.file, "buffer", None)
        if binary is None:
            self.console.file.write(text)
        else:
            binary.write(text.encode("utf-8", "surrogateescape"))
            binary.flush()
        return True

    def _stop_status(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None

    def _line(self, text: str, style: str = "") -> None:
        self.console.print(RichText(text, style=style))

    def _words(self, text: str, style: str = "") -> None:
        """Words for a person: broken between words in a terminal, so that a narrow one can be read."""
        self.console.print(RichText(text, style=style), soft_wrap=not self.console.is_terminal)

    def _started(self, event: e.Started) -> None:
        why = f" — {event.why}" if event.why else ""
        self._words(f"{event.model} ({event.backend}){why}", "dim")

    def _routed(self, event: e.Routed) -> None:
        if event.source == "command" and not self.verbose:
            return
        line = RichText("→ ", style="bold cyan")
        line.append(event.tool, style="bold cyan")
        detail = f"  {event.confidence:.0%} {event.source}"
        if event.milliseconds:
            detail += f", {event.milliseconds:.0f} ms"
        line.append(detail, style="dim")
        self.console.print(line)

    def _progress(self, event: e.Progress) -> None:
        if not self.console.is_terminal or self._markdown is not None:
            return
        share = ""
        if event.done is not None and event.total and event.phase != "generating":
            share = f" {event.done / event.total:.0%}"
        text = Standing(f"{event.phase}{share}  {event.text}")
        if self._status is None:
            self._status = Status(text, console=self.console, spinner="dots")
            self._status.start()
        else:
            self._status.update(text)

    def _text(self, event: e.Text) -> None:
        if event.kind != "answer":
            return
        self._stop_status()
        if self.console.is_terminal:
            if self._markdown is None:
                # Markdown is slow to import, and a pipe never needs it.
                from agent.render.markdown_stream import MarkdownStream

                self._markdown = MarkdownStream(self.console)
            self._markdown.feed(event.text)
        else:
            self.console.file.write(event.text)
            self.console.file.flush()
            self._column = not event.text.endswith("\n")

    def _notice(self, event: e.Notice) -> None:
        self._words(event.text, "yellow" if event.level == "warning" else "dim")

    def _prompted(self, event: e.Prompted) -> None:
        for line, style in _prompt(event):
            self._line(line, style)

    def _edited(self, event: e.Edited) -> None:
        place = event.path + (f":{event.start_line}-{event.end_line}" if event.start_line else "")
        if event.status == "refused":
            self._line(f"✗ {place or 'edit'}: {event.reason}", "red")
            for problem in event.problems[:3]:
                self._line(f"    line {problem['line']}: {problem['message']}", "red")
                if problem["text"]:
                    self._line(f"    {problem['text'].rstrip()}", "dim")
            for near in event.candidates[:2]:
                self._line(f"  nearest: {near['path']}:{near['start_line']}-{near['end_line']}", "dim")
                for line in near["text"].splitlines()[:6]:
                    self._line(f"    {line}", "dim")
            return
        gate = {"ok": f"{event.language} syntax ok", "unchecked": "syntax not checked: no parser for this file"}
        parts = [event.status if event.status == "already" else event.how, gate.get(event.gate, "")]
        self._line(f"✓ {place}  {', '.join(p for p in parts if p)}", "green")
        if event.mended:
            self._line(f"  mended in the reply: {event.mended}", "yellow")

    def _diff(self, event: e.Diff) -> None:
        for line in event.diff.removesuffix("\n").split("\n") if event.diff else ():
            style = ""
            if line.startswith(("---", "+++")):
                style = "bold"
            elif line.startswith("@@"):
                style = "cyan"
            elif line.startswith("+"):
                style = "green"
            elif line.startswith("-"):
                style = "red"
            self._line(line, style)

    def _applied(self, event: e.Applied) -> None:
        line = f"applied {', '.join(event.files)}"
        if event.commit:
            line += f" · commit {event.commit[:9]}"
        self._line(line + f" · `{event.undo}` takes it back", "bold green")
        if event.note:
            self._line(f"  {event.note}", "dim")

    def _undone(self, event: e.Undone) -> None:
        verb = "undone" if event.direction == "undo" else "redone"
        self._line(f"{verb}: turn {', '.join(map(str, event.turns))}, {', '.join(event.files)}", "bold green")
        if event.summary:
            self._line(f"  {event.summary}", "dim")

    def _listed(self, event: e.TurnListed) -> None:
        line = RichText(f"{event.turn:>4}  ", style="cyan")
        line.append(f"{event.when}  {event.tool:<7} ", style="dim")
        line.append(event.request.partition("\n")[0][:70] or ", ".join(event.files))
        line.append(f"  {', '.join(event.files)}", style="dim")
        if event.commit:
            line.append(f"  {event.commit[:9]}", style="yellow")
        if event.undone:
            line.append("  undone", style="red")
        self.console.print(line)

    def _model(self, event: e.ModelListed) -> None:
        m = event.model
        line = RichText("● " if m.installed else "○ ", style="green" if m.installed else "dim")
        line.append(f"{m.name:<28} {m.backend:<9} {m.size_bytes / 1e9:>5.1f} GB  ")
        facts = [m.family, m.parameters, m.quantisation, f"context {m.context:,}" if m.context else ""]
        facts += ["loaded" if m.loaded else "", "" if m.gpu_share is None else f"{m.gpu_share:.0%} on the GPU"]
        facts += ["runs on another machine" if m.remote else "", "" if m.installed else "not installed"]
        line.append(", ".join(f for f in facts if f), style="dim")
        self.console.print(line)

    def _cost(self, event: e.ModelCost) -> None:
        s = event.stats
        self._line(f"{s.model} ({s.backend})", "bold")
        self._line(f"  {s.turns} turns ({s.failed} failed), {s.requests} requests, {s.seconds:.0f} s in all")
        self._line(
            f"  {s.prompt_tokens:,} tokens in ({s.cached_tokens:,} cached), {s.output_tokens:,} out; "
            f"prefill {s.prefill_seconds:.0f} s, decode {s.decode_seconds:.0f} s ({s.decode_speed:.0f} tokens/s)"
        )

    def _task(self, event: e.BatchDone) -> None:
        r = event.result
        mark, style = ("✓", "green") if r.exit_code == 0 else ("✗", "red")
        where = f"  on {r.branch}" if r.branch else ""
        self._line(f"{mark} {r.id:<16} {r.seconds:6.1f} s  {r.summary[:70]}{where}", style)

    def _checked(self, event: e.Checked) -> None:
        mark, style = {"ok": ("✓", "green"), "warn": ("!", "yellow")}.get(event.status, ("✗", "red"))
        self._line(f"{mark} {event.name:<14} {event.value}", style)
        if event.advice:
            self._line(f"  {'':<14} {event.advice}", "dim")

    def _setting(self, event: e.SettingListed) -> None:
        line = RichText(f"{event.key:<16} ", style="cyan")
        line.append(f"{event.value!r}")
        line.append(f"  ({event.source})", style="dim")
        self.console.print(line)

    def _tested(self, event: e.Tested) -> None:
        counts = [f"{n} {word}" for n, word in _counts(event) if n]
        said = ", ".join(counts) or ("passed" if event.ok else f"failed with exit code {event.exit_code}")
        if event.timed_out:
            said += " (timed out)"
        self._line(f"tests: {said} in {event.seconds:.1f} s  [{event.command}]", "green" if event.ok else "red")
        for failure in event.failures[:FAILURES_SHOWN]:
            place = f" {failure['path']}:{failure['line']}" if failure.get("path") else ""
            self._line(f"  ✗ {failure.get('name', '')}{place}", "red")
            for line in str(failure.get("head", "")).splitlines()[:4]:
                self._line(f"      {line}", "dim")
        if len(event.failures) > FAILURES_SHOWN:
            self._line(f"  … {len(event.failures) - FAILURES_SHOWN} more", "dim")
        if not event.ok and not event.failures and event.output_tail:
            for line in event.output_tail.splitlines()[-8:]:
                self._line(f"  {line}", "dim")

    def _found(self, event: e.Found) -> None:
        if not event.hits:
            self._line("nothing found", "yellow")
        for hit in event.hits[:HITS_SHOWN]:
            line = RichText(f"{hit['path']}:{hit['line']}", style="cyan")
            line.append(f"  {str(hit['text']).strip()[:160]}")
            self.console.print(line)
        if len(event.hits) > HITS_SHOWN or event.truncated:
            self._line("… more; narrow the search to see them", "dim")

    def _tried(self, event: e.Tried) -> None:
        text = f"{event.candidates} candidates tried, best passes {event.passing} of {event.total}"
        self._progress(e.Progress("searching", text))

    def _spent(self, event: e.Spent) -> None:
        if self.verbose:
            u = event.usage
            cached = "" if u.cached_tokens is None else f" ({u.cached_tokens} cached)"
            seconds = f"prefill {u.prefill_seconds:.1f} s, decode {u.decode_seconds:.1f} s"
            self._line(f"  {event.purpose}: {u.prompt_tokens} in{cached}, {u.output_tokens} out, {seconds}", "dim")

    def _failed(self, event: e.Failed) -> None:
        sys.stdout.flush()
        whole = not self.errors.is_terminal
        self.errors.print(RichText(f"error: {event.message}", style="bold red"), soft_wrap=whole)
        if event.hint:
            self.errors.print(RichText(event.hint), soft_wrap=whole)


def _prompt(event: e.Prompted) -> Iterator[tuple[str, str]]:
    """The lines that show a prompt, with their styles."""
    yield f"── prompt: {event.purpose} ──", "magenta"
    for message in event.messages:
        yield f"[{message['role']}]", "magenta"
        yield message["content"], ""
    yield "── end of prompt ──", "magenta"


def _counts(event: e.Tested) -> list[tuple[int | None, str]]:
    return [(event.passed, "passed"), (event.failed, "failed"), (event.skipped, "skipped")]


def _silent(event: e.Event) -> bool:
    """Streamed code is not drawn, so the progress line beside it goes on."""
    return isinstance(event, e.Text) and event.kind != "answer"
