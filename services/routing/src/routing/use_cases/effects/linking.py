"""Join, merge, un-merge, split, withdraw: one petition and several cases, or the other way.

The law is silent on merging and withdrawing (parameters); splitting follows T22 Arts.22(2), 28-31.
A merged case keeps its own journal and knows where it went; its petitions are the other's.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain import clocks
from routing.domain.clocks import Happening
from routing.domain.procedure import START
from routing.domain.requests import WAITING
from routing.use_cases.change import Aside, Change
from routing.use_cases.effects.dispatching import ACCUSATION
from routing.use_cases.telling import tell
from shared.clock import office_day, wire
from shared.db import insert_missing, next_numbers
from shared.errors import Invalid, both

JOINED, MERGED, MOVED, NOTED = (
    "case.joined.v1", "case.merged.v1", "case.moved.v1", "case.noted.v1",
)  # fmt: skip


def merge(change: Change) -> None:
    """The case goes on inside another, whose petitions its own become (P-CF).

    Who is kept out of the one is kept out of the whole, and stays so (T22 Arts.28(3), 30(3)).
    """
    other = _locked(change, change.body["into"])
    row = change.row
    change.facts["merged"] = {
        "petition_ids": row["petition_ids"],
        "petition_nos": row["petition_nos"],
    }
    _hand_petitions(change, row["petition_ids"], to=other["case_id"])
    joined = list(row["petition_ids"])
    values: dict[str, Any] = {
        "petition_ids": [*other["petition_ids"], *joined],
        "petition_nos": [*other["petition_nos"], *row["petition_nos"]],
    }
    values["handler"] = _keep_out_too(change, other)
    after = _write(change, other, values)
    row |= {"merged_into": other["case_id"], "close_reason": "merged", "petition_ids": [],
            "petition_nos": []}  # fmt: skip
    change.told.append((MERGED, {"into": other["case_id"]}))
    change.aside.append(_taken_in(change, other))
    for petition in joined:
        tell(change.session, after, (JOINED, {"petition_id": petition}), change=change)


def unmerge(change: Change) -> None:
    """The case is its own again, with the petitions that it had.

    Where what it was merged into has gone on inside a third, the third gives them back, and those
    between no longer count them as theirs.
    """
    before = change.facts.pop("merged")
    holder = _locked(change, change.row["merged_into"], whatever=True)
    while holder["merged_into"] is not None:
        between = holder["facts"]["merged"]
        left = {name: _without(between[name], before[name]) for name in before}
        _write(change, holder, {"facts": holder["facts"] | {"merged": left}})
        holder = _locked(change, holder["merged_into"], whatever=True)
    gone = set(holder["facts"].get("withdrawn", ())) & set(before["petition_ids"])
    values = {name: _without(holder[name], before[name]) for name in before}
    if gone:
        rest = _without(holder["facts"]["withdrawn"], gone)
        values["facts"] = holder["facts"] | {"withdrawn": rest}
        change.facts["withdrawn"] = sorted(gone)
    after = _write(change, holder, values)
    _hand_petitions(change, before["petition_ids"], to=change.row["case_id"])
    change.row |= before | {"merged_into": None, "close_reason": None, "closed_at": None}
    change.row["clocks"] = [_revived(change, clock) for clock in change.row["clocks"]]
    change.aside.append(_taken_in(change, holder))
    moved = {"action": "unmerge", "action_name": change.scene.action.title}
    tell(change.session, after, (MOVED, moved), change=change)


def split(change: Change) -> None:
    """One petition, several cases: each part is dispatched by itself (一信多事).

    An accusation goes to the secret lane, and neither the other parts nor this case tell of it:
    it has no petition of its own to lead back, and this case's journal and events keep silent
    about it (T22 Art.30). What stays is worded anew, and the open parts are numbered first, so that
    no number between theirs is missing.
    """
    parts = sorted(change.body["parts"], key=lambda part: part["purpose"] == ACCUSATION)
    _reword(change)
    numbers = next_numbers(change.session, "case_seq", len(parts))
    rows = [_part_row(change, part, seq) for part, seq in zip(parts, numbers, strict=True)]
    change.session.execute(sa.insert(models.cases), rows)
    accused = [
        {"case_id": row["case_id"], "kind": kind, "who": who}
        for row, part in zip(rows, parts, strict=True)
        for kind, names in (("unit", "accused_units"), ("account", "accused_accounts"))
        for who in part[names]
    ]
    insert_missing(change.session, models.case_accused, accused, key=["case_id", "kind", "who"])
    for row in rows:
        tell(change.session, row, ("case.opened.v1", {}), change=change)
    accusations = [row for row in rows if row["purpose"] == ACCUSATION]
    others = len(rows) - len(accusations)
    reason = {"reason": change.body["reason"]}
    told = {} if accusations else reason
    for row in rows:
        if row["split_from"]:
            kept = reason if row["purpose"] == ACCUSATION else told
            change.aside.append(Aside(row["case_id"], START, kept))
    change.silent = not others
    change.said = {"parts": others} | told


def withdraw(change: Change) -> None:
    """Some petitioners withdraw; the case ends when all of them have (a parameter)."""
    gone = {*change.facts.get("withdrawn", []), *change.body["petition_ids"]}
    change.facts["withdrawn"] = sorted(gone)
    if gone >= set(change.row["petition_ids"]):
        change.row["close_reason"] = "withdrawn"
        return
    change.state = change.scene.case["state"]
    change.row["closed_at"] = None
    noted = {"kind": "withdrawn_in_part", "kind_name": "部分信访人撤回", "unit": None, "due": None}
    change.told.append((NOTED, noted))


def void(change: Change) -> None:
    """A petition should not have been registered; the case ends unless it holds others."""
    gone = change.body["petition_id"]
    at = change.row["petition_ids"].index(gone)
    left = [name for name in change.row["petition_ids"] if name != gone]
    if not left:
        change.row["close_reason"] = "voided"
        return
    numbers = change.row["petition_nos"]
    change.row |= {"petition_ids": left, "petition_nos": numbers[:at] + numbers[at + 1 :]}
    change.state = change.scene.case["state"]
    change.row["closed_at"] = None


def correct(change: Change) -> None:
    """The case's words follow its petition's, unless they have become the case's own.

    What was split, merged or written anew is worded otherwise than the petition was (T22 Art.30).
    """
    before, after = change.body["before"], change.body["after"]
    change.said = {}
    words = {name: change.row[name] for name in ("title", "content", "place")}
    if before is None or words != before:
        return
    change.row |= after
    if change.row["category"] is None:
        knowledge = change.resources.knowledge
        change.row["suggestion"] = knowledge.suggestion(after["title"], after["content"])


def _taken_in(change: Change, other: Mapping[str, Any]) -> Aside:
    """What the journal of the other case says of this one's coming and going."""
    kept = {"taken_in": change.row["case_id"], "reason": change.body.get("reason")}
    return Aside(other["case_id"], other["state"], kept)


