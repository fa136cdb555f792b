"""console: what its main pages take, beside the services' answers that each is made of.

The limit is the sum of those answers asked one after another by the same reader, so that a page
which asks several at once may come in under it.
"""

import contextlib
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode

import httpx

from bench.load import milliseconds, percentile, petition
from bench.pages import UNIT
from bench.place import Place, token, until
from bench.seeding import SEEDED, grow, make_room
from bench.table import Row
from bench.wire import Wire, good, succeeded
from console.domain.case_filters import for_routing
from console.domain.today import Number, numbers, rated_since, stages
from console.domain.waiting import COUNTED, WAITING
from local.stack import Stack
from shared.auth import WHOLE_DISTRICT
from shared.clock import SystemClock, office_day
from shared.local_secrets import password

_TIMES = 100
_SECONDS = 120.0
_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
_TODAY = office_day(SystemClock().now())
_DAY = _TODAY.isoformat()
_OF_A_UNIT = ("handler", "unit_head")
_WITHIN_MS = 300.0
_CASE = "routing /v1/cases/{case_id}"
_PETITION = "intake /v1/petitions/{petition_id}"


@dataclass(frozen=True)
class Screen:
    """A page, whose it is, and the calls that it makes, each as service and path."""

    name: str
    path: str
    calls: tuple[str, ...]
    reader: str = "dispatcher"

    def of(self, about: dict[str, str]) -> "Screen":
        """The page of one case and its petition."""
        calls = tuple(call.format(**about) for call in self.calls)
        return replace(self, path=self.path.format(**about), calls=calls)


def _counted(one: Number) -> dict[str, str]:
    """What a number of the day is counted by."""
    filters = {name: value for name, value in one.filters.items() if name != "sort"}
    return for_routing(filters)


def _list_of(query: str, *, sort: str = "newest") -> tuple[str, ...]:
    return (
        f"routing /v1/cases?limit=25&sort={sort}&{query}",
        f"routing /v1/cases/count?{query}",
        "routing /v1/units",
        "routing /v1/categories",
    )


def _waiting_for(role: str) -> tuple[str, ...]:
    """What my work counts for a role in the lists of all services."""
    asked = []
    for one in WAITING:
        if role in one.roles:
            query = urlencode(one.params | {"limit": COUNTED})
            asked.append(f"{one.service} {one.path}?{query}")
    return (*asked, "routing /v1/my-work")


SCREENS = (
    Screen(
        "my work of the office",
        "/office",
        (
            *_waiting_for("dispatcher"),
            f"intake /v1/reception/counts?since={_DAY}&until={_DAY}",
            "routing /v1/my-work?reason=dispatch&limit=25",
        ),
    ),
    Screen(
        "my work of a unit",
        "/office",
        (*_waiting_for("handler"), "routing /v1/my-work?reason=answer&limit=25"),
        "handler",
    ),
    Screen("list of 25, newest cases", "/office/cases", _list_of("")),
    Screen(
        "list of 25, overdue by due time",
        "/office/cases?overdue=true&sort=due",
        _list_of("overdue=true", sort="due"),
    ),
    Screen("list of 25, a unit's", "/office/cases", _list_of(""), "handler"),
    Screen(
        "a case",
        "/office/cases/{case_id}",
        (
            _CASE,
            f"{_CASE}/guide",
            f"{_CASE}/steps?limit=20",
            f"{_CASE}/requests",
            "routing /v1/responsible?category=transport.road",
            "routing /v1/units",
            "routing /v1/categories",
            f"{_PETITION}/similar?limit=1",
            _PETITION,
            f"{_PETITION}/attachments",
            f"{_PETITION}/requests",
        ),
    ),
    Screen(
        "the same matter again",
        "/office/cases/{case_id}/alike",
        (_CASE, f"{_PETITION}/similar?limit=10", f"{_PETITION}/history?limit=20"),
    ),
    Screen(
        "overdue",
        "/office/overdue",
        (
            "supervision /v1/overdue/units",
            "supervision /v1/overdue?limit=50",
            "supervision /v1/alarms?limit=50",
        ),
        "supervisor",
    ),
    Screen(
        "approvals",
        "/office/approvals",
        ("routing /v1/opinions/waiting?limit=50",),
        "unit_head",
    ),
    Screen(
        "today",
        "/office/today",
        (
            *(
                f"routing /v1/cases/count?{urlencode(_counted(one))}"
                for one in (*numbers(_TODAY), *stages())
            ),
            "routing /v1/cases?overdue=true&sort=due&limit=5",
            "routing /v1/units",
            "routing /v1/opinions/waiting?limit=100",
            "routing /v1/instructions?state=given&limit=100",
            "supervision /v1/overdue/units",
            f"satisfaction /v1/units/counts?since={rated_since(_TODAY)}",
            f"intake /v1/channels/counts?since={_DAY}&until={_DAY}",
        ),
        "leader",
    ),
    Screen("proposed repeats", "/office/proposals", ("intake /v1/matter-proposals",)),
    Screen(
        "the citizens' first page",
        "/",
        ("routing /v1/public/reception-days?limit=3", "intake /v1/public/mailboxes"),
    ),
)


