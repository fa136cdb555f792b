"""What is read: lists, searches, single cases, exports, each beside its own statements alone."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bench.load import milliseconds, percentile
from bench.place import Place, token
from bench.plans import asked_by, timed
from bench.table import Row
from bench.wire import Wire, succeeded
from local.stack import Stack
from routing.use_cases import REASONS
from shared.auth import WHOLE_DISTRICT

UNIT = "transport"
_TIMES, _TIMES_OF_A_FILE = 200, 5


@dataclass(frozen=True)
class Page:
    """A GET and who sends it; `{case_id}` and `{petition_id}` stand for a unit's newest case."""

    name: str
    path: str
    role: str
    scope: str = WHOLE_DISTRICT
    service: str = "routing"
    times: int = _TIMES


def _of_unit(name: str, path: str, role: str = "handler", times: int = _TIMES) -> Page:
    return Page(name, path, role, UNIT, times=times)


AT_EACH_SIZE = (
    _of_unit(
        "search, state replied in one's unit", f"/v1/cases?unit={UNIT}&state=replied&limit=20"
    ),
    _of_unit(
        "search, none of that state in one's unit",
        f"/v1/cases?unit={UNIT}&state=registered&limit=20",
    ),
    _of_unit("search, by petition", "/v1/cases?petition_id={petition_id}"),
    _of_unit("list of 100, newest of one's unit", "/v1/cases?limit=100"),
    _of_unit("list of 100, one's unit by due time", "/v1/cases?sort=due&limit=100"),
    _of_unit("list of 100, to be answered by due time", "/v1/my-work?reason=answer&limit=100"),
    _of_unit("what waits for one, counted", "/v1/my-work"),
    _of_unit("a case", "/v1/cases/{case_id}"),
    _of_unit("guide of a case", "/v1/cases/{case_id}/guide"),
    _of_unit("counts of a unit", "/v1/counts", "auditor"),
)
AT_THE_LARGEST = (
    Page("list of 100, newest cases", "/v1/cases?limit=100", "dispatcher"),
    Page("list of 100, to be forwarded", "/v1/cases?state=registered&limit=100", "dispatcher"),
    Page(
        "list of 100, due before a day",
        "/v1/cases?due_before=2100-01-01T00:00:00Z&limit=100",
        "dispatcher",
    ),
    Page(
        "list of 100, by a word of the title",
        "/v1/cases?title=%E7%A7%AF%E6%B0%B4&limit=100",
        "dispatcher",
    ),
    *(
        Page(
            f"list of 100, {reason.code}",
            f"/v1/my-work?reason={reason.code}&limit=100",
            reason.roles[0],
            WHOLE_DISTRICT if reason.seat == "office" else UNIT,
        )
        for reason in REASONS.values()
    ),
    Page("what waits for the office, counted", "/v1/my-work", "dispatcher"),
    Page("counts of the district", "/v1/counts", "supervisor"),
    *(
        Page(
            f"export of one unit's cases, {kind}",
            f"/v1/cases/export?unit=unit-7&format={kind}",
            "dispatcher",
            times=_TIMES_OF_A_FILE,
        )
        for kind in ("csv", "xlsx")
    ),
    Page(
        "list of 100, overdue duties", "/v1/overdue?limit=100", "supervisor", service="supervision"
    ),
    Page("timeline of a case", "/v1/cases/{case_id}/timeline", "supervisor", service="supervision"),
)


@dataclass
class Readers:
    """Connections of those who read, one for each service, role and scope."""

    stack: Stack
    wires: dict[tuple[str, str, str], Wire] = field(default_factory=dict)

    def of(self, page: Page) -> Wire:
        """The connection of whoever reads this page."""
        key = (page.service, page.role, page.scope)
        if key not in self.wires:
            allowed = token(self.stack, page.role, scope=page.scope)
            self.wires[key] = Wire(self.stack.endpoints[page.service], allowed)
        return self.wires[key]

    def close(self) -> None:
        for wire in self.wires.values():
            wire.close()


def measured(
    place: Place, readers: Readers, page: Page, *, case_id: str, petition_id: str, size: int
) -> Iterator[Row]:
    """How long the page takes, and its statements by the driver alone; their plans as a note."""
    stack, wire = readers.stack, readers.of(page)
    path = page.path.format(case_id=case_id, petition_id=petition_id)
    asked = asked_by(stack, page.service, path, role=page.role, scope=page.scope)
    count = place.count(page.times, least=3)
    took = milliseconds(count, lambda _: succeeded(wire.get(path)))
    alone = timed(stack, page.service, asked, times=count)
    yield from rows_of(f"{page.name}, among {size:,}", took, alone, note=asked.note)


def rows_of(name: str, took: list[float], alone: list[float], *, note: str = "") -> Iterator[Row]:
    """The median and the 95th percentile, each beside that of the database alone."""
    for share in (0.5, 0.95):
        limit = percentile(alone, share)
        title = f"{name}, p{share * 100:.0f}"
        yield Row(title, percentile(took, share), "ms", limit, "plain SQL", note=note)
        note = ""
