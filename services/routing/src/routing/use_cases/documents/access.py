"""Who may draw up, sign off and read papers."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.domain import documents as papers
from routing.domain.documents import Document
from routing.models.documents import documents
from routing.resources import Resources
from routing.use_cases.reading import visible
from shared.auth import Principal
from shared.db import Session
from shared.errors import Conflict, Forbidden, Invalid, NotFound, Refused, both

OFFICE = "bureau"
_PASSING = "pass_down"
_REVIEWS = ("review", "re_review")


def kind_of(kind: str, resources: Resources) -> Document:
    """The catalogue's entry; Invalid names the kinds there are."""
    found = resources.papers.catalogue.documents.get(kind)
    if found is None:
        names = "、".join(resources.papers.catalogue.documents)
        raise Invalid({"kind": both(f"没有这种文书，可用：{names}。", f"Must be one of: {names}.")})
    return found


def visible_case(session: Session, *, case_id: str, by: Principal) -> dict[str, Any]:
    """The case, if the caller may know of it."""
    table = models.cases
    found = session.execute(sa.select(table).where(table.c.case_id == case_id, visible(by))).first()
    if found is None:
        raise NotFound()
    return dict(found._mapping)


def visible_document(
    session: Session, *, document_id: str, by: Principal, lock: bool = False
) -> dict[str, Any]:
    """The paper, if the caller may know of its case; `lock` keeps others from changing it."""
    statement = (
        sa.select(
            documents,
            models.cases.c.case_no,
            models.cases.c.lead_unit,
            models.cases.c.state.label("case_state"),
            models.cases.c.secret.label("case_secret"),
            models.cases.c.petition_ids,
        )
        .join(models.cases, models.cases.c.case_id == documents.c.case_id)
        .where(documents.c.document_id == document_id, visible(by))
    )
    if lock:
        statement = statement.with_for_update(of=documents)
    found = session.execute(statement).first()
    if found is None:
        raise NotFound()
    return dict(found._mapping)


def side_of(
    session: Session,
    *,
    document: Document,
    case_row: Mapping[str, Any],
    by: Principal,
    resources: Resources,
) -> tuple[str, str]:
    """Who draws the paper up, office, unit or review, and for which unit; Forbidden if nobody.

    What the office handles itself it answers itself; the letters of a case's way to its unit are
    the office's, or, where a unit passed it down, that unit's (T22 Arts.22, 23(1)(2)).
    """
    lead = case_row["lead_unit"]
    if _of_passing(document, resources):
        lead = (case_row["facts"] or {}).get("passed_down_by")
    for side in document.by:
        if side == "unit" and lead == (by.unit or OFFICE) and _office(by):
            return "office", lead
        if not by.has(*papers.DRAWS[side]):
            continue
        if side == "office" and by.sees_all_units:
            return side, by.unit or OFFICE
        if side == "unit" and lead and (lead in by.unit_scope or by.has("importer")):
            return side, lead
        if side == "review" and (by.sees_all_units or _reviews(session, case_row, by)):
            return side, by.unit or OFFICE
    raise Forbidden(
        both(
            f"您所在单位不能制作{document.name}。", "Your unit may not draw up this kind of paper."
        )
    )


def draws(
    session: Session,
    *,
    document: Document,
    case_row: Mapping[str, Any],
    by: Principal,
    resources: Resources,
) -> bool:
    """Whether the paper is the caller's to draw up."""
    try:
        side_of(session, document=document, case_row=case_row, by=by, resources=resources)
    except Forbidden:
        return False
    return True


def _of_passing(document: Document, resources: Resources) -> bool:
    passing = resources.procedure.actions[_PASSING]
    return document.code in {*passing.documents, *passing.notices}


def _office(by: Principal) -> bool:
    return by.sees_all_units and by.has(*papers.OFFICE_DRAWS)


def _reviews(session: Session, case_row: Mapping[str, Any], by: Principal) -> bool:
    table = models.case_parts
    found = sa.select(table.c.unit).where(
        table.c.case_id == case_row["case_id"],
        table.c.unit.in_(sorted(by.unit_scope)),
        table.c.kind.in_(_REVIEWS),
    )
    return session.execute(found.limit(1)).first() is not None


def may(row: Mapping[str, Any], by: Principal, roles: Mapping[str, tuple[str, ...]]) -> bool:
    """True where the caller has one of the roles on the side that draws this paper up."""
    if not by.has(*roles[row["by"]]):
        return False
    return by.sees_all_units if row["by"] == "office" else _of_unit(row, by)


def _of_unit(row: Mapping[str, Any], by: Principal) -> bool:
    if row["unit"] in by.unit_scope or by.has("importer"):
        return True
    return row["by"] == "review" and by.sees_all_units


def may_read_words(by: Principal) -> bool:
    """An auditor sees that a paper exists and when, not whom it names."""
    return not by.roles <= {"auditor", "admin"}


def allowed(row: Mapping[str, Any], document: Document, by: Principal) -> list[str]:
    """What the caller may do with the paper now."""
    found = [
        move
        for move in papers.MOVES
        if row["state"] in from_states(move, document) and may(row, by, _needed(move, document))
    ]
    if row["state"] == "draft" and may(row, by, papers.DRAWS):
        found.append("change")
    if row["state"] in ("issued", "served") and may(row, by, papers.DRAWS):
        found.append("scan")
        if row["rendering"] == "failed":
            found.append("render")
    return found


def check_move(row: Mapping[str, Any], move: str, document: Document, by: Principal) -> None:
    """Forbidden where it is not the caller's to do, Conflict where the paper's state forbids it."""
    if not may(row, by, _needed(move, document)):
        raise Forbidden()
    if row["state"] not in from_states(move, document):
        refuse_state(row, move, allowed(row, document, by))


def check_change(
    row: Mapping[str, Any], document: Document, by: Principal, *, if_match: int | None = None
) -> None:
    """The same for changing what a draft states; 412 where it is not the version `if_match`."""
    if not may(row, by, papers.DRAWS):
        raise Forbidden()
    if if_match is not None and row["version"] != if_match:
        raise stale(row)
    if row["state"] != "draft":
        refuse_state(row, "change", allowed(row, document, by))


def stale(row: Mapping[str, Any]) -> Refused:
    """The paper is not what the caller took it for."""
    return Refused(
        both("此文书已被他人更改，请刷新后重试。", "The paper changed meanwhile; read it."),
        status=412,
        code="stale",
        version=row["version"],
    )


def refuse_state(row: Mapping[str, Any], move: str, can: list[str]) -> None:
    """Conflict: not in this state."""
    state = papers.STATES[row["state"]]
    name = papers.MOVE_NAMES[move]
    raise Conflict(
        both(f"文书当前为“{state}”，不能{name}。", f"A paper that is {row['state']}: no {move}."),
        basis="P-SX 6.4.4",
        state=row["state"],
        allowed=can,
    )


def from_states(move: str, document: Document) -> tuple[str, ...]:
    """The states from which a move starts; a paper that nobody signs off is issued at once."""
    states, _ = papers.MOVES[move]
    if document.approval:
        return states
    return {"issue": ("draft",), "submit": (), "approve": (), "return": ()}.get(move, states)


def _needed(move: str, document: Document) -> Mapping[str, tuple[str, ...]]:
    if move in ("submit", "serve"):
        return papers.DRAWS
    if move == "issue":
        return papers.DRAWS
    if move == "void" and not document.approval:
        return papers.DRAWS
    return papers.APPROVES
