"""Names that are never read and never written: keys, passwords, and what `.agentignore` and the settings deny.

Patterns are those of gitignore(5): a `/` at the start or in the middle ties a pattern to the root, `*` and `?` stop
at `/`, `**` does not, a `/` at the end means folders, `!` takes a path out again. The last pattern that fits decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
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
    ".envrc",
    "*.pem",
    "*.key",
    "*.p12",
    "*.pfx",
    "*.p8",
    "*.jks",
    "*.keystore",
    "*.kdbx",
    "*.ppk",
    "*.ovpn",
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
    ".npmrc",
    ".yarnrc.yml",
    ".pypirc",
    ".htpasswd",
    ".git-credentials",
    ".docker/config.json",
    ".dockercfg",
    ".kube/config",
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
    ".vault-token",
    ".vault_pass*",
    "*.tfstate",
    "*.tfstate.backup",
    "*.tfvars",
)
"""Files that tools by convention keep keys and passwords in. A repository that keeps something else under such a name
says so with `allow` in the settings."""


class Patterns:
    """A list of gitignore patterns that answers whether a path fits."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._rules = [rule for rule in map(_compiled, lines) if rule is not None]

    def __bool__(self) -> bool:
        return bool(self._rules)

    def match(self, path: str) -> bool:
        """Whether the path (relative, POSIX separators) or a folder above it fits."""
        parts = path.split("/")
        return any(self._decide("/".join(parts[:n]), n < len(parts)) for n in range(1, len(parts) + 1))

    def _decide(self, path: str, is_folder: bool) -> bool:
        for regex, negated, folders_only in reversed(self._rules):
            if (is_folder or not folders_only) and regex.fullmatch(path):
                return not negated
        return False


class Denied:
    """What may not be seen in one root: the list above, the settings' `deny` and `allow`, and `.agentignore`."""

    def __init__(self, root: Path, deny: Sequence[str] = (), allow: Sequence[str] = ()) -> None:
        self._file = root / IGNORE_NAME
        self._allow = Patterns(allow)
        self._deny = Patterns(deny)
        self._stamp: tuple[int, int] | None = None
        self._ignored = Patterns(())

    def match(self, path: str) -> bool:
        """Whether the path may not be read or written."""
        if self._deny.match(path) or self._agentignore().match(path):
            return True
        return _secrets().match(path.lower()) and not self._allow.match(path)

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
def _secrets() -> Patterns:
    return Patterns(SECRETS)


def _compiled(line: str) -> tuple[re.Pattern[str], bool, bool] | None:
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
    try:
        body = re.compile(("" if anchored else "(?:.*/)?") + _regex(pattern), re.DOTALL)
    except re.error:
        return None
    return body, negated, folders_only


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
