"""A web process is killed between messages, and in the middle of one: the conversation goes on."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time

import httpx
import pytest
import sqlalchemy as sa
from conftest import Desk
from notices import eventually
from wechat_desk import ACCOUNT, FOLLOWER, accounts, message_xml, read_answer, signed_body

from intake import models
from intake.service import SERVICE
from shared.testing import make_app, sample_secrets

STEPS = ["我要反映", "1", "路灯不亮。", "完成", "松林路9号", "跳过", "欧阳晓峰", "13907312345"]


class Web:
    """Intake's web as a process of its own, which may be killed and started again."""

    def __init__(self, env):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.env = env | {"PORT": str(self.port), "HOST": "127.0.0.1", "METRICS_PORT": "0"}
        self.process = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        # A group of its own: gunicorn's worker is a child, and dies with it.
        self.process = subprocess.Popen(
            [sys.executable, "-m", "intake", "web"], env=self.env, start_new_session=True
        )
        eventually(self.is_ready)

    def is_ready(self):
        try:
            return httpx.get(f"{self.url}/readyz", trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def kill(self):
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def says(self, text, *, number):
        at = int(time.time())
        xml = message_xml("text", openid=FOLLOWER, at=at, Content=text, MsgId=str(number))
        query, body = signed_body(xml, at=at)
        url = f"{self.url}/v1/wechat/{ACCOUNT}?{query}"
        answer = httpx.post(url, content=body.encode(), timeout=30, trust_env=False)
        assert answer.status_code == 200, answer.text
        return read_answer(answer.text)["Content"]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def office(request, tmp_path):
    url = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    app = make_app(SERVICE, tmp_path, database_url=url, WECHAT_ACCOUNTS=accounts())
    shown = app.db.url.render_as_string(hide_password=False)
    env = os.environ | sample_secrets() | {"DATABASE_URL": shown, "WECHAT_ACCOUNTS": accounts()}
    web = Web(env)
    yield web, Desk(app)
    web.kill()
    app.close()


def test_killed_between_messages_the_form_goes_on_where_it_was(office):
    web, desk = office
    for number, text in enumerate([*STEPS, "确认"]):
        if number % 3 == 0:
            web.kill()
            web.start()
        answer = web.says(text, number=number)
    found = re.search(r"编号：(\S+)", answer)
    (row,) = desk.rows(models.petitions)
    assert row.petition_no == found[1]
    assert row.content == "路灯不亮。"


def test_killed_before_its_answer_was_read_the_same_message_registers_nothing_twice(office):
    web, desk = office
    web.start()
    for number, text in enumerate(STEPS):
        web.says(text, number=number)
    first = web.says("确认", number=100)
    web.kill()
    web.start()
    assert web.says("确认", number=100) == first
    assert len(desk.rows(models.petitions)) == 1


@pytest.mark.servers
@pytest.mark.parametrize("office", ["postgresql"], indirect=True)
def test_killed_in_the_middle_of_registering_it_is_registered_once_when_it_comes_again(office):
    web, desk = office
    web.start()
    for number, text in enumerate(STEPS):
        web.says(text, number=number)
    with desk.app.db.write() as session:
        session.execute(sa.select(models.wechat_sessions).with_for_update())
        sent = threading.Thread(target=suppressed, args=(web.says, "确认", 100), daemon=True)
        sent.start()
        eventually(lambda: is_waited_for(desk))
        web.kill()
        sent.join()
    web.start()
    assert "编号" in web.says("确认", number=100)
    assert len(desk.rows(models.petitions)) == 1


def suppressed(says, text, number):
    with contextlib.suppress(httpx.HTTPError):
        says(text, number=number)


def is_waited_for(desk):
    waiting = sa.text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with desk.app.db.read() as session:
        return session.scalar(waiting)
