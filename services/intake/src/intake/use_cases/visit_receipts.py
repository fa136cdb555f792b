"""The receipt that a visitor is handed: printed once with the query code, and again without it."""

from typing import Any

import sqlalchemy as sa
from jinja2 import Environment, PackageLoader, select_autoescape

from intake.domain.reception import REGISTERED
from intake.resources import Resources
from intake.use_cases.auditing import write_down
from intake.use_cases.looking import found_by, refusal
from intake.use_cases.reception import change_visit, locked_visit, not_now
from intake.use_cases.sealing import petitioner_of
from intake.use_cases.seeing import withheld_petitions
from intake.use_cases.visits import opened_name
from shared.auth import Principal
from shared.clock import Clock, office_day
from shared.db import Session

PURPOSE = "打印来访登记回执"
_WORDS = ("title", "content", "claim")
_pages = Environment(loader=PackageLoader("intake", "data"), autoescape=select_autoescape())


def print_receipt(
    session: Session, *, visit_id: str, by: Principal, clock: Clock, resources: Resources
) -> dict[str, Any]:
    """A page to print; with the query code the first time, which nobody can print again.

    That first time it is also for who registered the visit, though the petition be secret by now;
    then it holds none of its words. Written down as a look; NotFound for who may not see it.
    """
    row = locked_visit(session, visit_id)
    if row.state != REGISTERED:
        raise not_now(row)
    petition = found_by(session, row.petition_id, by=by)
    refused = not (petition.seen or _hands_it_over(session, row, by=by))
    page: dict[str, Any] = {}
    if not refused:
        page = _page(session, row, petition, clock=clock, resources=resources)
        printed = {"sealed_code": None, "printed_at": row.printed_at or clock.now()}
        change_visit(session, visit_id, printed)
    write_down(
        session,
        act="unmask",
        who=by.sub,
        petition_id=row.petition_id,
        purpose_kind="serve",
        purpose=PURPOSE,
        facts={"visit_id": visit_id},
        refused=refused,
        clock=clock,
        keys=resources.audit_keys,
    )
    if refused:
        raise refusal()
    return page


def _hands_it_over(session: Session, row: sa.Row[Any], *, by: Principal) -> bool:
    """Whether the visitor is still before who registered them, and it is not kept from them."""
    if row.sealed_code is None or row.registered_by != by.sub:
        return False
    withheld = withheld_petitions(by).subquery()
    own = sa.select(withheld.c.petition_id).where(withheld.c.petition_id == row.petition_id)
    return session.scalar(own) is None


def _page(
    session: Session,
    row: sa.Row[Any],
    petition: sa.Row[Any],
    *,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    ring, talking, steps = resources.ring, resources.talking, resources.desks.next_steps
    code = None
    if row.sealed_code is not None:
        code = ring.decrypt(row.sealed_code, place=f"{row.visit_id}/query_code")
    open_ = petition.seen and not petition.secret and not petition.apart
    person = petitioner_of(session, row.petition_id, ring) if open_ else None
    following = [*steps["everyone"], *steps.get(petition.purpose, ())]
    html = _pages.get_template("visit_receipt.html").render(
        petition_no=petition.petition_no,
        code=code,
        day=office_day(petition.registered_at),
        office=talking.office,
        where=talking.where,
        name=person and person["name"],
        people=petition.people,
        words={name: petition._mapping[name] for name in _WORDS} if open_ else None,
        confirmed_by=opened_name(row, resources),
        steps=following if open_ else steps["secret"],
        printed=office_day(clock.now()),
    )
    return {"petition_no": petition.petition_no, "with_code": code is not None, "page": html}
