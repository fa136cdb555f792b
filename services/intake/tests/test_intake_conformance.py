"""The conformance kit: an office and a client in order pass, and each fault is found."""

import dataclasses
import json
import threading
import time
import uuid
from contextlib import contextmanager

import httpx
import pytest
from werkzeug.serving import make_server

from intake import models
from intake.files.storage import NoStorage
from intake.service import SERVICE
from intake.tools.conformance import client as clients
from intake.tools.conformance import main
from intake.tools.conformance.client import LESSONS, Proxy, Try
from intake.tools.conformance.findings import OK, OPEN, WRONG
from intake.tools.conformance.office import Office, examine
from shared.testing import make_app
from shared.web import create_app

LOST, BUSY, AWAY, REFUSED = (lesson.point for lesson in LESSONS[1:])


@pytest.fixture
def app(tmp_path):
    """An intake that takes attachments."""
    app = make_app(SERVICE, tmp_path, ATTACHMENTS_URL=(tmp_path / "attachments").as_uri())
    yield app
    app.close()


@pytest.fixture(autouse=True)
def today(app):
    """The office's clock shows the time of the machine, by which the kit goes."""
    app.clock.advance(seconds=time.time() - app.clock.now().timestamp())


@pytest.fixture
def token(desk):
    return desk.token("channel:hotline", unit=None, scope=())


@pytest.fixture
def http(app, token):
    """A channel client's connection to intake."""
    with httpx.Client(
        base_url="http://intake",
        transport=httpx.WSGITransport(app=create_app(app)),
        headers={"Authorization": f"Bearer {token}", "Accept-Language": "zh"},
    ) as http:
        yield http


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    """What is to be left alone is watched for a second, not for five."""
    monkeypatch.setattr(clients, "_SETTLED_SECONDS", 1.0)


def verdicts(findings):
    return {finding.point: finding.verdict for finding in findings}


# ---- the office


def test_an_office_in_order_passes_every_point(http, desk):
    findings = list(examine(Office(http, "hotline")))
    assert {finding.why for finding in findings} == {""}
    assert set(verdicts(findings).values()) == {OK}
    assert {row.title[:4] for row in desk.rows(models.petitions)} >= {"接入测试"}


def test_an_office_that_takes_no_attachments_does_not_pass(http, app, monkeypatch):
    monkeypatch.setitem(vars(app), "resources", dataclasses.replace(
        app.resources, files=dataclasses.replace(app.resources.files, storage=NoStorage())
    ))  # fmt: skip
    wrong = [f for f in examine(Office(http, "hotline")) if f.verdict == WRONG]
    assert ["附件" in finding.point for finding in wrong] == [True]
    assert "未开通附件" in wrong[0].why


class Forgetful:
    """An intake before which something takes a header away."""

    def __init__(self, application, header):
        self.application, self.header = application, header

    def __call__(self, environ, start_response):
        environ.pop(self.header, None)
        return self.application(environ, start_response)


@pytest.mark.parametrize(
    ("header", "words"),
    [("HTTP_IDEMPOTENCY_KEY", "再发"), ("CONTENT_TYPE", "登记一件")],
)
def test_an_office_that_loses_what_it_is_told_does_not_pass(app, token, header, words):
    transport = httpx.WSGITransport(app=Forgetful(create_app(app), header))
    sent = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url="http://intake", transport=transport, headers=sent) as http:
        wrong = [f for f in examine(Office(http, "hotline")) if f.verdict == WRONG]
    assert any(words in finding.point for finding in wrong)
    assert all(finding.why for finding in wrong)


def test_a_token_of_another_channel_is_found_at_once(http):
    found = list(examine(Office(http, "letter")))
    assert found[0].verdict == WRONG
    assert "403" in found[0].why


def test_an_office_that_does_not_answer_is_a_finding_and_no_crash(token):
    with httpx.Client(base_url="http://127.0.0.1:9", timeout=1) as http:
        found = list(examine(Office(http, "hotline")))
    assert set(verdicts(found).values()) == {WRONG}


# ---- the client


class Vendor:
    """A channel's client; each fault that it may have is named."""

    def __init__(self, url, *faults, wait=0.5):
        self.url, self.faults, self.wait = url, faults, wait

    def send(self, number):
        """Bring one petition in, however often it must be sent."""
        body = {
            "channel": "hotline",
            "title": f"第{number}件",
            "content": "路灯不亮。",
            "received_at": "2026-03-02T09:00:00+08:00",
            "external_ref": {"system": "vendor", "id": f"{uuid.uuid4()}"},
        }
        for name in self.faults:
            body.pop(name, None)
        key, wait = str(uuid.uuid4()), self.wait
        for _ in range(4):
            status, told = self.post(body, key)
            if status in (200, 201):
                return
            if "gives up" in self.faults or (status == 422 and "stubborn" not in self.faults):
                return
            time.sleep(max(wait, 0 if "hasty" in self.faults else told))
            wait *= 2
            key = str(uuid.uuid4()) if "new key" in self.faults else key
            if "new body" in self.faults:
                body |= {"content": f"路灯不亮。{time.monotonic()}"}

    def post(self, body, key):
        try:
            headers = {"Idempotency-Key": key}
            answer = httpx.post(f"{self.url}/v1/petitions", json=body, headers=headers, timeout=10)
        except httpx.TransportError:
            return 0, 0
        return answer.status_code, float(answer.headers.get("Retry-After", 0))


