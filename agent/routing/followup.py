"""Requests that lean on the turn before: "yes", "the same in b.py", "undo that", "and the tests?"."""

from __future__ import annotations

import re

from agent.routing import rules
from agent.routing.features import SETS, features, words_of
from agent.routing.frames import core
from agent.routing.shape import shape
from agent.routing.types import LABELS, RouteContext

_GO = re.compile(
    r"""^\W*(?:(?:yes|yeah|yep|ok|okay|sure|please|alright|fine|great|perfect|good|right|so|then|well|now|just)[\s,.!]*)*(?:do\ (?:it|that|this|so|them|both|all\ of\ them|the\ (?:first|second|last|other)(?:\ one)?)|go(?:\ ahead|\ for\ it|\ on)?|make\ it\ so|make\ the\ change|please\ do|proceed|sounds\ good|
    let'?s\ (?:do|go)(?:\ it|\ that|\ with\ (?:it|that))?|works\ for\ me|that\ works|apply(?:\ (?:it|that|them))?|ship\ it|continue|carry\ on|keep\ going|mach(?:\ das|\ es)?|mach\ weiter|weiter|vas-y|fais-le|allez|hazlo|adelante|házlo|faça|faz\ isso|pode\ fazer|vai|
    fallo|procedi|vai\ avanti|doe\ maar|zrób\ to|yap|lakukan|да,?\ сделай|делай|сделай(?:\ это)?|давай|продолжай|做吧|动手吧|就这么办|继续|やって(?:ください)?|続けて|進めて|해줘|해\ 줘|진행해(?:줘)?|계속|कर\ दो|kar\ do)(?:[\s,]+(?:it|that|this|then|please|pls|now|the\ change|ahead|thanks|thank\ you))*\W*$""",
    re.X | re.I,
)
_SAME = re.compile(
    r"""\b(?:same|likewise|ditto|similarly)\b|^\W*(?:and|also|what\ about|how\ about|now|now\ (?:for|in)|then|und|et|y|e|и|ve)\b(?!.{0,10}\b(?:explain|run|find|fix|show|why|where|how)\b)|\b(?:too|as\ well)\W*$|\b(?:do|repeat|try)\ (?:that|this|it)\ (?:for|in|on|to|with)\b|\b(?:again|once\ more|retry|one\ more\ time)\W*$|
    \b(?:dasselbe|das\ gleiche|genauso|auch\ in|auch\ für|la\ même\ chose|pareil|idem|lo\ mismo|igual|o\ mesmo|a\ mesma\ coisa|lo\ stesso|la\ stessa\ cosa|hetzelfde|to\ samo|aynısını|aynı\ şekilde|sama)\b|то\ же\ самое|также\ и|同样|也改|一样|同じ|똑같이|마찬가지""",
    re.X | re.I,
)
_AGAIN = re.compile(
    r"^\W*(?:(?:ok|so|please|now|just|hm+|yes|no)\W+)*(?:try|do it|do that|once|one more time|again|retry|repeat|redo)(?: it| that| this)?(?: again| once more| over| more| please)*\W*$|^\W*(?:nochmal|encore(?: une fois)?|otra vez|de novo|di nuovo|ещё раз|еще раз|снова|再来一次|もう一度|다시)\W*$",
    re.I,
)
_ALSO = re.compile(
    r"^\W*(?:and(?: also)?|what about|how about|also|same for|now(?: for| in)?|und(?: auch)?|et(?: pour)?|y|e|и|а|ve|那|では)\s+(?!then\b|now\b|why\b|how\b|where\b|what\b|who\b|which\b|if\b)",
    re.I,
)
_CORRECTION = re.compile(
    r"^\W*(?:no,|nope,|not (?:that|this|there|the)|i meant|i mean|sorry,|rather|nein,|non,|no, me refería|não,|нет,)|\b(?:i meant|the other one|instead)\b",
    re.I,
)
_OFFER = re.compile(
    r"(?:shall i|should i|do you want me to|want me to|would you like me to|i can|i could|i would|i'll|may i|let me know if (?:i should|you want me to))\s+(.{2,160}?)(?:\?|$|\.)",
    re.I,
)