def _keep_out_too(change: Change, other: Mapping[str, Any]) -> str | None:
    """Keep out of the other case whom this one keeps out; returns who handles it from now on."""
    table = models.case_accused
    mine = sa.select(table.c.kind, table.c.who).where(table.c.case_id == change.row["case_id"])
    rows = [dict(row._mapping) for row in change.session.execute(mine)]
    kept = [row | {"case_id": other["case_id"]} for row in rows]
    insert_missing(change.session, table, kept, key=["case_id", "kind", "who"])
    accounts = {row["who"] for row in rows if row["kind"] == "account"}
    return None if other["handler"] in accounts else other["handler"]


def _reword(change: Change) -> None:
    body = change.body
    for name, asked in (("title", "rest_title"), ("content", "rest_text")):
        if body.get(asked):
            change.row[name] = body[asked]
    if body.get("rest_title") or body.get("rest_text"):
        title, content = change.row["title"] or "", change.row["content"] or ""
        change.row["suggestion"] = change.resources.knowledge.suggestion(title, content)


def _part_row(change: Change, part: Mapping[str, Any], seq: int) -> dict[str, Any]:
    origin, scene = change.row, change.scene
    purpose = part["purpose"]
    secret = purpose == ACCUSATION or origin["secret"]
    petitions = [] if purpose == ACCUSATION else origin["petition_ids"]
    hides = origin["purpose"] == ACCUSATION and purpose != ACCUSATION
    opening = Happening(
        doings=frozenset({"open"}),
        at=scene.at,
        state=START,
        purpose=purpose,
        route=None,
        received_at=origin["received_at"],
    )
    running = clocks.apply([], opening, procedure=scene.procedure, calendar=scene.calendar)
    empty = dict.fromkeys(models.cases.c.keys())
    return empty | {
        "case_id": str(uuid.uuid4()),
        "seq": seq,
        "case_no": f"XS{office_day(scene.at).year}{seq:08d}",
        "version": 1,
        "state": START,
        "petition_ids": petitions,
        "petition_nos": [] if purpose == ACCUSATION else origin["petition_nos"],
        "channel": origin["channel"],
        "purpose": purpose,
        "secret": secret,
        "historical": origin["historical"],
        "title": part["title"],
        "content": part["content"],
        "place": origin["place"],
        "category": None,
        "co_units": [],
        "clocks": running,
        "next_due_at": clocks.next_due(running),
        "split_from": None if hides else origin["case_id"],
        "facts": {},
        "received_at": origin["received_at"],
        "opened_at": scene.at,
        "last_at": scene.at,
    }