@contextmanager
def watched(http):
    with Proxy(upstream=http, channel="hotline", host="127.0.0.1", port=0) as proxy:
        yield proxy


def taught(http, *faults, wait=0.5):
    """The findings on a client that has sent a petition for each lesson."""
    with watched(http) as proxy:
        vendor = Vendor(proxy.url, *faults, wait=wait)
        posts = [threading.Thread(target=vendor.send, args=(n,)) for n in range(len(LESSONS))]
        for post in posts:
            post.start()
        for post in posts:
            post.join()
        end = time.monotonic() + 2
        while time.monotonic() < end and not proxy.is_done():
            time.sleep(0.05)
        return verdicts(proxy.findings())


def test_a_client_in_order_passes_and_each_petition_is_registered_once(http, desk):
    assert set(taught(http, wait=1.5).values()) == {OK}
    titles = [row.title for row in desk.rows(models.petitions)]
    assert len(titles) == len(set(titles)) == len(LESSONS) - 1


@pytest.mark.parametrize(
    ("fault", "points"),
    [
        ("gives up", {LOST, BUSY, AWAY}),
        ("new body", {LOST, BUSY, AWAY}),
        ("hasty", {BUSY}),
        ("stubborn", {REFUSED}),
        ("external_ref", {"带来源编号external_ref"}),
        ("received_at", {"带收到时间received_at"}),
        ("channel", {"channel为本渠道代码"}),
    ],
)
def test_each_fault_of_a_client_is_found(http, fault, points):
    found = taught(http, fault)
    assert points <= {point for point, verdict in found.items() if verdict == WRONG}


@pytest.mark.parametrize(
    ("waits", "verdict"), [((1, 2), OK), ((1, 1), WRONG), ((2, 1), WRONG), ((60, 90), OK)]
)
def test_waiting_longer_each_time_is_told_from_waiting_as_long(waits, verdict):
    (lesson,) = (lesson for lesson in LESSONS if lesson.point == AWAY)
    moments = (0, waits[0], sum(waits))
    tries = [Try(at, b"{}", status) for at, status in zip(moments, (503, 503, 201), strict=True)]
    assert (lesson.judge(tries) is None) == (verdict == OK)


def test_who_retries_under_a_new_key_is_not_said_to_have_retried(http):
    found = taught(http, "new key")
    assert {found[LOST], found[BUSY], found[AWAY]} <= {WRONG, OPEN}


def test_a_client_that_sends_nothing_is_not_examined(http):
    with watched(http) as proxy:
        assert set(verdicts(proxy.findings()).values()) == {OPEN}
        assert not proxy.is_done()


def test_what_is_no_json_or_no_petition_harms_nobody(http):
    with watched(http) as proxy:
        assert httpx.post(f"{proxy.url}/v1/petitions", content=b"\xff").status_code == 415
        assert httpx.post(f"{proxy.url}/elsewhere", json=[]).status_code == 404
        assert set(verdicts(proxy.findings()).values()) <= {WRONG, OPEN, OK}


# ---- the command


@pytest.fixture
def address(app):
    """Intake on a port of this machine."""
    server = make_server("127.0.0.1", 0, create_app(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_command_says_that_an_office_passes(address, token, capsys):
    main(["--url", address, "--token", token])
    assert capsys.readouterr().out.endswith("\n通过\n")


def test_the_command_fails_where_something_is_wrong(address, desk, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--url", address, "--token", desk.token("registrar"), "--channel", "hotline"])
    assert ended.value.code == 1
    assert "不合格" in capsys.readouterr().out


def test_the_command_wants_to_know_the_channel(address, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--url", address, "--token", "nonsense"])
    assert ended.value.code == 2
    assert "--channel" in capsys.readouterr().err


def test_the_command_watches_a_client_for_as_long_as_it_is_told(address, token, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--url", address, "--token", token, "--listen", "0", "--seconds", "0.3"])
    assert ended.value.code == 1
    out = capsys.readouterr()
    assert "http://127.0.0.1:" in out.err
    assert "未测" in out.out
    assert not json.dumps(out.out).count(token)