def from_turn(request: str, context: RouteContext) -> dict[str, float] | None:
    """label → probability when the request only makes sense with the turn before, else None."""
    if not context.follows:
        return None
    form = shape(request)
    if form.trace or form.code or not form.whole:
        return None
    words = words_of(form.prose)
    if len(words) > 12:
        return None
    cues = features(form)
    own = rules.probabilities(cues)
    tool = context.previous_tool if context.previous_tool in LABELS else ""
    bare = [w for w in words if w not in ("please", "pls")]
    agrees = bool(bare) and (all(w in SETS["yes"] for w in bare[:4]) and len(bare) <= 4) or bool(_GO.match(form.prose))
    if agrees:
        return _lean(offered(context))
    if bare and all(w in SETS["thanks"] or w in SETS["yes"] for w in bare) or "frame:smalltalk" in cues:
        return None
    if bare and bare[0] in SETS["no"] and len(bare) <= 3 and "frame:revert" not in cues:
        return {**dict.fromkeys(LABELS, 0.0), "chat": 0.85, "unclear": 0.15}
    if "frame:revert" in cues and len(words) <= 8 and not cues.keys() & {"frame:why", "frame:how_would_i", "hands_off"}:
        return _lean({"edit": 0.92})
    if tool in ("edit", "explain", "test", "search"):
        if _AGAIN.match(form.prose):
            return _lean({tool: 0.85})
        if _ALSO.match(form.prose) and "head:none" in features(shape(_ALSO.sub("", form.prose))):
            rest = _ALSO.sub("", form.prose).strip(" ?.!").lower()
            if re.fullmatch(r"(?:the |with )?(?:unit )?tests?", rest):
                return _lean({"test": 0.6 if tool == "edit" else 0.3, tool: 0.35})
            return _lean({tool: 0.85})
    speaks = any(
        c.startswith(
            (
                "head:",
                "stem:",
                "frame:why",
                "frame:where",
                "frame:how",
                "frame:which",
                "frame:what",
                "frame:run",
                "frame:you",
                "frame:list",
                "frame:who",
            )
        )
        and c != "head:none"
        for c in cues
    )
    if tool in ("edit", "explain", "test", "search") and not speaks:
        text = core(form.prose)
        same = bool(_SAME.search(form.prose)) or bool(_CORRECTION.search(form.prose))
        if re.match(r"^\W*(?:and |what about |how about )?(?:the |with )?(?:unit )?tests?\W*$", text, re.I):
            return _lean({"test": 0.6 if tool == "edit" else 0.3, tool: 0.35})
        if same:
            return _lean({tool: 0.85})
        if len(words) <= 5 and max(own.values()) < 0.75:
            return _lean({tool: 0.7})
    return None


def offered(context: RouteContext) -> dict[str, float]:
    """What a bare "yes" agrees to: what was offered last, else what the turn before was about."""
    offers = _OFFER.findall(context.previous_summary)
    if offers:
        chances = rules.probabilities(features(shape(offers[-1])))
        best = max(chances, key=lambda label: chances[label])
        if best not in ("chat", "unclear"):
            return {best: 0.9}
    if context.previous_tool in ("edit", "test", "search"):
        return {context.previous_tool: 0.8}
    if context.previous_tool == "explain":
        return {"edit": 0.7, "explain": 0.2}
    if context.previous_tool == "unclear" and context.previous_request:
        return rules.probabilities(features(shape(context.previous_request)))
    return {"chat": 0.45, "unclear": 0.45}


def _lean(towards: dict[str, float]) -> dict[str, float]:
    rest = (1 - sum(towards.values())) / len(LABELS)
    return {label: towards.get(label, 0.0) + max(rest, 0.0) for label in LABELS}
