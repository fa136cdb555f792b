"""Accounts: opened by a phone code from a real gateway, and by nothing else."""

import base64
import json
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from notices import counter, gateway_in
from portal import MATTER, NO_LIMIT, PHONE, Owner, Writer, newest_code

from intake import models, use_cases
from intake.domain.accounts import BY_PHONE_WITHIN, SESSION_LASTS, SIGNED_IN_MOST
from intake.domain.drafts import DRAFTS_MOST
from intake.jobs import portal as job
from intake.use_cases.rotating import left_to_rotate, rotate
from intake.use_cases.sealed_rows import KEPT
from shared.pii import KeyRing
from shared.testing import hear, sample_secrets

PERSON = {"name": "王小明", "phone": "+86 139-0073-1234"}
STRANGER = "13800000001"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    with gateway_in(tmp_path_factory.mktemp("gateway")) as gateway:
        yield gateway


@pytest.fixture
def desk(request, tmp_path, gateway):
    """An office with the gateway, on SQLite or on the database that the test names."""
    kind = getattr(request, "param", "sqlite")
    url = None if kind == "sqlite" else request.getfixturevalue("postgres_url")
    (gateway.folder / "took.jsonl").unlink(missing_ok=True)
    with counter(tmp_path, url=url, PUBLIC_RATES=NO_LIMIT, **gateway.settings) as desk:
        yield desk


on_both = pytest.mark.parametrize(
    "desk", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)


@pytest.fixture
def owner(desk, gateway):
    return Owner(desk, gateway)


def later(desk, what):
    desk.app.clock.advance(seconds=what.total_seconds())


@on_both
def test_a_code_on_the_phone_opens_an_account(owner):
    owner.sign_in()
    assert owner.petitions() == []
    assert len(owner.desk.rows(models.accounts)) == 1


def test_the_same_phone_written_otherwise_is_the_same_account(owner):
    owner.sign_in()
    later(owner.desk, SESSION_LASTS)
    owner.phone = "+86 139 0073 1234"
    owner.sign_in()
    assert len(owner.desk.rows(models.accounts)) == 1


@pytest.mark.servers
@pytest.mark.parametrize("desk", ["postgresql"], indirect=True)
def test_a_code_entered_twice_at_the_same_moment_opens_one_session(owner):
    code = owner.code()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: owner.enter(code).status_code, range(4)))
    assert sorted(answers) == [200, 403, 403, 403]
    assert len(owner.desk.rows(models.account_sessions)) == 1