def measure(place: Place) -> Iterator[Row]:
    """Each page at each size, over one kept connection that is signed in."""
    have = 0
    with place.stack("console", *SEEDED, "console") as stack:
        make_room(stack)
        for size in sorted(place.sizes):
            grow(place, stack, have=have, want=size)
            have = max(have, size)
            about = _newest(stack)
            for screen in SCREENS:
                with _signed_in(stack, screen.reader) as browser:
                    yield from _measured(place, stack, browser, screen.of(about), size)


def _measured(
    place: Place,
    stack: Stack,
    browser: httpx.Client,
    screen: Screen,
    size: int,
) -> Iterator[Row]:
    scope = UNIT if screen.reader in _OF_A_UNIT else WHOLE_DISTRICT
    allowed = token(stack, screen.reader, scope=scope)
    asked = [call.partition(" ") for call in screen.calls]
    wires = {service: Wire(stack.endpoints[service], allowed) for service, _, _ in asked}
    count = place.count(_TIMES, least=3)
    took = milliseconds(count, lambda _: _shown(browser.get(screen.path)))
    alone = milliseconds(
        count, lambda _: [succeeded(wires[service].get(call)) for service, _, call in asked]
    )
    for wire in wires.values():
        wire.close()
    for share in (0.5, 0.95):
        title = f"page, {screen.name}, among {size:,}, p{share * 100:.0f}"
        limit = percentile(alone, share)
        yield Row(title, percentile(took, share), "ms", limit, "its answers alone", aim=_WITHIN_MS)


def _newest(stack: Stack) -> dict[str, str]:
    """A petition that is posted now, and its case: what is seeded cannot be decrypted."""
    with Wire(stack.endpoints["intake"], token(stack, "channel:hotline")) as intake:
        posted = good(intake.post("/v1/petitions", petition(1), key=str(uuid.uuid4())))
    found: list[str] = []
    with Wire(stack.endpoints["routing"], token(stack, "dispatcher")) as routing:

        def opened() -> bool:
            cases = good(routing.get(f"/v1/cases?petition_id={posted['petition_id']}"))["items"]
            found[:] = [case["case_id"] for case in cases]
            return bool(found)

        until(opened, "its case is opened", within=_SECONDS)
    return {"case_id": found[0], "petition_id": posted["petition_id"]}


@contextlib.contextmanager
def _signed_in(stack: Stack, reader: str) -> Iterator[httpx.Client]:
    """A browser in which this account has signed in by the form."""
    with httpx.Client(base_url=stack.endpoints["console"], timeout=_SECONDS) as browser:
        form = browser.get("/office/sign-in").raise_for_status().text
        found = _CSRF.search(form)
        assert found, "the form has no token"
        typed = {"csrf_token": found[1], "username": reader, "password": password(stack.var)}
        answer = browser.post("/office/sign-in", data=typed)
        if answer.status_code != httpx.codes.FOUND:
            raise RuntimeError(f"signing in was answered {answer.status_code}")
        yield browser


def _shown(answer: httpx.Response) -> None:
    """A page; anything else, such as the way to sign-in, ends the run."""
    if answer.status_code != httpx.codes.OK:
        raise RuntimeError(f"answered {answer.status_code}: {answer.headers.get('location', '')}")
