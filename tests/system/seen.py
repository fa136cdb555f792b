"""All tables of all services, read once when everything is quiet."""

import json
from collections.abc import Iterable, Mapping
from functools import cached_property

from shared.contracts import Subscription
from system.site import Row, Site


class Seen:
    """Every table of every service, read once when all was quiet."""

    def __init__(self, site: Site, petitions: Mapping[int, str]) -> None:
        self.site = site
        self.index_of = {petition_id: index for index, petition_id in petitions.items()}
        self.city = site.city()
        self._read: dict[tuple[str, str], list[Row]] = {}

    def rows(self, service: str, table: str) -> list[Row]:
        """The rows of a table; an inbox without its envelopes."""
        key = (service, table)
        if key not in self._read:
            leave_out = ("envelope",) if table == "inbox" else ()
            self._read[key] = self.site.rows(service, self.site.table(service, table), *leave_out)
        return self._read[key]

    @cached_property
    def told(self) -> list[Row]:
        """Routing's log of its cases: the outbox rows of case.* with `data`, in version order."""
        rows = [row for row in self.rows("routing", "outbox") if row["type"].startswith("case.")]
        for row in rows:
            row["data"] = json.loads(row["envelope"])["data"]
        return sorted(rows, key=lambda row: (row["subject"], row["subject_version"]))

    @cached_property
    def newest(self) -> dict[str, Row]:
        """Routing's newest event of each case."""
        return {row["subject"]: row for row in self.told}

    @cached_property
    def case_of(self) -> dict[str, str]:
        """The case of each petition, as routing links them."""
        links = self.rows("routing", "case_petitions")
        return {row["petition_id"]: row["case_id"] for row in links}

    def by_case(self, service: str, table: str) -> dict[str, list[Row]]:
        """A table's rows of each case."""
        found: dict[str, list[Row]] = {}
        for row in self.rows(service, table):
            found.setdefault(row["case_id"], []).append(row)
        return found

    def header(self, reader: str, event: Row) -> Row:
        """An event's header as a reader's own schema reads it."""
        subscription = self.site.apps[reader].service.subscriptions.find("routing", event["type"])
        assert isinstance(subscription, Subscription)
        header: Row = subscription.schema.load(event["data"])["header"]
        return header | {"clocks": by_id(header.get("clocks", ()))}


def supervised(seen: Seen) -> dict[str, Row]:
    """Supervision's headers, put together again with the clocks in their own table."""
    clocks = seen.by_case("supervision", "clocks")

    def clock(row: Row) -> Row:
        return {"id": row["clock_id"]} | {
            name: value for name, value in row.items() if name not in ("case_id", "clock_id")
        }

    return {
        row["case_id"]: row["header"]
        | {"version": row["version"]}
        | {"clocks": by_id(clock(one) for one in clocks.get(row["case_id"], ()))}
        for row in seen.rows("supervision", "cases")
    }


def by_id(clocks: Iterable[Row]) -> list[Row]:
    return sorted(clocks, key=lambda clock: clock["id"])
