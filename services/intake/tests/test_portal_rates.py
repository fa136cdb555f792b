"""How often the public may ask: counted by nobody's name, over an hour."""

import io

import pytest
import sqlalchemy as sa
from portal import MATTER

from intake import models
from intake.domain.rates import KINDS, network_of, parse_rates
from intake.jobs import portal as job
from intake.service import SERVICE
from shared.testing import make_app

FEW = ",".join(f"{kind}=2/2" for kind in KINDS)
ADDRESS = "203.0.113.7"
CALLER = {"environ_base": {"REMOTE_ADDR": ADDRESS}}


@pytest.fixture
def app(request, tmp_path):
    kind = getattr(request, "param", "sqlite")
    url = None if kind == "sqlite" else request.getfixturevalue("postgres_url")
    app = make_app(SERVICE, tmp_path, database_url=url, PUBLIC_RATES=FEW)
    yield app
    app.close()


def register(desk, **kw):
    return desk.post("/v1/public/petitions", json=MATTER, **(CALLER | kw))


ASKED = {
    "register": register,
    "draft": lambda desk: desk.post("/v1/public/drafts", json={}, **CALLER),
    "change": lambda desk: desk.get("/v1/public/drafts/x", token="draft-" + "x" * 20, **CALLER),
    "upload": lambda desk: desk.post(
        "/v1/public/drafts/x/files",
        token="draft-" + "x" * 20,
        data={"file": (io.BytesIO(b"x"), "x.jpg")},
        **CALLER,
    ),
    "code": lambda desk: desk.post(
        "/v1/public/account/code", json={"phone": "13900000000"}, **CALLER
    ),
    "sign_in": lambda desk: desk.post(
        "/v1/public/petitions/XF202600000001/session", json={"query_code": "ABCDE"}, **CALLER
    ),
    "account": lambda desk: desk.get(
        "/v1/public/account/drafts", token="account-" + "x" * 20, **CALLER
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_asked_too_often_is_refused_until_the_hour_is_over(desk, kind):
    ask = ASKED[kind]
    assert 429 not in [ask(desk).status_code for _ in range(2)]
    refused = ask(desk)
    assert (refused.status_code, refused.json["code"]) == (429, "too_many_requests")
    desk.app.clock.advance(seconds=int(refused.headers["Retry-After"]))
    assert ask(desk).status_code != 429


def test_what_is_refused_for_another_reason_counts_as_well(desk):
    for _ in range(2):
        assert desk.post("/v1/public/petitions", json={}, **CALLER).status_code == 422
    assert register(desk).status_code == 429


def test_a_refusal_is_measured_by_its_kind(desk):
    for _ in range(3):
        register(desk)
    counted = desk.app.metrics.instruments.limited.labels("intake", "register")
    assert counted._value.get() == 1


def test_another_address_is_counted_by_itself(desk):
    for _ in range(3):
        register(desk)
    assert register(desk, environ_base={"REMOTE_ADDR": "203.0.113.8"}).status_code == 201


def test_without_a_trusted_proxy_a_header_makes_nobody_another(desk):
    for n in range(2):
        register(desk, headers={"X-Forwarded-For": f"192.0.2.{n}"})
    assert register(desk, headers={"X-Forwarded-For": "192.0.2.9"}).status_code == 429


@pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], indirect=True
)
def test_no_address_is_kept_and_the_same_one_is_another_in_the_next_hour(desk):
    register(desk)
    desk.app.clock.advance(hours=1)
    register(desk)
    first, second = (bytes(row.caller) for row in desk.rows(models.request_counts))
    assert first != second
    assert ADDRESS.encode() not in first + second
    job.forget(desk.app)
    assert len(desk.rows(models.request_counts)) == 1


@pytest.mark.parametrize(
    "address, counted",
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("not an address", "unknown"),
    ],
)
def test_an_address_is_counted_as_its_subscriber(address, counted):
    assert network_of(address) == counted


@pytest.mark.parametrize("text", ["", "register=1/1", FEW + ",register=1/1", FEW + ",x=1/1", "a"])
def test_rates_that_cannot_be_read_keep_intake_from_starting(text):
    with pytest.raises(ValueError, match="PUBLIC_RATES"):
        parse_rates(text)


@pytest.mark.servers
@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_counting_needs_no_write_ahead_log_on_postgresql(desk):
    with desk.app.db.read() as session:
        kind = session.scalar(
            sa.text("SELECT relpersistence FROM pg_class WHERE relname = 'request_counts'")
        )
    assert kind == "u"
