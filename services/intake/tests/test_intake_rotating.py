"""Keys are replaced while the service runs: rotate-keys, stopped and begun again."""

import base64
import json
import os
import signal
import subprocess
import sys

import pytest

from intake import models
from intake.service import SERVICE
from intake.use_cases import make_key
from intake.use_cases.rotating import left_to_rotate, rotate
from intake.use_cases.sealed_rows import KEPT
from shared.cli import main
from shared.pii import KeyRing
from shared.testing import Office, make_app, sample_secrets

pytestmark = pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)
PERSON = {"name": "欧阳晓峰", "phone": "13907312345", "id_number": "110101900307123"}


def fresh():
    return base64.b64encode(os.urandom(32)).decode()


@pytest.fixture
def rings():
    """The ring as it is, with new keys in front, and with the new ones alone."""
    old = json.loads(sample_secrets()["PII_KEYRING"])
    new = {"keys": {"k2": fresh()}, "index": {"i2": fresh()}}
    both = {
        "keys": new["keys"] | old["keys"],
        "index": new["index"] | {"index": old["index"]},
    }
    return json.dumps(old), json.dumps(both), json.dumps(new)


@pytest.fixture
def petitions(desk):
    return [desk.registered(petitioner=PERSON)["petition_id"] for _ in range(7)]


def environment(app, ring):
    url = app.db.url.render_as_string(hide_password=False)
    return sample_secrets() | {"DATABASE_URL": url, "PII_KEYRING": ring}


def run(app, monkeypatch, ring, *arguments):
    for name, value in environment(app, ring).items():
        monkeypatch.setenv(name, value)
    try:
        main(SERVICE, ["rotate-keys", *arguments])
    except SystemExit as ended:
        return ended.code
    return 0


@pytest.fixture
def office(app, tmp_path):
    """Opens the same intake with another ring."""
    opened = []

    def open_with(ring):
        url = app.db.url.render_as_string(hide_password=False)
        opened.append(make_app(SERVICE, tmp_path, database_url=url, PII_KEYRING=ring))
        return Office(opened[-1])

    yield open_with
    for one in opened:
        one.close()


def found(desk):
    body = {"phone": PERSON["phone"], "purpose": "来电核对"}
    answer = desk.post("/v1/persons/search", "registrar", json=body)
    assert answer.status_code == 200, answer.text
    return {item["petition_id"] for item in answer.json["items"]}


def unmasked(desk, petition_id):
    path = f"/v1/petitions/{petition_id}/unmask"
    return desk.post(path, "registrar", json={"purpose": "核实身份"}).json["petitioner"]


def test_after_rotation_the_new_keys_alone_open_and_find(
    app, petitions, rings, office, monkeypatch
):
    _, both, new = rings
    assert run(app, monkeypatch, both, "--check") == 1
    assert run(app, monkeypatch, both) == 0
    assert run(app, monkeypatch, both, "--check") == 0
    desk = office(new)
    assert found(desk) == set(petitions)
    person = unmasked(desk, petitions[0])
    assert (person["name"], person["phone"]) == (PERSON["name"], PERSON["phone"])


def test_all_else_that_is_sealed_opens_by_the_new_keys_alone(app, desk, rings, office, monkeypatch):
    _, both, new = rings
    receipt = desk.registered(
        petitioner=PERSON,
        cosigners=[{"name": "诸葛小满"}, {"name": "上官文静"}],
        notify={"medium": "wechat", "wechat_id": "oWx_sample-01"},
    )
    path = f"/v1/petitions/{receipt['petition_id']}/corrections"
    body = {"changes": {"title": "改题"}, "reason": "录入有误"}
    assert desk.post(path, "registrar", json=body).status_code == 201
    with app.db.write() as session:
        key = make_key(session, name="app", channel="open311", rate=10, clock=app.clock)
    form = {"api_key": key, "service_code": "petition", "description": "路灯不亮。"}
    posted = desk.post("/open311/v2/requests.json", data=form | {"address_string": "松林路"})
    assert posted.status_code == 201, posted.text
    assert run(app, monkeypatch, both) == 0
    ring = KeyRing.parse(new)
    (post,) = desk.rows(models.open311_posts)
    assert ring.decrypt(post.query_code, place=f"open311/app/{post.digest.hex()}")
    (row,) = desk.rows(models.corrections)
    assert "改题" not in ring.decrypt(row.before, place=row.correction_id)
    (choice,) = desk.rows(models.notice_choices)
    place = f"{choice.petition_id}/wechat_id"
    assert ring.decrypt(choice.wechat_id, place=place) == "oWx_sample-01"
    path = f"/v1/petitions/{receipt['petition_id']}/unmask"
    seen = office(new).post(path, "registrar", json={"purpose": "核对"}).json
    assert [one["name"] for one in seen["participants"]] == ["诸葛小满", "上官文静"]


def test_while_it_lasts_everybody_is_found_whichever_key_was_used(
    app, desk, petitions, rings, office
):
    _, both, _ = rings
    during = office(both)
    with app.db.write() as session:
        rotated, _ = rotate(session, KEPT[0], ring=KeyRing.parse(both), after=None, most=3)
    assert rotated == 3
    late = during.post(
        "/v1/petitions",
        "registrar",
        json={"channel": "web", "title": "路灯", "content": "坏了", "petitioner": PERSON},
    ).json["petition_id"]
    assert found(during) == {*petitions, late}


def test_killed_in_the_middle_it_goes_on_with_what_is_left(app, desk, rings, monkeypatch):
    _, both, _ = rings
    for _ in range(60):
        desk.registered(petitioner=PERSON)
    code = (
        "import intake.tools.rotate_keys as r; r._BATCH = 1; "
        "from intake.service import SERVICE; from shared.cli import main; "
        "main(SERVICE, ['rotate-keys'])"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env=os.environ | environment(app, both),
        stdout=subprocess.PIPE,
    ) as process:
        for _ in range(3):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    with app.db.read() as session:
        left = left_to_rotate(session, ring=KeyRing.parse(both))
    assert 0 < left < 60
    assert run(app, monkeypatch, both) == 0


def test_a_lost_key_is_said_and_nothing_is_damaged(app, desk, petitions, rings, monkeypatch):
    old, _, new = rings
    before = desk.rows(models.petitioners)
    assert run(app, monkeypatch, new) == 2
    assert desk.rows(models.petitioners) == before
    assert run(app, monkeypatch, old, "--check") == 0


def test_rows_of_an_earlier_release_are_indexed_anew(app, desk, rings, monkeypatch):
    old, _, _ = rings
    petition_id = desk.registered(petitioner=PERSON)["petition_id"]
    with app.db.write() as session:
        earlier = app.resources.ring.blind_index(PERSON["id_number"], kind="id_number")
        session.execute(
            models.petitioners.update().values(
                id_number_index=earlier, sealed_with=None, indexed_with=None
            )
        )
    body = {"id_number": "110101199003071233", "purpose": "来电核对"}

    def by_id():
        return desk.post("/v1/persons/search", "registrar", json=body).json["items"]

    assert by_id() == []
    assert run(app, monkeypatch, old) == 0
    assert [item["petition_id"] for item in by_id()] == [petition_id]
