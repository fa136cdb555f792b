"""Running the checks over an opinion: pure, a few milliseconds, in the table's order."""

from dataclasses import dataclass

from routing.domain.answer_checks.table import Checks, load_checks
from routing.domain.opinion import Context, Opinion, plain_opinion


@dataclass(frozen=True)
class Finding:
    """One thing found: by which check, how grave, where, on what basis, in both languages."""

    code: str
    level: str
    title: str
    where: str
    zh: str
    en: str
    basis: str


def check(opinion: Opinion, context: Context, *, checks: Checks | None = None) -> list[Finding]:
    """What is wrong or might be better about an opinion; those that block come first."""
    table = checks or load_checks()
    found = [
        Finding(
            code=one.code,
            level=one.level,
            title=one.title,
            where=what.where,
            zh=one.zh.format(**what.facts),
            en=one.en.format(**what.facts),
            basis=one.basis,
        )
        for one in table.by_kind[opinion.kind]
        if one.checker.plain or not opinion.plain
        for what in one.checker.function(opinion, context, one.params)
    ]
    return sorted(found, key=lambda finding: finding.level != "block")


def check_text(
    text: str, kind: str, context: Context, *, checks: Checks | None = None
) -> list[Finding]:
    """The same for a plain text, by those checks that need no more than the words."""
    return check(plain_opinion(text, kind), context, checks=checks)


def blocking(findings: list[Finding]) -> list[Finding]:
    """Those findings that keep an opinion from being submitted, approved or issued."""
    return [finding for finding in findings if finding.level == "block"]