def _locked(change: Change, case_id: str, *, whatever: bool = False) -> dict[str, Any]:
    table = models.cases
    statement = sa.select(table).where(table.c.case_id == case_id).with_for_update()
    found = change.session.execute(statement).first()
    if found is None or (not whatever and change.scene.procedure.ended(found.state)):
        raise Invalid({"into": both("没有这件在办事项。", "There is no such open case.")})
    return dict(found._mapping)


def _write(change: Change, other: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    table = models.cases
    after = other | values | {"version": other["version"] + 1}
    change.session.execute(
        sa.update(table)
        .where(table.c.case_id == other["case_id"])
        .values(**values, version=after["version"])
    )
    return after


def _hand_petitions(change: Change, petition_ids: list[str], *, to: str) -> None:
    """The petitions are the other case's, and so is what their petitioners wait for."""
    asked = models.petitioner_requests
    change.session.execute(
        sa.update(asked)
        .where(asked.c.petition_id.in_(petition_ids), asked.c.state == WAITING)
        .values(case_id=to)
    )
    links = models.case_petitions
    change.session.execute(
        sa.update(links).where(links.c.petition_id.in_(petition_ids)).values(case_id=to)
    )


def _without(whole: Iterable[str], taken: Iterable[str]) -> list[str]:
    gone = set(taken)
    return [one for one in whole if one not in gone]


def _revived(change: Change, clock: dict[str, Any]) -> dict[str, Any]:
    """A clock that merging ended, or joining settled, runs again as it did."""
    rule = change.scene.procedure.clocks.get(clock["id"])
    joined = change.state == START and rule is not None and "join" in rule.settled_by
    by_merging = clock["state"] in (clocks.CANCELLED, clocks.MISSED) or joined
    if by_merging and clock["settled_at"] == wire(change.scene.case["closed_at"]):
        return clock | {"state": clocks.RUNNING, "settled_at": None}
    return clock


EFFECTS: dict[str, Callable[[Change], None]] = {
    "join": merge,
    "merge": merge,
    "unmerge": unmerge,
    "split": split,
    "withdraw": withdraw,
    "correct": correct,
    "void": void,
}
