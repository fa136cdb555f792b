"""Guards that protect people: the accused never hears, nobody decides on their own (Arts.28, 30).

What accuses never reaches the unit or person accused. A unit below an accused unit is kept out as
well; one above it may handle the matter.
"""

from routing.domain.scene import Office, Refusal, Scene
from shared.errors import both

ACCUSATION = "accusation"
_ANSWERS = ("reply", "answer_directly")
REVIEWS_OF = {"handling": (), "review": _ANSWERS, "re_review": (*_ANSWERS, "decide_review")}
"""The level of an opinion -> the actions whose opinions it reviews."""
_RE_REVIEW = ("ask_re_review", "accept_late_re_review")


def touched(office: Office, accused: frozenset[str]) -> bool:
    """Whether a unit is accused, or stands below one that is."""
    return bool(accused & set(office.line))


def not_accused(scene: Scene) -> Refusal | None:
    """No unit that the body names is accused in the case (T22 Arts.28(3), 30(3))."""
    hit = {
        name: both("该单位在本件中被反映，不能承办。", "The case is about this unit.")
        for name, kind in _asked(scene, "unit", "units")
        if any(touched(office, scene.accused_units) for office in _offices(scene, name, kind))
    }
    return _accused_refusal(hit) if hit else None


def told_not_accused(scene: Scene) -> Refusal | None:
    """A notification does not go to who is accused (T22 Art.30(3))."""
    return not_accused(scene)


def discipline_only(scene: Scene) -> Refusal | None:
    """An accusation goes to a body with discipline power only (T22 Arts.22(2), 30)."""
    if scene.case["purpose"] != ACCUSATION:
        return None
    if all(office.secret_lane for office in scene.named.values()):
        return None
    return Refusal(
        "discipline_only",
        both(
            "检举控告只能转送有管理权限的纪检监察机关。",
            "An accusation goes to the discipline body only.",
        ),
        "T22 Arts.22(2), 30",
        errors={"unit": both("没有管理权限。", "It has no discipline power.")},
    )


def not_accusation(scene: Scene) -> Refusal | None:
    """An accusation is passed on: not answered, put aside, turned away or laid open (Art.30)."""
    if scene.case["purpose"] != ACCUSATION:
        return None
    return Refusal(
        "accusation",
        both(
            "检举控告应当按管理权限转送纪检监察机关，不能如此处理。",
            "An accusation is passed to the discipline body, not handled so.",
        ),
        "T22 Arts.22(2), 30",
    )


def office_not_accused(scene: Scene) -> Refusal | None:
    """The petition office does not handle what accuses itself (T22 Arts.28(3), 30(3))."""
    if scene.by.unit is not None and scene.by.unit in scene.accused_units:
        return _accused_refusal({})
    return None


def target_not_accused(scene: Scene) -> Refusal | None:
    """A case does not go on in the hands of whom it accuses (T22 Arts.28(3), 30(3))."""
    lead = scene.other_lead
    if lead is None or not touched(lead, scene.accused_units):
        return None
    return _accused_refusal(
        {"into": both("承办单位在本件中被反映。", "This case accuses the unit that leads it.")}
    )


def account_not_accused(scene: Scene) -> Refusal | None:
    """Neither the one complained of nor a recused one gets the case (T22 Arts.28(3), 30(3))."""
    hit = {
        name: both("此人应当回避。", "This person is kept out of the case.")
        for name in ("handler", "account")
        if scene.body.get(name) in scene.accused_accounts
    }
    if not hit:
        return None
    return Refusal(
        "recused",
        both("被反映人和应当回避的人员不能经手本件。", "Who is kept out may not get the case."),
        "T22 Arts.28(3), 30(3)",
        errors=hit,
    )