class TestTakeover:
    """Codes and secrets that are somebody else's, or for something else."""

    def test_a_wrong_code_opens_nothing(self, owner):
        code = owner.code()
        wrong = f"{(int(code) + 1) % 1_000_000:06}"
        answer = owner.enter(wrong)
        assert (answer.status_code, answer.json["code"]) == (403, "wrong_phone_code")
        assert owner.desk.rows(models.accounts) == []

    def test_after_five_wrong_codes_the_right_one_is_none(self, owner):
        code = owner.code()
        wrong = f"{(int(code) + 1) % 1_000_000:06}"
        for _ in range(5):
            assert owner.enter(wrong).status_code == 403
        assert owner.enter(code).status_code == 403

    def test_a_code_is_not_used_twice(self, owner):
        code = owner.code()
        assert owner.enter(code).status_code == 200
        assert owner.enter(code).status_code == 403

    def test_a_code_for_one_phone_opens_no_other(self, owner):
        code = owner.code()
        assert owner.enter(code, phone=STRANGER).status_code == 403
        assert owner.desk.rows(models.accounts) == []

    @pytest.mark.parametrize("purpose", ["withdraw", "supplement", "review"])
    def test_a_code_for_anything_else_opens_no_account(self, owner, purpose):
        petition = owner.desk.registered(petitioner=PERSON)
        app = owner.desk.app
        with app.db.write() as session:
            use_cases.send_code(
                session, phone=PHONE, purpose=purpose, subject=petition["petition_id"],
                clock=app.clock, resources=app.resources,
            )  # fmt: skip
        owner.desk.send()
        code = newest_code(owner.gateway)
        assert owner.enter(code).status_code == 403

    def test_a_code_that_is_late_opens_nothing(self, owner):
        code = owner.code()
        owner.desk.app.clock.advance(minutes=6)
        assert owner.enter(code).status_code == 403

    @pytest.mark.parametrize("code", ["", "000", "x" * 21, "12\x00456", "１２３４５６", None, 7])
    def test_what_is_no_code_is_refused(self, owner, code):
        owner.code()
        assert owner.enter(code).status_code in (403, 422)

    def test_a_number_that_is_known_is_answered_as_one_that_is_not(self, owner):
        owner.sign_in()
        owner.desk.app.clock.advance(minutes=2)
        known = owner.ask().json
        unknown = owner.ask(STRANGER).json
        assert {name: known[name] for name in known if name != "sent_to"} == {
            name: unknown[name] for name in unknown if name != "sent_to"
        }

    @pytest.mark.parametrize("what", ["petitions", "drafts"])
    def test_a_forged_secret_opens_nothing(self, owner, what):
        owner.sign_in()
        for forged in (owner.token[:-1], owner.token + "A", "account-" + "A" * 43, "draft-x" * 6):
            owner.token = forged
            assert owner.get(what).status_code == 401

    def test_an_accounts_secret_opens_no_petition_and_no_other_accounts_draft(self, owner):
        stranger = Owner(owner.desk, owner.gateway, phone=STRANGER).sign_in()
        draft = stranger.draft(**MATTER)
        owner.sign_in()
        assert draft.read(owner.token).status_code == 404
        assert draft.submit(token=owner.token).status_code == 404
        receipt = draft.submit().json
        path = f"/v1/public/petitions/{receipt['petition_no']}"
        assert owner.desk.get(path, token=owner.token).status_code == 401
        mine = f"/v1/public/account/petitions/{receipt['petition_no']}/session"
        assert owner.desk.post(mine, token=owner.token).status_code == 404


class TestSessions:
    """How long a secret is good."""

    def test_a_session_ends(self, owner):
        owner.sign_in()
        later(owner.desk, SESSION_LASTS)
        assert owner.get("petitions").status_code == 401
        job.forget(owner.desk.app)
        assert owner.desk.rows(models.account_sessions) == []

    def test_a_renewed_session_has_another_secret(self, owner):
        old = owner.sign_in().token
        owner.token = owner.desk.post("/v1/public/account/session/renew", token=old).json["token"]
        assert owner.get("petitions").status_code == 200
        owner.token = old
        assert owner.get("petitions").status_code == 401

    def test_in_the_end_the_phone_has_to_be_shown_again(self, owner):
        owner.sign_in()
        began, path = owner.desk.app.clock.now(), "/v1/public/account/session/renew"
        while (answer := owner.desk.post(path, token=owner.token)).status_code == 200:
            owner.token = answer.json["token"]
            later(owner.desk, SESSION_LASTS / 2)
        assert answer.status_code == 401
        assert owner.desk.app.clock.now() - began >= SIGNED_IN_MOST

    def test_who_signs_out_is_signed_in_no_more(self, owner):
        owner.sign_in()
        path = "/v1/public/account/session/end"
        assert owner.desk.post(path, token=owner.token).json == {"ended": 1}
        assert owner.get("petitions").status_code == 401

    def test_one_signs_out_on_all_devices(self, owner):
        owner.sign_in()
        first = owner.token
        owner.desk.app.clock.advance(minutes=2)
        owner.sign_in()
        sent = {"json": {"everywhere": True}, "token": owner.token}
        assert owner.desk.post("/v1/public/account/session/end", **sent).json == {"ended": 2}
        owner.token = first
        assert owner.get("petitions").status_code == 401

    def test_neither_number_nor_secret_is_readable_in_the_database(self, owner):
        owner.sign_in()
        rows = owner.desk.rows(models.accounts) + owner.desk.rows(models.account_sessions)
        kept = b"".join(value for row in rows for value in row if isinstance(value, bytes))
        assert PHONE.encode() not in kept
        assert owner.token.encode() not in kept


