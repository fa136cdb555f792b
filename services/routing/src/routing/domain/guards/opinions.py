"""Guards of an answer's words: whose they may be, and that they hold (T22 Arts.29, 32)."""

from routing.domain.answer_checks import Finding, blocking, check_text
from routing.domain.answered import context_for, kind_of_answer, shown_finding
from routing.domain.scene import Refusal, Scene
from shared.errors import both

REVIEW_WORDS = ("decision", "text")
WORDS = {"words_hold": ("text",), "review_words_hold": REVIEW_WORDS}
"""Guards of actions that issue an opinion -> the fields for words in its place."""
REVIEWS = ("decide_review", "decide_re_review")
_BASIS = "T22 Art.32"


def may_answer(scene: Scene) -> Refusal | None:
    """Who may not answer in words of their own needs the approved opinion (P-SX 6.4.4)."""
    return None if own_words(scene) else _approved(scene)


def words_hold(scene: Scene) -> Refusal | None:
    """An answer goes out if nothing that blocks is found in it: its text, or the opinion's."""
    text = scene.body.get("text")
    if not text or not own_words(scene):
        return _approved(scene)
    kind = kind_of_answer(scene.case)
    if "importer" in scene.by.roles or kind is None:
        return None
    context = context_for(
        scene.case, kind=kind, unit_name=scene.lead.name if scene.lead else "", today=scene.day
    )
    return _blocked(check_text(text, kind, context, checks=scene.checks))


def may_review(scene: Scene) -> Refusal | None:
    """The reviewing body issues its approved opinion; the bureau may record one made elsewhere."""
    return None if own_words(scene) else _approved(scene)


def review_words_hold(scene: Scene) -> Refusal | None:
    """A review opinion is the approved one, or, recorded by the bureau, decision and words."""
    given = [name for name in REVIEW_WORDS if scene.body.get(name)]
    if not given or not own_words(scene):
        return _approved(scene)
    if len(given) == len(REVIEW_WORDS):
        return None
    return Refusal(
        "invalid",
        both("请求内容有误，请按提示更正。", "The request is not valid; see errors."),
        scene.action.basis,
        errors={
            name: both("须与另一项一并填写。", "Goes with the other.")
            for name in REVIEW_WORDS
            if name not in given
        },
        invalid=True,
    )


def own_words(scene: Scene) -> bool:
    """Whether the caller may say the words of the answer or review opinion by themselves.

    What an import brings, and what an outside body has answered, was signed elsewhere.
    """
    if scene.action.name in REVIEWS:
        return bool({"reviewer", "importer"} & scene.by.roles)
    if scene.lead is not None and scene.lead.external:
        return True
    heads = bool({"unit_head", "importer"} & scene.by.roles)
    return heads or not scene.value("reply_needs_approval")


def opinion_goes_out(scene: Scene) -> bool:
    """Whether there is an approved opinion, and nothing in it blocks."""
    return scene.approved is not None and not blocking(list(scene.approved.findings))


def _approved(scene: Scene) -> Refusal | None:
    if scene.approved is None:
        return Refusal(
            "opinion_not_approved",
            both("意见书尚未经审批，不能出具。", "The opinion has not been approved."),
            _BASIS,
        )
    return _blocked(list(scene.approved.findings))


def _blocked(findings: list[Finding]) -> Refusal | None:
    found = blocking(findings)
    if not found:
        return None
    return Refusal(
        "opinion_blocked",
        both(f"有{len(found)}处必须先改正。", f"{len(found)} findings must be put right first."),
        _BASIS,
        facts={"findings": [shown_finding(one) for one in found]},
    )
