"""A backup under load, more load, and all back to a moment in between: every service agrees again.

Then the clients repeat all they ever sent, with their Idempotency-Keys. What was kept is answered
as before, what was lost is done anew, and all ends as if nothing had happened.
"""

import datetime as dt
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from local.backup import back_up
from local.place import Place
from local.postgres import PrivatePostgres
from local.restore import restore
from local.servers import PrivateRabbit
from local.stack import Stack
from shared.bus import inbox_queue
from shared.clock import wire
from shared.rabbitmq import queue_depth
from sync_municipal.domain import idempotency_key
from sync_municipal.use_cases.retelling import versions_ahead
from system.checks import lacking, settle, verdict
from system.load import CLOSED, POSTERS, Life, Load
from system.places import fresh_place
from system.scene import SETTINGS, telling
from system.seen import Seen
from system.site import Operators, Row, Site, site_of
from system.waiting import wait_out, wait_until

pytestmark = pytest.mark.servers

FLOW = int(os.environ.get("RESTORE_FLOW", "60"))
"""Petitions before the backup, before the moment, and after it."""
PACE = 20.0
FILE = b"#!AMR\n" + (b"\x3c" + bytes(31)) * 100
"""A voice note, attached before the backup; its folder is lost before the restore."""
LATE = "satisfaction"
"""The reader that is down at the moment, so that what it is to hear stands in its queue alone."""


@dataclass
class Past:
    """What was known when the system stopped, and what must be kept of it."""

    to: str = ""
    kept: set[str] = field(default_factory=set)
    everything: dict[str, tuple[str, str]] = field(default_factory=dict)
    told_twice: str = ""
    attached: str = ""
    posted: int = 0

    @property
    def numbers(self) -> set[str]:
        """Petition and case numbers that somebody may have read."""
        return {number for pair in self.everything.values() for number in pair}


def test_all_services_agree_after_a_restore_and_go_on(undisturbed: dict[int, Any]) -> None:
    past = Past()
    with fresh_place() as place:
        with running(place) as (stack, site, operators):
            live(place, stack, site, past)
        shutil.rmtree(place.var / "attachments")
        restore(place, past.to)
        with running(place) as (_, site, operators):
            settle(site, operators)
            assert opened(site, past.attached) == FILE
            lost = agree_on_what_was_kept(site, past)
            the_city_has_what_we_have(site, past)
            repeat_everything(site, operators, past, undisturbed)
            no_number_is_used_again(site, past, lost)
            back_up(place, kept=1)
        assert len(list(place.backups.glob("2*"))) == 1


def attached(site: Site) -> str:
    """The path of a file that a registrar attaches to some petition."""
    petition_id = site.rows("intake", site.table("intake", "petitions"))[0]["petition_id"]
    path = f"/v1/petitions/{petition_id}/attachments"
    sent = {"file": ("录音.amr", FILE)}
    answer = httpx.post(
        site.endpoints.url("intake", path), files=sent, headers=signed_in(site, "registrar")
    )
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return f"{path}/{answer.json()['attachment_id']}"


def opened(site: Site, path: str) -> bytes:
    """What a dispatcher gets of an attachment."""
    link = httpx.post(
        site.endpoints.url("intake", f"{path}/link"), headers=signed_in(site, "dispatcher")
    )
    return httpx.get(site.endpoints.url("intake", link.json()["url"])).content


def signed_in(site: Site, username: str) -> dict[str, str]:
    """The header of an account that has just signed in."""
    body = {"username": username, "password": site.password}
    answer = httpx.post(site.endpoints.url("auth", "/auth/token"), json=body)
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


@contextmanager
def running(place: Place) -> Iterator[tuple[Stack, Site, Operators]]:
    """The installation's servers and services, until the block ends."""
    with (
        PrivateRabbit(place.rabbitmq) as rabbit,
        PrivatePostgres(place.postgres, archive_seconds=60) as postgres,
        Stack(
            var=place.var,
            bus_url=rabbit.url,
            database_of=postgres.create_database,
            settings=SETTINGS,
        ) as stack,
        telling(stack),
        site_of(stack) as site,
        Operators(site) as operators,
    ):
        for service in stack.talking:
            rabbit.wait_written(inbox_queue(service.name))
        yield stack, site, operators


def live(place: Place, stack: Stack, site: Site, past: Past) -> None:
    """Load, a backup under it, load, the moment, load; then what is known in the end."""
    with Load(site, at_least=0, pace=PACE) as load:
        load.flow(FLOW)
        wait_out(lacking(site, load), "all goes on after the start")
        past.attached = attached(site)
        no_post_suffers(load, lambda: back_up(place))
        stack.kill(f"{LATE}.worker")
        case = load.extra(CLOSED)
        lead(site, case, "assigned")
        load.flow(FLOW)
        past.kept = set(load.petitions.values())
        past.to = str(wire(dt.datetime.now(dt.UTC)))
        load.flow(FLOW)
        lead(site, case, "closed")
    past.posted = max(load.petitions) + POSTERS
    past.everything = numbers_of(site)
    assert case.case is not None
    past.told_twice = case.case["case_id"]
    assert queue_depth(stack.env["BUS_URL"], inbox_queue(LATE)) > 0


