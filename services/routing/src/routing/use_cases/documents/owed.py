"""The papers that the steps of a case call for and that are not issued yet."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from routing import models
from routing.models.documents import documents
from routing.resources import Resources
from shared.db import Session

_ROUND = "reopen"
_STEP, _PAPER = "step", "paper"
_ISSUED = ("issued", "served")


def owed(
    session: Session, *, case_row: Mapping[str, Any], resources: Resources
) -> list[dict[str, Any]]:
    """Each paper that an action of the current round names: which, why, and how far it is.

    The first action that names a kind is answered by the first paper of that kind, the second by
    the second: a unit that answers anew owes a new opinion. A void paper answers nothing.
    """
    catalogue, procedure = resources.papers.catalogue, resources.procedure
    about = dict(case_row) | {"agreement": (case_row["facts"].get("agreement") or {}).get("kind")}
    called: list[tuple[str, str]] = []
    papers: dict[str, list[Any]] = defaultdict(list)
    for one in session.execute(_steps_and_papers(case_row["case_id"])):
        if one.what == _PAPER:
            papers[one.name].append(one)
        elif one.name == _ROUND:
            called.clear()
            papers.clear()
        elif action := procedure.actions.get(one.name):
            kinds = dict.fromkeys((*action.documents, *action.notices))
            called += [(catalogue.fitting(kind, about), one.name) for kind in kinds]
    waiting = {kind: iter(found) for kind, found in papers.items()}
    pairs = [(kind, action, next(waiting.get(kind, iter(())), None)) for kind, action in called]
    return [
        {
            "kind": kind,
            "name": catalogue.documents[kind].name,
            "action": action,
            "basis": procedure.actions[action].basis,
            "document_id": paper.document_id if paper else None,
            "state": paper.state if paper else None,
        }
        for kind, action, paper in pairs
        if paper is None or paper.state not in _ISSUED
    ]


def _steps_and_papers(case_id: str) -> sa.CompoundSelect[Any]:
    """Both in the order in which they came, with one query."""
    steps, none = models.steps, sa.cast(sa.null(), sa.String)
    done = sa.select(
        sa.literal(_STEP).label("what"),
        steps.c.action.label("name"),
        steps.c.recorded_at.label("at"),
        none.label("document_id"),
        none.label("state"),
        steps.c.seq.label("seq"),
    ).where(steps.c.case_id == case_id)
    drawn = sa.select(
        sa.literal(_PAPER),
        documents.c.kind,
        documents.c.drafted_at,
        documents.c.document_id,
        documents.c.state,
        documents.c.seq,
    ).where(documents.c.case_id == case_id, documents.c.state != "void")
    return sa.union_all(done, drawn).order_by(sa.text("at"), sa.text("what DESC"), sa.text("seq"))
