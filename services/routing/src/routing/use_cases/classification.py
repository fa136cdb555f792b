"""Suggesting a category, keeping what people chose, and dispatching by rule."""

import datetime as dt
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from routing.domain.categories import Category
from routing.domain.suggestion import rules_for
from routing.domain.words import digest
from routing.models import cases, units
from routing.models import classification as models
from routing.resources import Resources
from routing.use_cases.categories import stored_tree
from routing.use_cases.revisions import revisions
from shared.clock import Clock
from shared.db import Session, upsert
from shared.errors import Invalid, both
from shared.web.paging import page, page_by_key

logger = logging.getLogger(__name__)


def refresh(session: Session, *, resources: Resources) -> None:
    """Read the tree of categories anew where it was imported since this process last did."""
    version, known = revisions(session).categories, resources.knowledge
    if version != known.rules_version:
        known.rules = rules_for(stored_tree(session))
        known.rules_version = version


def ready_to_suggest(session: Session, *, resources: Resources) -> None:
    """`refresh`, and the promoted classifier read where it is another; workers alone need it.

    One that cannot be read must not hold up petitions: the rules suggest then, and the log says so.
    """
    refresh(session, resources=resources)
    version = promoted_version(session)
    known = resources.knowledge
    if version == known.classifier_version:
        return
    if version is None:
        known.classifier, known.classifier_version = None, None
        return
    from routing.learning.classifier import (  # noqa: PLC0415 - numpy, for who suggests only
        NotAClassifier,
        unpack,
    )

    table = models.classifiers
    stored = sa.select(table.c.whole, table.c.sha256).where(table.c.version == version)
    packed, sha256 = session.execute(stored).one()
    known.classifier_version = version
    try:
        known.classifier = unpack(packed, sha256=sha256)
    except NotAClassifier:
        known.classifier = None
        logger.exception("the rules suggest: the promoted classifier cannot be read")


def promoted_version(session: Session) -> int | None:
    """The classifier in use: the last one promoted, or None where the rules alone suggest."""
    table = models.classifiers
    latest = sa.select(table.c.version).where(table.c.promoted_at.is_not(None))
    return session.scalar(latest.order_by(table.c.promoted_at.desc(), table.c.version.desc()))


def list_categories(session: Session, *, resources: Resources) -> list[Category]:
    """The categories that are valid now, above before below."""
    refresh(session, resources=resources)
    return [category for category in resources.rules.categories.values() if category.valid]


def chosen_category(code: str, *, resources: Resources) -> Category:
    """A category that somebody chose; Invalid where there is none such, or no longer."""
    category = resources.rules.categories.get(code)
    if category is None:
        raise Invalid({"category": both("没有这个类别。", "There is no such category.")})
    if not category.valid:
        raise Invalid(
            {
                "category": both(
                    f"“{category.name}”已停用，请改选其他类别。",
                    f"{category.code} is no longer valid; choose another.",
                )
            }
        )
    return category


def keep_choice(
    session: Session, *, case_row: Mapping[str, Any], category: str, by: str, at: dt.datetime
) -> None:
    """Write down which category somebody confirmed or chose instead of the suggested one.

    A case of the secret lane teaches nothing: what it says must not come back in a suggestion.
    """
    if case_row["secret"] or case_row["title"] is None:
        return
    suggestion = case_row["suggestion"] or {}
    session.execute(
        sa.insert(models.corrections).values(
            case_id=case_row["case_id"],
            text_hash=digest(case_row["title"], case_row["content"] or ""),
            suggested=suggestion.get("category"),
            chosen=category,
            model=suggestion.get("model"),
            by=by,
            at=at,
        )
    )


def pre_dispatch_for(session: Session, *, case_row: Mapping[str, Any]) -> str | None:
    """The unit that a case goes to without a dispatcher, or None where a person must look.

    Accusations, and what may be one, always wait for a person (T22 Arts.22(2), 30). A rule is about
    the category that the confidence is about, which may be the one above the suggested.
    """
    suggestion = case_row["suggestion"] or {}
    accused = suggestion.get("accusation") or {}
    if case_row["secret"] or case_row["purpose"] == "accusation" or accused.get("suspected"):
        return None
    if not suggestion.get("confidence_of"):
        return None
    table = models.pre_dispatch
    rule = (
        sa.select(table.c.unit)
        .join(units, units.c.code == table.c.unit)
        .where(
            table.c.category == suggestion["confidence_of"],
            table.c.active,
            table.c.min_percent <= 100 * suggestion.get("confidence", 0.0),
            units.c.secret_lane.is_(False),
        )
    )
    return session.scalar(rule)


def set_pre_dispatch(
    session: Session,
    *,
    category: str,
    rule: Mapping[str, Any],
    by: str,
    clock: Clock,
    resources: Resources,
) -> dict[str, Any]:
    """Create or replace a category's rule; its unit must exist and not be the secret lane's."""
    refresh(session, resources=resources)
    chosen_category(category, resources=resources)
    unit = session.execute(sa.select(units).where(units.c.code == rule["unit"])).first()
    if unit is None:
        raise Invalid({"unit": both("没有这个单位。", "There is no such unit.")})
    if unit.secret_lane:
        raise Invalid(
            {
                "unit": both(
                    "检举控告须由专人审核后转送，不能自动分派。",
                    "What goes to a body of the secret lane is looked at by a person first.",
                )
            }
        )
    row = {"category": category, **rule, "changed_by": by, "changed_at": clock.now()}
    upsert(session, models.pre_dispatch, [row], key=["category"])
    return row


def list_pre_dispatch(session: Session, *, query: dict[str, Any]) -> dict[str, Any]:
    """A page of the rules of pre-dispatch, by category."""
    table = models.pre_dispatch
    return page_by_key(
        session, sa.select(table), by=[table.c.category], query=query, present=_as_dict
    )


def list_classifiers(session: Session, *, query: dict[str, Any]) -> dict[str, Any]:
    """A page of the trained classifiers with what was measured, newest first."""
    table = models.classifiers
    promoted = promoted_version(session)
    shown = ("version", "source", "metrics", "trained_at", "promoted_at", "sha256")

    def show(row: Any) -> dict[str, Any]:
        return _as_dict(row) | {"in_use": row.version == promoted}

    statement = sa.select(*(table.c[name] for name in shown))
    return page(session, statement, by=table.c.version, query=query, present=show)


def choices(session: Session) -> Sequence[tuple[str, str, str]]:
    """Title, content and category of each case in which somebody chose: the office's own history.

    The last choice of a case holds; only categories that are in the tree and valid are learnt.
    """
    made, tree = models.corrections, models.categories
    last = sa.select(sa.func.max(made.c.seq)).group_by(made.c.case_id)
    rows = session.execute(
        sa.select(cases.c.title, cases.c.content, made.c.chosen)
        .join(made, made.c.case_id == cases.c.case_id)
        .join(tree, tree.c.code == made.c.chosen)
        .where(
            made.c.seq.in_(last),
            tree.c.valid,
            cases.c.secret.is_(False),
            cases.c.title.is_not(None),
        )
        .order_by(made.c.seq)
    )
    return [(title, content or "", chosen) for title, content, chosen in rows]


def _as_dict(row: Any) -> dict[str, Any]:
    return dict(row._mapping)