def no_post_suffers(load: Load, work: Callable[[], object]) -> None:
    """Every petition posted while `work` goes on is answered 201 at the first try."""
    began = time.monotonic()
    work()
    load.flow(1)
    tries = load.tries(since=began, until=time.monotonic())
    assert tries
    assert {answer.status for answer in tries} == {httpx.codes.CREATED}


def lead(site: Site, life: Life, state: str) -> None:
    """Take the steps of a petition's life until its case is in that state, and the city knows."""

    def reached() -> bool:
        if state_of(life) != state:
            life.step()
        return state_of(life) == state

    wait_until(reached, f"it is {state}")
    assert life.case is not None
    case_id = life.case["case_id"]
    wait_until(lambda: site.city().get(case_id, {}).get("state") == state, "the city knows")


def state_of(life: Life) -> str:
    return str(life.case["state"]) if life.case else ""


def numbers_of(site: Site) -> dict[str, tuple[str, str]]:
    """Petition number and case number of each petition; "" where its case is not open yet."""
    petitions = site.rows("intake", site.table("intake", "petitions"))
    cases = site.rows("routing", site.table("routing", "cases"))
    case_no = {p: row["case_no"] for row in cases for p in row["petition_ids"]}
    return {
        row["petition_id"]: (row["petition_no"], case_no.get(row["petition_id"], ""))
        for row in petitions
    }


def petitions_of(site: Site, service: str) -> set[str]:
    table = "petitions" if service == "intake" else "case_petitions"
    return {row["petition_id"] for row in site.rows(service, site.table(service, table))}


def agree_on_what_was_kept(site: Site, past: Past) -> set[str]:
    """Every service has the same petitions: all answered by the moment; returns those lost."""
    found = {service: petitions_of(site, service) for service in site.apps}
    here = found["intake"]
    differing = {service: len(here ^ petitions) for service, petitions in found.items()}
    assert set(differing.values()) == {0}, f"petitions that differ from intake's: {differing}"
    assert past.kept <= here, f"{len(past.kept - here)} petitions answered before TO are lost"
    lost = past.everything.keys() - here
    assert len(lost) > FLOW / 2, "what was accepted after TO is gone"
    return lost


def the_city_has_what_we_have(site: Site, past: Past) -> None:
    """Each case that we told of is at the city as we have it, though it knew more of one."""
    with site.apps["sync-municipal"].db.read() as session:
        ahead = versions_ahead(session)
    newest: dict[str, Row] = {}
    for row in site.rows("sync-municipal", site.table("sync-municipal", "exchanges")):
        if row["version"] >= newest.get(row["case_id"], row)["version"]:
            newest[row["case_id"]] = row
    city = site.city()
    for case_id, row in newest.items():
        told = {name: city[case_id][name] for name in row["payload"]}
        assert told == row["payload"]
        assert told["version"] == row["version"] + ahead
    assert city[past.told_twice]["state"] == "assigned", "closed, until that was undone"


def repeat_everything(
    site: Site, operators: Operators, past: Past, undisturbed: Mapping[int, Any]
) -> None:
    """All is posted and handled again with the same keys, and looks as undisturbed."""
    with Load(site, at_least=past.posted) as load:
        case = load.extra(CLOSED)
        lead(site, case, "closed")
        load.finish()
    settle(site, operators)
    assert past.kept <= set(load.petitions.values()), "what was kept is answered as before"
    verdict(site, load.petitions, operators, undisturbed=undisturbed, look=Restored)


def no_number_is_used_again(site: Site, past: Past, lost: set[str]) -> None:
    """A number that was lost with its petition is given to no other."""
    gone = {number for petition_id in lost for number in past.everything[petition_id]}
    now = {number for pair in numbers_of(site).values() for number in pair}
    assert gone - {""}
    assert not (gone & now) - {""}


class Restored(Seen):
    """The tables after a restore, with the city as our ledger has it.

    The city counts its own versions ahead of ours, was told of cases that are lost, and was told
    twice what was told in the lost time; that it has the right content is checked before.
    """

    def __init__(self, site: Site, petitions: Mapping[int, str]) -> None:
        super().__init__(site, petitions)
        with site.apps["sync-municipal"].db.read() as session:
            ahead = versions_ahead(session)
        exchanges = self.by_case("sync-municipal", "exchanges")
        self.city = {
            case_id: document
            | {"version": document["version"] - ahead, "taken_over": len(exchanges[case_id])}
            for case_id, document in self.city.items()
            if case_id in exchanges
        }

    def rows(self, service: str, table: str) -> list[Row]:
        """The rows of a table; exchanges as they would be without a restore."""
        rows = super().rows(service, table)
        if (service, table) == ("sync-municipal", "exchanges"):
            for row in rows:
                row["payload"] = row["payload"] | {"version": row["version"]}
                row["idempotency_key"] = idempotency_key(
                    case_id=row["case_id"], version=row["version"]
                )
        return rows