def lead_not_named(scene: Scene) -> Refusal | None:
    """Who leads an accusation cannot be declared accused: take the case from them first."""
    accused = frozenset(scene.body.get("accused_units") or ())
    if scene.lead is None or scene.case["purpose"] != ACCUSATION:
        return None
    if not touched(scene.lead, accused):
        return None
    return Refusal(
        "lead_accused",
        both(
            "被反映单位正在承办本件，请先改派再设定。",
            "The unit leads this case: redirect it first.",
        ),
        "T22 Arts.28(3), 30(3)",
        errors={"accused_units": both("是承办单位。", "It leads the case.")},
    )


def is_secret(scene: Scene) -> Refusal | None:
    """Named access exists for secret cases only (T22 Art.46(五))."""
    if scene.case["secret"]:
        return None
    return Refusal(
        "not_secret",
        both("本件未列入保密，不需要保密人名单。", "The case is not secret."),
        "T22 Art.46(五)",
    )


def not_secret_yet(scene: Scene) -> Refusal | None:
    """What is secret is not made secret again."""
    if not scene.case["secret"]:
        return None
    return Refusal(
        "secret_already",
        both("本件已列入保密。", "The case is secret already."),
        "T22 Arts.30(3), 46(五)",
    )


def not_oneself(scene: Scene) -> Refusal | None:
    """Recusal is decided by another than the one concerned (T22 Art.28(3))."""
    if scene.body.get("account") != scene.by.account:
        return None
    return Refusal(
        "own_recusal",
        both("回避应由他人决定。", "Somebody else decides on one's recusal."),
        "T22 Art.28(3)；TZJ 27（地方规定）",
        errors={"account": both("不能是本人。", "May not be oneself.")},
    )


def not_own_opinion(scene: Scene) -> Refusal | None:
    """The body that reviews is not the one whose opinion it is (T22 Arts.35, 36)."""
    body = scene.body.get("body_unit")
    if body is None:
        return None
    authors = {scene.case["lead_unit"], *scene.parts}
    if scene.action.name in _RE_REVIEW:
        authors.add(scene.facts.get("review", {}).get("body"))
    if body not in authors:
        office = scene.named.get(body)
        if office is None or not touched(office, scene.accused_units):
            return None
    return Refusal(
        "own_opinion",
        both(
            "复查复核应由作出意见机关的上一级机关进行。",
            "Not the body whose opinion it is, but the one above it.",
        ),
        "T22 Arts.35, 36",
        errors={"body_unit": both("不能是作出原意见的机关。", "It made the opinion.")},
    )


def nobody_reviews_own(scene: Scene) -> Refusal | None:
    """Nobody decides on the opinion that they wrote (T22 Art.28(3))."""
    own = REVIEWS_OF["review" if scene.action.name == "decide_review" else "re_review"]
    mine = {action for account, action in scene.deciders if account == scene.by.account}
    if "importer" in scene.by.roles or not mine & set(own):
        return None
    return Refusal(
        "own_opinion",
        both(
            "您经办过本件被复查复核的意见，请由其他人员办理。",
            "Nobody reviews their own opinion: a colleague does.",
        ),
        "T22 Arts.28(3), 35, 36",
    )


def _asked(scene: Scene, *types: str) -> list[tuple[str, str]]:
    return [
        (ask.name, ask.field.type)
        for ask in scene.action.asks.values()
        if ask.field.type in types and scene.body.get(ask.name)
    ]


def _offices(scene: Scene, name: str, kind: str) -> list[Office]:
    codes = scene.body[name] if kind == "units" else [scene.body[name]]
    return [scene.named[code] for code in codes if code in scene.named]


def _accused_refusal(errors: dict[str, str]) -> Refusal:
    return Refusal(
        "accused_unit",
        both(
            "检举控告的内容不能到达被反映的单位。",
            "What accuses never reaches the one accused.",
        ),
        "T22 Arts.28(3), 30(3), 46(五)",
        errors=errors,
    )


def only_suspected(scene: Scene) -> Refusal | None:
    """What is secret for another reason too stays secret until a person lifts it."""
    if scene.case["facts"].get("suspected"):
        return None
    return Refusal(
        "secret_otherwise",
        both("本件另有保密事由。", "The case is secret for another reason too."),
        "T22 Art.30(3)",
    )
