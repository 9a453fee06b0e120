"""Names that are never read and never written: keys, passwords, and what `.agentignore` and the settings deny.

Patterns are those of gitignore(5): a `/` at the start or in the middle ties a pattern to the root, `*` and `?` stop
at `/`, `**` does not, a `/` at the end means folders, `!` takes a path out again. The last pattern that fits decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

IGNORE_NAME = ".agentignore"

SECRETS = (
    ".env",
    ".env.*",
    "*.env",
    "!.env.example",
    "!.env.sample",
    "!.env.template",
    "!.env.dist",
    "!.env.defaults",
    "!example.env",
    "!sample.env",
    "*.pem",
    "*.p12",
    "*.pfx",
    "*.p8",
    "*.jks",
    "*.keystore",
    "*.kdbx",
    "*.ppk",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "id_rsa_*",
    "id_ed25519_*",
    "!*.pub",
    ".ssh/",
    ".gnupg/",
    ".aws/",
    ".azure/",
    ".netrc",
    "_netrc",
    ".pgpass",
    ".my.cnf",
    ".pypirc",
    ".htpasswd",
    ".git-credentials",
    "**/.docker/config.json",
    "**/.kube/config",
    ".vault-token",
    ".vault_pass*",
    "*.tfstate",
    "*.tfstate.backup",
)
"""Files that hold keys and passwords by convention, in git or not. A repository that keeps something else under such a
name says so with `allow` in the settings."""

SECRETS_UNLESS_TRACKED = (
    ".envrc",
    "*.key",
    "*.ovpn",
    ".npmrc",
    ".yarnrc.yml",
    ".dockercfg",
    "kubeconfig",
    "credentials",
    "credentials.json",
    "client_secret*.json",
    "service-account*.json",
    "service_account*.json",
    "secrets.json",
    "secrets.yml",
    "secrets.yaml",
    "secrets.toml",
    "*.tfvars",
)
"""Names that stand for both: where git tracks the file, everybody who has the repository has it anyway."""


class Patterns:
    """A list of gitignore patterns that answers whether a path fits."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._rules = [rule for rule in map(_compiled, lines) if rule is not None]
        taking = [rule for rule in self._rules if not rule.negated]
        self._name = re.compile("|".join(rule.body for rule in taking if not rule.anchored) or r"(?!)", re.DOTALL)
        anchored = "|".join(rule.body for rule in taking if rule.anchored)
        self._path = re.compile(f"(?:{anchored})(?:/.*)?", re.DOTALL) if anchored else None
        self._names: dict[str, bool] = {}
        self._folders: dict[str, bool] = {}

    def __bool__(self) -> bool:
        return bool(self._rules)

    def match(self, path: str) -> bool:
        """Whether the path (relative, POSIX separators) or a folder above it fits."""
        folder, _, name = path.rpartition("/")
        if not (self._possible(name) or self._possible_folder(folder)) and (
            self._path is None or not self._path.fullmatch(path)
        ):
            return False
        parts = path.split("/")
        return any(self._decide("/".join(parts[:n]), n < len(parts)) for n in range(1, len(parts) + 1))

    def _possible(self, name: str) -> bool:
        """A quick no for most names: a listing asks for each part of thousands of paths."""
        known = self._names.get(name)
        if known is None:
            known = self._names[name] = self._name.fullmatch(name) is not None
        return known

    def _possible_folder(self, folder: str) -> bool:
        known = self._folders.get(folder)
        if known is None:
            known = self._folders[folder] = any(map(self._possible, folder.split("/")))
        return known

    def _decide(self, path: str, is_folder: bool) -> bool:
        name = path.rpartition("/")[2]
        for rule in reversed(self._rules):
            if (is_folder or not rule.folders_only) and rule.regex.fullmatch(path if rule.anchored else name):
                return not rule.negated
        return False


class Denied:
    """What may not be seen in one root: the list above, the settings' `deny` and `allow`, and `.agentignore`."""

    def __init__(self, root: Path, deny: Sequence[str] = (), allow: Sequence[str] = ()) -> None:
        self._file = root / IGNORE_NAME
        self._allow = Patterns(allow)
        self._deny = Patterns(deny)
        self._stamp: tuple[int, int] | None = None
        self._ignored = Patterns(())

    def match(self, path: str, tracked: Callable[[str], bool]) -> bool:
        """Whether the path may not be read or written. `tracked` is asked only where it matters."""
        return self.matcher(tracked)(path)

    def matcher(self, tracked: Callable[[str], bool]) -> Callable[[str], bool]:
        """`match` for many paths at one moment: `.agentignore` is looked at once."""
        always, unless_tracked = _secrets()
        denied = [patterns for patterns in (self._deny, self._agentignore()) if patterns]

        def match(path: str) -> bool:
            if any(patterns.match(path) for patterns in denied):
                return True
            name = path.lower()
            found = always.match(name) or (unless_tracked.match(name) and not tracked(path))
            return found and not self._allow.match(path)

        return match

    def _agentignore(self) -> Patterns:
        try:
            status = self._file.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            if stamp != self._stamp:
                self._ignored = Patterns(self._file.read_text(encoding="utf-8", errors="replace").splitlines())
                self._stamp = stamp
        except OSError:
            self._ignored, self._stamp = Patterns(()), None
        return self._ignored


@lru_cache(maxsize=1)
def _secrets() -> tuple[Patterns, Patterns]:
    return Patterns(SECRETS), Patterns(SECRETS_UNLESS_TRACKED)


@dataclass(frozen=True)
class _Rule:
    body: str
    regex: re.Pattern[str]
    negated: bool
    anchored: bool
    """Matched against the whole path; otherwise against the last part alone."""
    folders_only: bool


def _compiled(line: str) -> _Rule | None:
    pattern = re.sub(r"(?<!\\) +$", "", line.rstrip("\r\n"))
    if not pattern or pattern.startswith("#"):
        return None
    negated = pattern.startswith("!")
    pattern = pattern[1:] if negated else pattern
    folders_only = pattern.endswith("/")
    pattern = pattern.rstrip("/")
    anchored = "/" in pattern
    pattern = pattern.removeprefix("/")
    if not pattern:
        return None
    body = _regex(pattern)
    try:
        return _Rule(body, re.compile(body, re.DOTALL), negated, anchored, folders_only)
    except re.error:
        return None


def _regex(pattern: str) -> str:
    out: list[str] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if pattern.startswith("**/", at) and (at == 0 or pattern[at - 1] == "/"):
            out.append("(?:.*/)?")
            at += 3
            continue
        if pattern.startswith("/**", at) and at + 3 == len(pattern):
            out.append("/.*")
            at += 3
            continue
        if char == "*":
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "[" and (end := pattern.find("]", at + 2)) > 0:
            inside = pattern[at + 1 : end].replace("\\", "\\\\")
            out.append("[" + ("^" + inside[1:] if inside[:1] in "!^" else inside) + "]")
            at = end
        elif char == "\\" and at + 1 < len(pattern):
            at += 1
            out.append(re.escape(pattern[at]))
        else:
            out.append(re.escape(char))
        at += 1
    return "".join(out)
