"""A petition is withheld from whom one of its cases is, with all its words, in every role."""

import pytest

from shared.testing import hear, mark

QIAN = {"withheld_from": [mark("qian"), mark("transport", "unit")], "named_readers": []}
ZHOU = {"withheld_from": [], "named_readers": [mark("zhou")]}
NOBODY = {"withheld_from": [], "named_readers": []}


@pytest.fixture
def case(app, desk, story):
    """A case in the secret lane, led by the transport bureau."""
    told = story(desk.registered()["petition_id"], secret=True)
    hear(app, told.then("opened"), told.then("forwarded"))
    return told


def looked(desk, case, *roles, account, unit="bureau", scope=("*",)):
    """Statuses of looking at the petition and of having it unmasked."""
    token = desk.token(*roles, account=account, unit=unit, scope=scope)
    path = f"/v1/petitions/{case.petition_id}"
    seen = desk.get(path, token=token).status_code
    unmasked = desk.post(f"{path}/unmask", token=token, json={"purpose": "核实身份"}).status_code
    return seen, unmasked


def counted(desk, account):
    return desk.get("/v1/counts", token=desk.token("supervisor", account=account)).json["petitions"]


@pytest.mark.parametrize("role", ["dispatcher", "reviewer"])
def test_the_accused_see_neither_the_petition_nor_the_petitioner(app, desk, case, role):
    own = {"unit": "transport", "scope": ("transport",)}
    assert looked(desk, case, role, account="qian") == (200, 200)
    assert looked(desk, case, "unit_head", account="head", **own) == (200, 200)
    hear(app, case.then("access_changed", **QIAN))
    assert looked(desk, case, role, account="qian") == (404, 404)
    assert looked(desk, case, "unit_head", account="head", **own) == (404, 404)
    assert looked(desk, case, role, account="someone", unit="transport") == (404, 404)
    assert looked(desk, case, role, account="sun") == (200, 200)
    assert [look.refused for look in desk.looks() if look.who == "qian"] == [False] * 2 + [True] * 2


def test_a_petition_is_withheld_in_all_its_cases_where_it_is_in_one(app, desk, case, story):
    claim = story(case.petition_id, unit="transport")
    hear(app, claim.then("opened"), claim.then("forwarded"), case.then("access_changed", **QIAN))
    own = {"unit": "transport", "scope": ("transport",)}
    assert looked(desk, case, "handler", account="li", **own) == (404, 404)
    hear(app, case.then("access_changed", **NOBODY))
    assert looked(desk, case, "handler", account="li", **own) == (200, 200)


def test_a_case_that_the_petition_has_left_withholds_it_no_more(app, desk, case):
    hear(app, case.then("access_changed", **QIAN))
    assert counted(desk, "qian") == 0
    hear(app, case.then("merged", petition_ids=[], **QIAN))
    assert counted(desk, "qian") == 1


def test_a_named_reader_sees_a_secret_petition_until_the_name_is_taken_off(app, desk, case):
    assert looked(desk, case, "registrar", account="zhou") == (404, 404)
    hear(app, case.then("access_changed", **ZHOU))
    assert looked(desk, case, "registrar", account="zhou") == (200, 200)
    assert looked(desk, case, "registrar", account="zheng") == (404, 404)
    hear(app, case.then("access_changed", **NOBODY))
    assert looked(desk, case, "registrar", account="zhou") == (404, 404)


def test_counts_leave_out_what_is_withheld_from_who_asks(app, desk, case):
    hear(app, case.then("access_changed", **QIAN), case.then("accepted"))
    assert (counted(desk, "qian"), counted(desk, "sun")) == (0, 1)


def test_the_citizen_reads_nothing_of_it(app, desk, story):
    receipt = desk.registered()
    told = story(receipt["petition_id"])
    hear(app, told.then("opened"), told.then("forwarded"))
    token, path = (
        desk.citizen_token(told.petition_id),
        f"/v1/public/petitions/{receipt['petition_no']}",
    )
    before = desk.get(path, token=token).json
    hear(app, told.then("access_changed", state="forwarded", **QIAN))
    assert desk.get(path, token=token).json == before


@pytest.mark.parametrize("accusation_first", [True, False])
def test_words_that_accuse_are_kept_from_the_accused_and_from_who_handles_the_rest(
    app, desk, story, accusation_first
):
    claim = story(desk.registered()["petition_id"], unit="housing")
    split = story("no-petition", secret=True)
    apart = {"petition_ids": [], "words_of": [claim.petition_id]}
    told = [claim.then("opened"), claim.then("forwarded")]
    off = [split.then("opened", **apart, **QIAN)]
    hear(app, *(off + told if accusation_first else told + off))
    rest = desk.token("handler", account="li", unit="housing", scope=("housing",))
    accused = desk.token("dispatcher", account="qian")
    path = f"/v1/petitions/{claim.petition_id}"
    for seen in (
        desk.get(path, token=rest),
        desk.post(f"{path}/unmask", token=rest, json={"purpose": "联系信访人"}),
        desk.get(path, token=accused),
        desk.get(path, token=desk.token("registrar", account="zhou")),
    ):
        assert seen.status_code == 200
        assert "路灯" not in seen.text
        assert "原文另行保管" in seen.json["content"]
    assert "路灯" in desk.get(path, token=desk.token("dispatcher", account="sun")).text
    hear(app, split.then("access_changed", petition_ids=[], **ZHOU))
    assert "路灯" in desk.get(path, token=accused).text
    assert "路灯" in desk.get(path, token=desk.token("registrar", account="zhou")).text
    assert "路灯" not in desk.get(path, token=rest).text