class TestPetitions:
    """What an account's owner finds."""

    @on_both
    def test_what_was_brought_in_while_signed_in_is_listed(self, owner):
        owner.sign_in()
        submitted = owner.draft(**MATTER).submit().json
        posted = owner.desk.post(
            "/v1/public/petitions", token=owner.token, json=MATTER | {"title": "井盖"}
        ).json
        assert {(one["petition_no"], one["title"], one["mine"]) for one in owner.petitions()} == {
            (submitted["petition_no"], MATTER["title"], True),
            (posted["petition_no"], "井盖", True),
        }

    @on_both
    def test_a_petition_of_the_same_phone_is_listed_without_words(self, owner):
        receipt = owner.desk.registered(channel="hotline", petitioner=PERSON)
        (found,) = owner.sign_in().petitions()
        assert (found["petition_no"], found["title"], found["mine"]) == (
            receipt["petition_no"], None, False,
        )  # fmt: skip
        assert (found["state"], found["state_name"]) == ("registered", "已登记")

    @pytest.mark.parametrize(
        "changes",
        [
            {"petitioner": {"phone": PHONE}},
            {"petitioner": PERSON, "secrecy": True},
            {"petitioner": PERSON, "purpose": "accusation"},
            {"petitioner": PERSON | {"phone": STRANGER}},
            {"petitioner": PERSON | {"phone": STRANGER}, "agents": [
                {"name": "李四", "phone": PHONE, "relation": "lawyer"}]},
        ],
    )  # fmt: skip
    def test_a_phone_opens_nothing_anonymous_secret_or_anothers(self, owner, changes):
        answer = owner.desk.register(**changes)
        assert answer.status_code == 201, answer.text
        assert owner.sign_in().petitions() == []

    def test_what_became_secret_in_its_case_is_not_listed_by_phone(self, owner, story):
        receipt = owner.desk.registered(petitioner=PERSON)
        case = story(receipt["petition_id"], secret=True)
        hear(owner.desk.app, case.then("opened"))
        assert owner.sign_in().petitions() == []

    def test_what_is_long_ago_is_not_listed_by_phone(self, owner):
        owner.desk.registered(petitioner=PERSON)
        later(owner.desk, BY_PHONE_WITHIN)
        assert owner.sign_in().petitions() == []

    def test_what_is_secret_is_listed_for_who_brought_it_in_while_signed_in(self, owner):
        owner.sign_in().draft(**MATTER | {"purpose": "accusation"}).submit()
        assert [one["mine"] for one in owner.petitions()] == [True]

    def test_ones_own_petition_is_opened_without_its_code(self, owner):
        number = owner.sign_in().draft(**MATTER).submit().json["petition_no"]
        path = f"/v1/public/account/petitions/{number}/session"
        token = owner.desk.post(path, token=owner.token).json["token"]
        progress = owner.desk.get(f"/v1/public/petitions/{number}", token=token)
        assert progress.json["petition_no"] == number

    def test_a_petition_of_the_same_phone_is_opened_with_its_code_alone(self, owner):
        number = owner.desk.registered(petitioner=PERSON)["petition_no"]
        path = f"/v1/public/account/petitions/{number}/session"
        assert owner.desk.post(path, token=owner.sign_in().token).status_code == 404

    def test_the_list_comes_in_pages(self, owner):
        numbers = [owner.desk.registered(petitioner=PERSON)["petition_no"] for _ in range(3)]
        owner.sign_in()
        first = owner.get("petitions", limit=2).json
        second = owner.get("petitions", limit=2, cursor=first["next_cursor"]).json
        listed = [one["petition_no"] for one in first["items"] + second["items"]]
        assert sorted(listed) == sorted(numbers)
        assert second["next_cursor"] is None


