"""A web process is killed between messages, and in the middle of one: the conversation goes on."""

import contextlib
import re
import threading
import time

import httpx
import pytest
import sqlalchemy as sa
from conftest import Desk
from notices import eventually
from web_process import Server
from wechat_desk import ACCOUNT, FOLLOWER, accounts, message_xml, read_answer, signed_body

from intake import models

STEPS = ["我要反映", "1", "路灯不亮。", "完成", "松林路9号", "跳过", "欧阳晓峰", "13907312345"]


class Web(Server):
    """Intake's web as a process of its own, to which a follower talks."""

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
    web = Web(tmp_path, database_url=url, WECHAT_ACCOUNTS=accounts())
    yield web, Desk(web.app)
    web.close()


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
