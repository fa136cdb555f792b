"""Past answers: kept by what they are about, found again for a case like theirs.

keep_answer --> answer_tokens (category, token) and (unit, token), answer_bands (unit, band)

A look reads, for each of a case's few tokens, no more than the newest rows of one category and of
one unit, so it costs the same however many answers there are.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain.likeness import bands, likeness, tokens
from routing.models.opinions import answer_bands, answer_tokens, answers_read
from routing.resources import Resources
from routing.use_cases.opinions.standing import seen_case
from routing.use_cases.reading import visible
from routing.use_cases.units import unit_names
from shared.auth import Principal
from shared.db import Session, insert_missing, upsert

MOST = 5
_NEWEST = 300
_CANDIDATES = 30
_SHARED_LEAST = 2
_TEXT_COMPARED = 600
_COPIES = 5
_NONE = ""
_OLD = "old"


def keep_answer(session: Session, *, case_row: Mapping[str, Any]) -> None:
    """Make an answered case findable by what it is about; a secret case never is (T22 Art.30)."""
    _keep(session, [case_row])


def keep_old_answers(session: Session, *, most: int) -> bool:
    """Put the next `most` cases that were answered before there was an index into it.

    True while there may be more. Each case is looked at once: later answers are kept as they are
    given.
    """
    table = models.cases
    read = answers_read.c
    done = session.scalar(sa.select(read.seq).where(read.name == _OLD)) or 0
    rows = session.execute(
        sa.select(
            table.c.seq, table.c.secret, table.c.title, table.c.content, table.c.reply,
            table.c.category, table.c.lead_unit,
        )
        .where(table.c.seq > done)
        .order_by(table.c.seq)
        .limit(most)
    ).all()  # fmt: skip
    if not rows:
        return False
    _keep(session, [dict(row._mapping) for row in rows])
    upsert(session, answers_read, [{"name": _OLD, "seq": rows[-1].seq}], key=["name"])
    return len(rows) == most


def _keep(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    about: list[dict[str, Any]] = []
    marks: list[dict[str, Any]] = []
    for row in rows:
        if row["secret"] or not row["reply"] or not row["title"]:
            continue
        unit = row["lead_unit"] or _NONE
        whole = {"category": row["category"] or _NONE, "unit": unit, "seq": row["seq"]}
        about += [whole | {"token": t} for t in tokens(row["title"], row["content"] or "")]
        bound = {"unit": unit, "seq": row["seq"]}
        marks += [bound | {"band": band} for band in bands(row["reply"])]
    insert_missing(session, answer_tokens, about, key=("category", "token", "seq"))
    insert_missing(session, answer_bands, marks, key=("unit", "band", "seq"))


def similar_answers(
    session: Session, *, case_id: str, by: Principal, resources: Resources
) -> dict[str, Any]:
    """Up to five answered cases like this one that the caller may see, its category's first."""
    case = seen_case(session, case_id=case_id, by=by)
    suggestion = case["suggestion"] or {}
    category = case["category"] or suggestion.get("category") or _NONE
    unit = case["lead_unit"] or suggestion.get("unit") or _NONE
    if not by.sees_all_units and unit not in by.unit_scope:
        unit = by.unit or _NONE
    about = tokens(case["title"] or "", case["content"] or "")
    if not about:
        return {"items": []}
    seqs: set[int] = set()
    if by.sees_all_units:
        seqs |= _near(session, answer_tokens.c.category == category, about) - {case["seq"]}
    if len(seqs) < MOST:
        seqs |= _near(session, answer_tokens.c.unit == unit, about) - {case["seq"]}
    ranked = sorted(
        (
            (row.category == category, _alike(case, row), row)
            for row in _cases(session, seqs, by=by)
        ),
        key=lambda one: (one[0], one[1], one[2].seq),
        reverse=True,
    )
    names, categories = unit_names(session), resources.rules.categories
    return {
        "items": [
            {
                "case_id": row.case_id,
                "case_no": row.case_no,
                "title": row.title,
                "category": row.category,
                "category_name": categories[row.category].name
                if row.category in categories
                else None,
                "lead_unit": row.lead_unit,
                "lead_unit_name": names.get(row.lead_unit, row.lead_unit),
                "replied_at": row.replied_at,
                "reply": row.reply,
                "likeness": round(alike, 3),
            }
            for _, alike, row in ranked[:MOST]
        ]
    }


def like_answers(
    session: Session, *, text: str, case: Mapping[str, Any], by: Principal
) -> tuple[tuple[str, str], ...]:
    """Case numbers and answers of the unit's other cases that are nearly this text."""
    marks = bands(text)
    if not marks:
        return ()
    near = _newest(answer_bands, answer_bands.c.unit == (case["lead_unit"] or _NONE), "band", marks)
    seqs = _most_often(session, near, limit=_COPIES + 1, least=1)
    rows = _cases(session, set(seqs) - {case["seq"]}, by=by)
    return tuple((row.case_no, row.reply) for row in rows)


def _near(session: Session, where: sa.ColumnElement[bool], about: Sequence[int]) -> set[int]:
    """The cases that share most tokens with this one, among the newest of each token."""
    near = _newest(answer_tokens, where, "token", about)
    least = min(_SHARED_LEAST, len(about))
    return set(_most_often(session, near, limit=_CANDIDATES, least=least))


def _newest(
    table: sa.Table, where: sa.ColumnElement[bool], column: str, marks: Sequence[int]
) -> sa.CompoundSelect[Any]:
    parts = []
    for mark in marks:
        newest = (
            sa.select(table.c.seq)
            .where(where, table.c[column] == mark)
            .order_by(table.c.seq.desc())
            .limit(_NEWEST)
            .subquery()
        )
        parts.append(sa.select(newest.c.seq))
    return sa.union_all(*parts)


def _most_often(
    session: Session, near: sa.CompoundSelect[Any], *, limit: int, least: int
) -> list[int]:
    found = near.subquery()
    shared = sa.func.count()
    return list(
        session.execute(
            sa.select(found.c.seq)
            .group_by(found.c.seq)
            .having(shared >= least)
            .order_by(shared.desc(), found.c.seq.desc())
            .limit(limit)
        ).scalars()
    )


def _cases(session: Session, seqs: set[int], *, by: Principal) -> Sequence[Any]:
    if not seqs:
        return ()
    table = models.cases
    return session.execute(
        sa.select(
            table.c.seq, table.c.case_id, table.c.case_no, table.c.title, table.c.category,
            table.c.lead_unit, table.c.replied_at, table.c.reply,
            sa.func.substr(table.c.content, 1, _TEXT_COMPARED).label("start"),
        ).where(
            table.c.seq.in_(seqs), visible(by), sa.not_(table.c.secret), table.c.reply.is_not(None)
        )
    ).all()  # fmt: skip


def _alike(case: Mapping[str, Any], row: Any) -> float:
    """How like the two matters are: half by their titles, half by all that is said at first."""
    title, known = case["title"] or "", row.title or ""
    whole = likeness(
        title + (case["content"] or "")[:_TEXT_COMPARED], known + (row.start or ""), size=2
    )
    return (likeness(title, known, size=2) + whole) / 2
