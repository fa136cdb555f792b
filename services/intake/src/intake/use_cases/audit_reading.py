"""Reading the audit chain: who came near a person, told to those who oversee.

    numbers, petitions, accounts, acts, days -> entries, newest first -> an entry of this reading

Entries of a petition that the reader may not know of are left out.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from intake import models
from intake.domain.audit import ACTS
from intake.domain.persons import PURPOSE_KINDS
from intake.resources import Resources
from intake.use_cases.auditing import write_down
from intake.use_cases.periods import within
from intake.use_cases.persons import indexes_of, petitions_with
from intake.use_cases.seeing import seen_by
from shared.auth import Principal
from shared.clock import Clock
from shared.db import Session
from shared.pii import mask_text
from shared.web.paging import page_by_key

_entries, _petitions = models.audit, models.petitions
_SHOWING = ("search", "history")
"""What shows petitions of a person, whose ids then stand among the facts."""
_LOOKING_UP = (*_SHOWING, "audit")


def read_audit(
    session: Session, *, asked: Mapping[str, Any], by: Principal, clock: Clock, resources: Resources
) -> dict[str, Any]:
    """A page of entries, newest first; the reading is written down, numbers as blind indexes.

    `asked` has `phone`, `id_number`, `petition_ids`, `who`, `acts`, `since`, `until`, `limit` and
    `cursor`; those that are None or empty narrow nothing.
    """
    numbers = {kind: asked[kind] for kind in ("phone", "id_number") if asked[kind]}
    indexes = indexes_of(numbers, ring=resources.ring)
    statement = (
        sa.select(_entries, _petitions.c.petition_no)
        .join_from(
            _entries, _petitions, _petitions.c.petition_id == _entries.c.petition_id, isouter=True
        )
        .where(
            sa.or_(_entries.c.petition_id.is_(None), seen_by(by)),
            *_narrowed(asked, indexes),
        )
    )
    found = page_by_key(
        session,
        statement,
        by=[_entries.c.at, sa.cast(_entries.c.seq, sa.String)],
        query={"limit": asked["limit"], "cursor": asked["cursor"]},
        present=_shown,
        newest_first=True,
    )
    write_down(
        session,
        act="audit",
        who=by.sub,
        facts=_facts(asked, indexes),
        clock=clock,
        keys=resources.audit_keys,
    )
    return found


def _narrowed(
    asked: Mapping[str, Any], indexes: Mapping[str, list[bytes]]
) -> list[sa.ColumnElement[bool]]:
    conditions = within(_entries.c.at, asked["since"], asked["until"])
    if indexes:
        sought = [made.hex() for each in indexes.values() for made in each]
        of_the_person = _entries.c.petition_id.in_(petitions_with(indexes))
        conditions.append(sa.or_(of_the_person, _tells_of(sought, _LOOKING_UP)))
    if ids := asked["petition_ids"]:
        conditions.append(sa.or_(_entries.c.petition_id.in_(ids), _tells_of(ids, _SHOWING)))
    if asked["who"]:
        conditions.append(_entries.c.who.in_(asked["who"]))
    if asked["acts"]:
        conditions.append(_entries.c.act.in_(asked["acts"]))
    return conditions


def _tells_of(codes: Iterable[str], acts: Iterable[str]) -> sa.ColumnElement[bool]:
    """That an entry of these acts has one of these among its facts."""
    facts = sa.cast(_entries.c.facts, sa.Text)
    named = sa.or_(*(facts.contains(code, autoescape=True) for code in codes))
    return sa.and_(_entries.c.act.in_(acts), named)


def _shown(row: sa.Row[Any]) -> dict[str, Any]:
    facts = row.facts or {}
    return {
        **{name: row._mapping[name] for name in ("seq", "at", "who", "act", "refused")},
        "act_name": ACTS.get(row.act, row.act),
        "petition_id": row.petition_id,
        "petition_no": row.petition_no,
        "document_id": row.document_id,
        "purpose_kind": row.purpose_kind,
        "purpose_kind_name": PURPOSE_KINDS.get(row.purpose_kind),
        "purpose": mask_text(row.purpose) if row.purpose else None,
        "shown": len(facts["shown"]) if "shown" in facts else None,
    }


def _facts(asked: Mapping[str, Any], indexes: Mapping[str, list[bytes]]) -> dict[str, Any]:
    days = {name: asked[name].isoformat() for name in ("since", "until") if asked[name]}
    lists = {name: asked[name] for name in ("petition_ids", "who", "acts") if asked[name]}
    sought = {kind: made[0].hex() for kind, made in indexes.items()}
    return days | lists | ({"sought": sought} if sought else {})
