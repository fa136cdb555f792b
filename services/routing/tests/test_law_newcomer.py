"""Whoever has never handled a petition brings one to the archive by what its guide says alone."""

import json

import pytest
from casework import REMEDY, at_office, badge, next_day, units

from routing.jobs import lapsing

WORDS = f"经查，末班车已延长至二十二时，并增加两班车，自六月起执行。{REMEDY}"
ANSWER = "经研究，末班车已延长至二十二时，并增加两班车，自六月起执行。"
BY_TYPE = {"line": "云屏区人民法院", "account": "li", "flag": False, "lines": ["甲某", "乙某"],
           "units": ["transport"]}  # fmt: skip
WAIT = "wait"
STORIES = {
    "a letter that is answered and served by post": (
        {"channel": "letter"},
        [
            ("dispatcher", "forward", {}), ("handler", "sign_receipt", {}),
            ("handler", "accept", {}), ("handler", "begin", {}),
            ("handler", "reply", {"text": WORDS, "outcome": "support"}),
            ("handler", "serve", {"method": "post"}), (WAIT, "", {}),
            ("handler", "archive", {}),
        ],
    ),
    "a visit that skips a level": (
        {"channel": "visit"},
        [
            ("dispatcher", "decline", {"ground": "N4", "lower_body": "transport"}),
            ("dispatcher", "archive", {}),
        ],
    ),
    "a suggestion that is assigned and reported on": (
        {"purpose": "suggestion"},
        [
            ("dispatcher", "assign", {"report_due": "2026-06-30"}), ("handler", "accept", {}),
            ("handler", "study", {}), ("handler", "reply", {"text": ANSWER}),
            ("handler", "serve", {"method": "left"}), ("handler", "report_back", {}),
            ("dispatcher", "approve_report", {}), ("dispatcher", "archive", {}),
        ],
    ),
    "a visitor with a matter of the court": (
        {"channel": "visit"},
        [("dispatcher", "guide_law", {}), ("dispatcher", "archive", {})],
    ),
    "an accusation": (
        {"purpose": "accusation", "secret": True},
        [
            ("dispatcher", "protect", {"accused_units": ["housing"], "accused_accounts": []}),
            ("dispatcher", "forward", {"unit": "discipline", "category": "transport.bus"}),
            ("handler@discipline", "accept", {}),
            ("handler@discipline", "reply", {"text": ANSWER}),
            ("handler@discipline", "serve", {"method": "family"}),
            ("handler@discipline", "close", {"reason": "served"}),
            ("handler@discipline", "archive", {}),
        ],
    ),
    "a dispute that is settled, served on nobody": (
        {},
        [
            ("dispatcher", "forward", {}), ("handler", "accept", {}), ("handler", "begin", {}),
            ("handler", "mediate", {}), ("handler", "settle", {}), ("handler", "archive", {}),
        ],
    ),
    "a matter of another statutory route": (
        {},
        [
            ("dispatcher", "forward", {}), ("handler", "accept", {}),
            ("handler", "channel", {"route": "arbitration"}), ("handler", "archive", {}),
        ],
    ),
    "one of two matters in a letter, withdrawn": (
        {"channel": "letter"},
        [
            ("dispatcher", "split", {"parts": [
                {"purpose": "petition", "title": "路灯不亮", "content": "路口的灯坏了。"}]}),
            ("registrar", "withdraw", {}), ("dispatcher", "archive", {}),
        ],
    ),
}  # fmt: skip


@pytest.fixture
def office(bench):
    found = units(bench)
    at_office(found, "2026-03-02 10:00")
    return found


def body(asks, picks):
    """What one sends who knows the story and the guide, and nothing else."""
    said = {}
    for ask in sorted(asks, key=lambda one: bool(one["needed_for"])):
        name, when = ask["name"], ask["needed_for"]
        wanted = ask["required"] or any(said.get(by) in for_ for by, for_ in when.items())
        if name in picks:
            said[name] = picks[name]
        elif wanted:
            said[name] = value(ask)
        if ask["choices"] and name in said:
            assert said[name] in ask["choices"], (name, ask["choices"])
    return said


def value(ask):
    if ask["suggested"]:
        return ask["suggested"]
    if ask["values"]:
        return ask["values"]
    if ask["choices"]:
        return next(iter(ask["choices"]))
    if ask["type"] == "day":
        assert ask["written"].startswith("日期")
        return ask["latest"] or ask["earliest"]
    if ask["type"] == "text":
        return "事实清楚，" * (ask["least"] // 5 + 1)
    return BY_TYPE[ask["type"]]


@pytest.mark.parametrize("story", STORIES)
def test_a_newcomer_brings_it_to_the_archive_at_the_first_try(office, story):
    about, turns = STORIES[story]
    case = office.opened(**about)
    path = f"/v1/cases/{case['case_id']}"
    for who, action, picks in turns:
        if who == WAIT:
            office.app.clock.advance(days=40)
            lapsing.run(office.app)
            continue
        shown = office.get(f"{path}/guide", token=badge(office, who)).json
        (step,) = [one for one in shown["actions"] if one["action"] == action]
        assert step["may"], (action, step["why_not"])
        answer = office.post(
            step["href"],
            token=badge(office, who),
            data=json.dumps(body(step["asks"], picks)),
            content_type="application/json",
            headers={"If-Match": f'"{shown["version"]}"'},
        )
        assert answer.status_code == 200, (action, answer.text)
        assert answer.json["state"] in (step["to_state"], shown["state"])
        next_day(office)
    assert office.case(case["case_id"])["state"] == "archived"


def test_everything_asked_for_is_said_in_words_of_its_own(office):
    procedure = office.app.resources.procedure
    bare = {
        (action.name, ask.name)
        for action in procedure.actions.values()
        for ask in action.asks.values()
        if ask.field.title in ("内容", "去向") or ask.field.title == ask.field.name
    }
    assert not bare


def test_limits_are_those_that_the_refusal_would_name(office):
    case = office.opened()
    case = office.done(case, "forward", at="2026-03-02T10:00:00+08:00")
    shown = office.get(f"/v1/cases/{case['case_id']}/guide", token=badge(office, "handler")).json
    asks = {one["action"]: {a["name"]: a for a in one["asks"]} for one in shown["actions"]}
    assert (asks["object"]["reasons"]["least"], asks["pass_down"]["unit"]["found_at"]) == (
        10, "/v1/units"
    )  # fmt: skip
