"""Posts 岗位 and conduct 行为规范, standards/posts.yaml and conduct.yaml (T22 Arts.26-30, 42-47).

Read and checked whole: each role has a post, each check names something that exists.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from routing.domain.procedure import Procedure
from routing.domain.standards import Source, expect, read_yaml
from routing.handbook.reading import exactly, lines_at, rows_of, words_at
from shared.auth import BUREAU_ROLES, ROLES

POSTS = "posts.yaml"
CONDUCT = "conduct.yaml"
CHECKS = {
    "guard": "操作条件",
    "clock": "期限",
    "action": "操作记录",
    "answer": "答复检查",
    "report": "可查记录",
    "record": "由人记录",
}
"""Kinds of checks; `record` is what the system does not judge."""


@dataclass(frozen=True)
class Post:
    """A post: its roles, its days, its limits."""

    code: str
    name: str
    roles: tuple[str, ...]
    purpose: str
    daily: tuple[str, ...]
    must_not: tuple[str, ...]
    asks: str
    basis: str

    @property
    def bureau(self) -> bool:
        """Whether it is a post of the petition office."""
        return bool(BUREAU_ROLES & set(self.roles))


@dataclass(frozen=True)
class Check:
    """How a rule of conduct is checked."""

    kind: str
    name: str
    how: str


@dataclass(frozen=True)
class Rule:
    """A rule of conduct: whom it binds, its basis, its checks."""

    code: str
    who: str
    text: str
    basis: str
    checks: tuple[Check, ...]


def load_posts(*, folder: Path | None = None) -> dict[str, Post]:
    """The posts by code; StandardError where a role has none or a post names no role."""
    source = read_yaml(POSTS, folder=folder)
    found = {code: _post(source, code) for code in rows_of(source, "posts")}
    held = {role for post in found.values() for role in post.roles}
    for role in ROLES:
        if role not in held:
            raise source.fault(f"角色“{role}”没有岗位", f"role {role!r} has no post", "posts")
    return found


def load_conduct(
    procedure: Procedure,
    *,
    guards: Collection[str],
    answers: Collection[str] | None,
    folder: Path | None = None,
) -> tuple[Rule, ...]:
    """The rules of conduct; StandardError where a check names what does not exist."""
    source = read_yaml(CONDUCT, folder=folder)
    known: Mapping[str, Collection[str] | None] = {
        "guard": guards,
        "clock": procedure.clocks,
        "action": procedure.actions,
        "answer": answers,
        "report": None,
        "record": None,
    }
    listed = expect(source, source.values, dict, "文件").get("conduct")
    rows = expect(source, listed, list, "conduct", "conduct")
    return tuple(_rule(source, at, known) for at in range(len(rows)))


def _post(source: Source, code: str) -> Post:
    place = ("posts", code)
    keys = ("name", "roles", "for", "daily", "must_not", "asks", "basis")
    exactly(source, source.values["posts"][code], keys, *place)
    roles = lines_at(source, *place, "roles")
    for at, role in enumerate(roles):
        if role not in ROLES:
            raise source.fault(f"没有角色“{role}”", f"no role {role!r}", *place, "roles", at)
    return Post(
        code=code,
        name=words_at(source, *place, "name"),
        roles=roles,
        purpose=words_at(source, *place, "for"),
        daily=lines_at(source, *place, "daily"),
        must_not=lines_at(source, *place, "must_not"),
        asks=words_at(source, *place, "asks"),
        basis=words_at(source, *place, "basis"),
    )


def _rule(source: Source, at: int, known: Mapping[str, Collection[str] | None]) -> Rule:
    place = ("conduct", at)
    row = source.values["conduct"][at]
    exactly(source, row, ("code", "who", "text", "basis", "checks"), *place)
    checks = []
    for number, check in enumerate(expect(source, row["checks"], list, "checks", *place)):
        here = (*place, "checks", number)
        exactly(source, check, ("kind", "name", "how"), *here)
        kind, name, how = (words_at(source, *here, key) for key in ("kind", "name", "how"))
        if kind not in CHECKS:
            raise source.fault(f"没有这种检查“{kind}”", f"no kind of check {kind!r}", *here)
        names = known[kind]
        if names is not None and name not in names:
            raise source.fault(f"没有{CHECKS[kind]}“{name}”", f"there is no {name!r}", *here)
        checks.append(Check(kind, name, how))
    code, who, text, basis = (
        words_at(source, *place, key) for key in ("code", "who", "text", "basis")
    )
    return Rule(code, who, text, basis, tuple(checks))
