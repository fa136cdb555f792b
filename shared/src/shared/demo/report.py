"""The report of a run: what was handled in time, evaluated and synced, and what is left over."""

import datetime as dt
import json
import statistics
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

from tqdm import tqdm

from shared.clock import from_wire
from shared.demo.client import SERVICES, Client, ask
from shared.demo.play import graded_objects
from shared.demo.settle import Figures

CLOCK = "D5"
CHANNELS = {
    "web": "网站",
    "app": "手机应用",
    "wechat": "微信",
    "email": "电子邮件",
    "hotline": "热线电话",
    "visit": "来访",
    "letter": "来信",
    "mailbox": "领导信箱",
}
SERVICE_NAMES = {
    "intake": "受理登记",
    "routing": "办理流转",
    "supervision": "督办",
    "satisfaction": "满意度",
    "sync-municipal": "市级同步",
}
_HEADINGS = ("信访件", "已答复", "有期限", "按期答复", "答复天数中位数", "已评价", "已同步")
_PAGE = 200
_DAY_S = 86_400


@dataclass(frozen=True)
class Handled:
    """One case of the run, as the report needs it."""

    channel: str
    category: str
    unit: str
    petitions: int
    has_limit: bool
    on_time: bool
    days: float | None
    evaluated: bool
    synced: bool


@dataclass(frozen=True)
class Row:
    """One line of a table."""

    name: str
    petitions: int
    answered: int
    with_limit: int
    on_time: int
    median_days: float | None
    evaluated: int
    synced: int


@dataclass(frozen=True)
class Report:
    """All that is printed; holds no ids and nothing of the hour at which it was made."""

    total: Row
    by_channel: tuple[Row, ...]
    by_category: tuple[Row, ...]
    by_unit: tuple[Row, ...]
    skipped: Mapping[str, int]
    services: Mapping[str, Figures]
    errors: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        """Nothing failed, waits or died, and all services know the same petitions."""
        figures = self.services.values()
        counts = {f.petitions for f in figures}
        return (
            not self.errors and len(counts) == 1 and not any(f.pending or f.dead for f in figures)
        )

    def as_json(self) -> str:
        """The same as stable text, to compare two runs byte for byte."""
        body = asdict(self) | {"sound": self.is_sound}
        return json.dumps(body, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def collect(
    clients: Sequence[Client], petitions: Collection[str], *, workers: int = 6, show: bool = True
) -> list[Handled]:
    """What became of these petitions, asked of routing, satisfaction and sync-municipal.

    The first client reads cases and evaluations; exchanges are read by whichever may.
    """
    wanted = frozenset(petitions)
    cases = [
        case
        for case in clients[0].pages("routing", "/v1/cases", limit=_PAGE)
        if wanted.intersection(case["petition_ids"])
    ]
    with (
        ThreadPoolExecutor(workers, thread_name_prefix="report") as pool,
        tqdm(total=len(cases), desc="汇总", unit="件", disable=not show) as bar,
    ):

        def one(case: Mapping[str, Any]) -> Handled:
            found = _handled(clients, case)
            bar.update()
            return found

        return list(pool.map(one, cases))


def _handled(clients: Sequence[Client], case: Mapping[str, Any]) -> Handled:
    sent = ask(clients, "sync-municipal", f"/v1/cases/{case['case_id']}/exchanges")["items"]
    clock = next((c for c in case["clocks"] if c["id"] == CLOCK and case.get("replied_at")), None)
    return Handled(
        channel=CHANNELS.get(case["channel"], case["channel"]),
        category=case.get("category_name") or case.get("category") or "未分类",
        unit=case.get("lead_unit_name") or case.get("lead_unit") or "未转送",
        petitions=len(case["petition_ids"]),
        has_limit=clock is not None,
        on_time=clock is not None and clock["state"] == "met",
        days=_days(case.get("received_at"), case.get("replied_at")),
        evaluated=any(graded_objects(clients[0], petition) for petition in case["petition_ids"]),
        synced=bool(sent and sent[0].get("acknowledged_at")),
    )


def _days(received: str | None, replied: str | None) -> float | None:
    if not (received and replied):
        return None
    delay: dt.timedelta = from_wire(replied) - from_wire(received)
    return delay.total_seconds() / _DAY_S


def build(
    handled: Sequence[Handled],
    *,
    skipped: Mapping[str, int],
    services: Mapping[str, Figures],
    errors: Sequence[str],
) -> Report:
    """Count by channel, category and unit."""
    return Report(
        total=_row("合计", handled),
        by_channel=_table(handled, lambda h: h.channel),
        by_category=_table(handled, lambda h: h.category),
        by_unit=_table(handled, lambda h: h.unit),
        skipped=dict(skipped),
        services=dict(services),
        errors=tuple(errors),
    )


def _table(handled: Iterable[Handled], by: Callable[[Handled], str]) -> tuple[Row, ...]:
    groups: dict[str, list[Handled]] = defaultdict(list)
    for item in handled:
        groups[by(item)].append(item)
    rows = (_row(name, items) for name, items in groups.items())
    return tuple(sorted(rows, key=lambda row: (-row.petitions, row.name)))


def _row(name: str, items: Sequence[Handled]) -> Row:
    days = [item.days for item in items if item.days is not None]
    return Row(
        name=name,
        petitions=sum(item.petitions for item in items),
        answered=len(days),
        with_limit=sum(item.has_limit for item in items),
        on_time=sum(item.on_time for item in items),
        median_days=round(statistics.median(days), 1) if days else None,
        evaluated=sum(item.evaluated for item in items),
        synced=sum(item.synced for item in items),
    )


def render(report: Report) -> str:
    """The report as text for a terminal."""
    parts = [
        _section("按渠道", (*report.by_channel, report.total)),
        _section("按类别", (*report.by_category, report.total)),
        _section("按承办单位", (*report.by_unit, report.total)),
        _services(report.services),
    ]
    if report.skipped:
        lines = [f"  {reason}：{count} 件" for reason, count in sorted(report.skipped.items())]
        parts.append("\n".join(["未办理的信件", *lines]))
    if report.errors:
        parts.append("\n".join(["出错", *(f"  {error}" for error in report.errors)]))
    parts.append(
        "结论：各服务一致，无积压，无死信。" if report.is_sound else "结论：存在问题，请看上文。"
    )
    return "\n\n".join(parts)


def _section(title: str, rows: Sequence[Row]) -> str:
    return _aligned(
        (title, *_HEADINGS),
        [
            (
                row.name,
                str(row.petitions),
                str(row.answered),
                str(row.with_limit),
                str(row.on_time),
                "－" if row.median_days is None else f"{row.median_days:.1f}",
                str(row.evaluated),
                str(row.synced),
            )
            for row in rows
        ],
    )


def _services(services: Mapping[str, Figures]) -> str:
    return _aligned(
        ("服务", "信访件", "待处理", "死信"),
        [
            (SERVICE_NAMES[name], *(str(n) for n in (f.petitions, f.pending, f.dead)))
            for name in SERVICES
            if (f := services.get(name))
        ],
    )


def _aligned(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    table = [head, *rows]
    widths = [max(_width(line[i]) for line in table) for i in range(len(head))]
    return "\n".join(
        "  ".join(
            _pad(cell, width, left=i == 0)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in table
    )


def _pad(text: str, width: int, *, left: bool) -> str:
    gap = " " * (width - _width(text))
    return text + gap if left else gap + text


def _width(text: str) -> int:
    """Columns a terminal uses: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
