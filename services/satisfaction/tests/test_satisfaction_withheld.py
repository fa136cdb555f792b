"""What is withheld from somebody is in no list of evaluations, and in no count for them."""

import pytest

from shared.rebuild import rebuild
from shared.testing import hear, mark

QIAN = {"withheld_from": [mark("qian"), mark("transport", "unit")], "named_readers": []}
ZHOU = {"withheld_from": [], "named_readers": [mark("zhou")]}


@pytest.fixture
def asked(office):
    """What somebody is answered: a case's evaluations, by unit, and counts."""

    def ask(case, role, *, account, unit="bureau", scope=("*",)):
        token = office.token(role, account=account, unit=unit, scope=scope)
        path = f"/v1/evaluations?petition_id={case.petition_id}"
        items = office.get(path, token=token).json["items"]
        by_unit = office.get("/v1/units/counts", token=token).json["items"]
        counts = office.get("/v1/counts", token=token).json
        return len(items), sum(one["opened"] for one in by_unit), counts

    return ask


@pytest.fixture
def served(app, story):
    """Tells of a served case, and then who may know of it."""

    def tell(access, **facts):
        case = story(**facts)
        hear(app, *case.until("served"), case.then("access_changed", **access))
        return case

    return tell


NONE = {"petitions": 0, "cases": 0, "opened": 0, "recorded": 0}
ALL = {"petitions": 1, "cases": 1, "opened": 2, "recorded": 0}


@pytest.mark.parametrize("secret", [True, False])
def test_the_accused_and_the_recused_find_nothing_and_their_colleagues_all(served, asked, secret):
    case = served(QIAN, secret=secret)
    assert asked(case, "supervisor", account="qian") == (0, 0, NONE)
    assert asked(case, "supervisor", account="someone", unit="transport") == (0, 0, NONE)
    own = {"unit": "transport", "scope": ("transport",)}
    assert asked(case, "unit_head", account="head", **own) == (0, 0, NONE)
    assert asked(case, "supervisor", account="sun") == (2, 2, ALL)


def test_a_named_reader_finds_the_evaluations_of_a_secret_case(served, asked):
    case = served(ZHOU, secret=True)
    assert asked(case, "auditor", account="zhou")[:2] == (2, 2)
    assert asked(case, "auditor", account="zheng")[:2] == (0, 0)


def test_a_header_of_an_earlier_release_changes_nothing(app, served, asked):
    case = served(QIAN, secret=True)
    hear(app, case.then("closed"))
    assert asked(case, "supervisor", account="qian") == (0, 0, NONE)


def test_the_change_opens_no_evaluation_and_a_rebuild_ends_in_the_same(app, story, picture):
    case = story(secret=True)
    events = [case.then("opened"), case.then("access_changed", **QIAN)]
    events += [case.then("forwarded"), case.then("served"), case.then("access_changed", **ZHOU)]
    hear(app, *events)
    in_order = picture(app)
    rebuild(app)
    for event in reversed(events):
        hear(app, event, event)
    assert picture(app) == in_order
