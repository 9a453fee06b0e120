"""Reading edits out of a reply: SEARCH/REPLACE blocks, whole files in fences, diffs, patches, printed tool calls."""

from __future__ import annotations

from agent.edits.parse.block import Incomplete, ParsedReply
from agent.edits.parse.reply import StreamParser, parse_reply

__all__ = ["Incomplete", "ParsedReply", "StreamParser", "parse_reply"]
