"""What was looked at, how it went, and the table of it."""

from collections.abc import Sequence
from dataclasses import dataclass

OK, WRONG, OPEN = "合格", "不合格", "未测"


@dataclass(frozen=True)
class Finding:
    """One point: what was looked at, OK, WRONG or OPEN, and why."""

    point: str
    verdict: str
    why: str = ""


def passed(findings: Sequence[Finding]) -> bool:
    """Whether every point was looked at and is in order."""
    return all(finding.verdict == OK for finding in findings)


def rendered(findings: Sequence[Finding]) -> str:
    """The table as text, and what it comes to."""
    lines = [
        f"{finding.verdict}\t{finding.point}" + (f"：{finding.why}" if finding.why else "")
        for finding in findings
    ]
    wrong = sum(finding.verdict == WRONG for finding in findings)
    left = sum(finding.verdict == OPEN for finding in findings)
    result = "通过" if passed(findings) else f"未通过：{wrong}项不合格，{left}项未测"
    return "\n".join([*lines, result, ""])
