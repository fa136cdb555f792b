"""What an edition of the handbook says: pure, made of the standards alone, ready for its template.

The department edition leaves out what only the petition office does, and keeps every state, so
that a department knows where its case is and for whom it waits.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from routing.domain.categories import Category
from routing.domain.documents import Catalogue, Document
from routing.domain.procedure import BACK, SAME, Action, Procedure
from routing.handbook.people import Rule
from routing.handbook.standards import Standards
from routing.handbook.steps import action_row, clock_row, who_short
from routing.handbook.texts import Texts
from shared.auth import BUREAU_ROLES

BUREAU, DEPARTMENT = "bureau", "department"
UNIT_ROLES = frozenset({"handler", "unit_head"})
THROUGHOUT = "贯穿各阶段"
"""The chapter of actions that belong to no stage: those allowed in most of them."""
MANY_STAGES = 4
_DRAWN_BY = {"office": "信访部门", "unit": "承办单位", "review": "复查复核机关"}
_FORMS = {"letter": "公文", "notice": "告知书", "form": "表格、协议"}


def build(standards: Standards, edition: str) -> dict[str, Any]:
    """An edition's chapters, each a list of plain rows in the order in which they are printed."""
    texts, procedure = standards.texts, standards.procedure
    actions = [a for a in procedure.actions.values() if belongs(a, edition)]
    shown = {action.name for action in actions}
    guards = {name for action in actions for name in action.guards}
    return {
        "edition": edition,
        "standards_edition": procedure.edition,
        "title": texts.title[edition],
        "subtitle": texts.subtitle,
        "intro": texts.intro[edition],
        "five": texts.five,
        "routes": texts.routes,
        "glossary": texts.glossary,
        "sources": texts.sources,
        "clocks": [clock_row(procedure, texts, clock) for clock in procedure.clocks.values()],
        "parameters": [
            {"name": p.name, "title": p.title, "value": _value(p.value), "basis": p.basis}
            for p in procedure.parameters.values()
        ],
        "posts": [
            {"post": post, "actions": [a for a in actions if a.roles & set(post.roles)]}
            for post in standards.posts.values()
            if edition == BUREAU or not post.bureau
        ],
        "all_posts": list(standards.posts.values()),
        "stages": [_stage(standards, name, edition, shown) for name in _stage_names(texts)],
        "guards": {name: texts.guards[name] for name in texts.guards if name in guards},
        "documents": [_document(d) for d in documents_of(standards.catalogue, edition)],
        "categories": _tree(standards.categories),
        "answers": standards.answers,
        "conduct": [_rule(standards, rule, shown) for rule in standards.conduct],
    }


def belongs(action: Action, edition: str) -> bool:
    """Whether an action is told in an edition: all to the office, their own to departments."""
    return edition == BUREAU or action.by_system or bool(action.roles & UNIT_ROLES)


def documents_of(catalogue: Catalogue, edition: str) -> list[Document]:
    """The papers of an edition; departments get those they draw up and the letters sent to them."""
    return [
        document
        for document in catalogue.documents.values()
        if edition == BUREAU or set(document.by) - {"office"} or document.kind == "letter"
    ]


def chapter_of(procedure: Procedure, action: Action) -> str:
    """The stage under which an action is told: that of most of its states, or none where many."""
    stages = Counter(procedure.states[code].stage for code in action.from_)
    return stages.most_common(1)[0][0] if len(stages) < MANY_STAGES else THROUGHOUT


def _stage_names(texts: Texts) -> list[str]:
    return [*(stage.name for stage in texts.stages), THROUGHOUT]


def _stage(standards: Standards, name: str, edition: str, shown: set[str]) -> dict[str, Any]:
    procedure, texts = standards.procedure, standards.texts
    stage = next((s for s in texts.stages if s.name == name), None)
    return {
        "name": name,
        "text": stage.text if stage else "任何时候都可能用到的操作，不分阶段。",
        "clocks": [
            clock_row(procedure, texts, procedure.clocks[c])
            for c in (stage.clocks if stage else ())
        ],
        "states": [
            _state(standards, code, shown)
            for code, state in procedure.states.items()
            if state.stage == name
        ],
        "actions": [
            action_row(standards, action)
            for action in procedure.actions.values()
            if action.name in shown and chapter_of(procedure, action) == name
        ],
        "leads_to": _leads_to(procedure, name),
    }


def _leads_to(procedure: Procedure, name: str) -> list[dict[str, Any]]:
    """To which other stages a case goes from this one, and by what."""
    found: dict[str, list[str]] = {}
    for action in procedure.actions.values():
        here = any(procedure.states[code].stage == name for code in action.from_)
        if not here or action.to in (SAME, BACK):
            continue
        stage = procedure.states[action.to].stage
        if stage != name:
            found.setdefault(stage, []).append(action.title)
    return [{"stage": stage, "by": by} for stage, by in found.items()]


def _state(standards: Standards, code: str, shown: set[str]) -> dict[str, Any]:
    procedure = standards.procedure
    state = procedure.states[code]
    here = [a for a in procedure.actions.values() if code in a.from_]
    return {
        "code": code,
        "name": state.name,
        "ended": state.ended,
        "advice": standards.texts.states[code],
        "actions": [
            {"name": a.name, "title": a.title, "who": who_short(standards, a)}
            for a in here
            if a.name in shown
        ],
        "others": [a.title for a in here if a.name not in shown],
    }


def _document(document: Document) -> dict[str, Any]:
    return {
        "code": document.code,
        "name": document.name,
        "form": _FORMS[document.kind],
        "by": "、".join(_DRAWN_BY[by] for by in document.by),
        "basis": document.basis,
        "limit": document.limit,
        "approval": document.approval,
        "required": [element.title for element in document.required],
        "optional": [element.title for element in document.optional],
        "says": document.says,
    }


def _tree(categories: Mapping[str, Category]) -> list[dict[str, Any]]:
    """The categories that are valid, as a tree."""
    nodes = {
        code: {"code": code, "name": category.name, "unit": category.unit, "below": []}
        for code, category in categories.items()
        if category.valid
    }
    top: list[dict[str, Any]] = []
    for code, node in nodes.items():
        above: Any = nodes.get(categories[code].parent or "")
        (above["below"] if above else top).append(node)
    return top


def _rule(standards: Standards, rule: Rule, shown: set[str]) -> dict[str, Any]:
    procedure, texts = standards.procedure, standards.texts
    answers = {check.code: check.title for check in standards.answers}
    names = {
        "clock": {code: f"{code} {clock.name}" for code, clock in procedure.clocks.items()},
        "action": {name: action.title for name, action in procedure.actions.items()},
        "guard": texts.guards,
        "answer": answers,
    }
    return {
        "rule": rule,
        "checks": [
            {
                "kind": check.kind,
                "name": check.name,
                "says": names.get(check.kind, {}).get(check.name, check.name),
                "how": check.how,
                "link": f"#action-{check.name}"
                if check.kind == "action" and check.name in shown
                else "",
            }
            for check in rule.checks
        ],
    }


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)


def is_bureau(roles: frozenset[str]) -> bool:
    """Whether somebody with these roles gets the office's edition by default."""
    return bool(roles & BUREAU_ROLES)