class TestDrafts:
    """An account's drafts."""

    def test_they_are_listed_and_opened_from_any_device(self, owner):
        draft = owner.sign_in().draft(title="路灯")
        (listed,) = owner.get("drafts").json["items"]
        assert (listed["draft_id"], listed["title"]) == (draft.draft_id, "路灯")
        assert draft.read(owner.token).json["fields"] == {"title": "路灯"}

    def test_who_is_not_signed_in_any_more_begins_none_for_the_account(self, owner):
        owner.sign_in()
        later(owner.desk, SESSION_LASTS)
        answer = owner.desk.post("/v1/public/drafts", token=owner.token, json={})
        assert answer.status_code == 401

    def test_there_are_so_many_and_no_more(self, owner):
        owner.sign_in()
        for _ in range(DRAFTS_MOST):
            owner.draft(title="路灯")
        answer = owner.desk.post("/v1/public/drafts", token=owner.token, json={})
        assert (answer.status_code, answer.json["code"]) == (409, "too_many_drafts")

    def test_one_that_was_begun_without_an_account_is_in_no_list(self, owner):
        Writer(owner.desk).begin(**MATTER)
        assert owner.sign_in().get("drafts").json["items"] == []


class TestErasing:
    """An account that its owner does not want any more."""

    @on_both
    def test_account_number_sessions_and_drafts_are_forgotten(self, owner):
        owner.sign_in().draft(**MATTER)
        submitted = owner.draft(**MATTER | {"title": "井盖"})
        assert submitted.submit().status_code == 201
        answer = owner.desk.delete("/v1/public/account", token=owner.token)
        assert answer.json == {"erased": True}
        for table in (models.accounts, models.account_sessions, models.account_petitions):
            assert owner.desk.rows(table) == []
        assert owner.desk.rows(models.drafts) == []
        assert len(owner.desk.rows(models.petitions)) == 1
        assert owner.get("petitions").status_code == 401

    def test_the_phone_opens_a_new_account_that_knows_nothing(self, owner):
        owner.sign_in().draft(**MATTER).submit()
        owner.desk.delete("/v1/public/account", token=owner.token)
        owner.desk.app.clock.advance(minutes=2)
        assert owner.sign_in().petitions() == []


def test_after_the_keys_were_replaced_everything_opens_as_before(owner, gateway, tmp_path):
    owner.sign_in()
    draft, submitted = owner.draft(**MATTER), owner.draft(**MATTER)
    receipt = submitted.submit().json
    owner.desk.registered(petitioner=PERSON)
    both, new = rings()
    with owner.desk.app.db.write() as session:
        for kept in KEPT:
            rotate(session, kept, ring=KeyRing.parse(both), after=None, most=100)
        assert left_to_rotate(session, ring=KeyRing.parse(both)) == 0
    settings = gateway.settings | {"PUBLIC_RATES": NO_LIMIT, "PII_KEYRING": new}
    with counter(tmp_path, clock=owner.desk.app.clock, **settings) as desk:
        owner.desk = draft.desk = submitted.desk = desk
        assert draft.read().json["fields"] == MATTER
        assert submitted.submit().json == receipt
        later(desk, SESSION_LASTS / 2)
        assert len(owner.sign_in().petitions()) == 2
        assert len(desk.rows(models.accounts)) == 1


def rings():
    """The ring with new keys in front of the old ones, and with the new ones alone."""
    old = json.loads(sample_secrets()["PII_KEYRING"])
    keys, index = ({name: base64.b64encode(os.urandom(32)).decode()} for name in ("k2", "i2"))
    both = {"keys": keys | old["keys"], "index": index | {"index": old["index"]}}
    return json.dumps(both), json.dumps({"keys": keys, "index": index})
