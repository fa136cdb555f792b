"""Followers of an official account as WeChat brings their messages, and a server of the tests' own
that behaves as WeChat's interface does.

Everything that goes to intake is encrypted by wechatpy, and everything that comes back read by it.
"""

import contextlib
import itertools
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from conftest import Desk
from notices import process
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

APPID = "wx0f3ab2c4d5e6f708"
TOKEN = "Yunping2026token"
AES_KEY = "k9Qw3ErTy7UiOp1AsDf5GhJk2LzXc8VbNm4QaZwSxEd"
OLD_AES_KEY = "Zb1Nm2Qw3Er4Ty5Ui6Op7As8Df9Gh0Jk1Lz2Xc3Vb4N"
SECRET = "5d8f0c2a7b914e63a0d1f4c8b2e6a975"
ACCOUNT = "yunping"
OURS = "gh_6b1f0d2e3c4a"
FOLLOWER = "oYp5-6cQm_Zt3Rk8WdXv1LsNfGhJ"
_numbers = itertools.count(7_300_000_000_000_001)


def accounts(**changes: Any) -> str:
    """WECHAT_ACCOUNTS of one account."""
    row = {
        "appid": APPID,
        "token": TOKEN,
        "aes_keys": [AES_KEY, OLD_AES_KEY],
        "secret": SECRET,
        "api": "http://127.0.0.1:9",
    }
    row = {name: value for name, value in (row | changes).items() if value is not ...}
    return json.dumps({ACCOUNT: row})


def crypto(key: str = AES_KEY, appid: str = APPID) -> WeChatCrypto:
    return WeChatCrypto(TOKEN, key, appid)


def message_xml(kind: str, *, openid: str, at: int, **more: str) -> str:
    """A message as WeChat writes it, before it is encrypted."""
    values = {"ToUserName": OURS, "FromUserName": openid, "CreateTime": str(at), "MsgType": kind}
    values |= more
    inside = {name: value.replace("]]>", "]]]]><![CDATA[>") for name, value in values.items()}
    parts = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in inside.items())
    return f"<xml>{parts}</xml>"


def signed_body(xml: str, *, at: int, key: str = AES_KEY, appid: str = APPID) -> tuple[str, str]:
    """The query and the body by which WeChat brings a message."""
    nonce = "628134907"
    body = crypto(key, appid).encrypt_message(xml, nonce, str(at))
    signature = ET.fromstring(body).findtext("MsgSignature") or ""
    return query_of(signature, at=at, nonce=nonce), body


def query_of(signature: str, *, at: int, nonce: str, **more: str) -> str:
    asked = {
        "signature": "0" * 40,
        "timestamp": str(at),
        "nonce": nonce,
        "openid": FOLLOWER,
        "encrypt_type": "aes",
        "msg_signature": signature,
    }
    return urlencode(asked | more)


def sign(*parts: str) -> str:
    signer = WeChatSigner()
    signer.add_data(TOKEN, *parts)
    return str(signer.signature)


def read_answer(body: str, key: str = AES_KEY) -> dict[str, str]:
    """What a follower is answered, as wechatpy reads it."""
    sealed = {one.tag: one.text or "" for one in ET.fromstring(body)}
    opened = crypto(key).decrypt_message(
        body, sealed["MsgSignature"], sealed["TimeStamp"], sealed["Nonce"]
    )
    return {one.tag: one.text or "" for one in ET.fromstring(opened)}


@dataclass
class Follower:
    """Somebody who writes to the account."""

    desk: Desk
    openid: str = FOLLOWER
    path: str = f"/v1/wechat/{ACCOUNT}"
    answers: list[str] = field(default_factory=list)

    @property
    def now(self) -> int:
        return int(self.desk.app.clock.now().timestamp())

    def bring(
        self, kind: str, *, number: str | None = None, key: str = AES_KEY, **more: str
    ) -> Any:
        """WeChat's request with a message, and its answer."""
        if kind != "event":
            more["MsgId"] = number or str(next(_numbers))
        xml = message_xml(kind, openid=self.openid, at=self.now, **more)
        query, body = signed_body(xml, at=self.now, key=key)
        return self.desk.post(f"{self.path}?{query}", data=body.encode(), content_type="text/xml")

    def sends(self, kind: str, **more: str) -> str:
        """What the account answers to a message; empty for nothing."""
        answer = self.bring(kind, **more)
        assert answer.status_code == 200, answer.text
        if answer.text == "success":
            return ""
        said = read_answer(answer.text)
        assert (said["ToUserName"], said["FromUserName"]) == (self.openid, OURS)
        self.answers.append(said["Content"])
        return said["Content"]

    def says(self, *texts: str, number: str | None = None) -> str:
        """The answer to the last of some texts."""
        return [self.sends("text", Content=text, number=number) for text in texts][-1]

    def event(self, name: str, **more: str) -> str:
        return self.sends("event", Event=name, **more)

    def fills_in(
        self,
        *,
        purpose: str = "1",
        content: tuple[str, ...] = ("路灯不亮。已经一个月了。",),
        name: str = "欧阳晓峰",
        phone: str = "13907312345",
    ) -> str:
        """Goes through the form to its end; the account's reading back."""
        self.says("我要反映", purpose, *content, "完成", "松林路9号", "跳过", name)
        return self.answers[-1] if name == "匿名" else self.says(phone)

    def registers(self, **said: Any) -> tuple[str, str]:
        """Number and query code of what was filled in and confirmed."""
        self.fills_in(**said)
        found = re.search(r"编号：(\S+)\n查询码：(\S+)", self.says("确认"))
        assert found, self.answers[-1]
        return found[1], found[2]


class Interface:
    """WeChat's interface in a process of its own; `answers` says what it answers to which path."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.url = folder, f"http://127.0.0.1:{port}"

    def behave(self, **modes: Any) -> None:
        fresh = self.folder / "modes.new"
        fresh.write_text(json.dumps(modes))
        fresh.rename(self.folder / "modes.json")

    def keeps(self, media_id: str, content: bytes) -> None:
        (self.folder / media_id).write_bytes(content)

    def calls(self, path: str = "") -> list[dict[str, Any]]:
        log = self.folder / "calls.jsonl"
        text = log.read_text(encoding="utf-8") if log.exists() else ""
        found = [json.loads(line) for line in text.splitlines()]
        return [one for one in found if one["path"].endswith(path)]

    @property
    def texts(self) -> list[tuple[str, str]]:
        """Follower and text of each message that was taken."""
        taken = [one["body"] for one in self.calls("custom/send") if one["code"] == 0]
        return [(one["touser"], one["text"]["content"]) for one in taken]


@contextlib.contextmanager
def interface_in(folder: Path) -> Iterator[Interface]:
    folder.mkdir(exist_ok=True)
    with process("wechat_server.py", folder) as port:
        yield Interface(folder, port)
