"""Posts to intake as a channel's client should, and holds each answer against the contract."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from intake.tools.conformance.findings import OK, WRONG, Finding
from shared.clock import OFFICE_TZ

_TITLE_MOST, _CONTENT_MOST = 200, 50_000
_RARE = "𠮷野家门前\u200f路灯不亮😀"
_RECEIPT = ("petition_id", "petition_no", "query_code")
_FILE = ("attachment_id", "name", "media_type", "size")
_RECORDING = b"#!AMR\n" + (b"\x3c" + bytes(31)) * 50
"""A voice note of a second."""
_LARGE = 20 * 2**20 + 1


class Unlike(Exception):
    """An answer that is not what the contract says; the message says in what."""


@dataclass
class Office:
    """Intake at `url`, asked with a channel's token."""

    http: httpx.Client
    channel: str
    system: str = field(default_factory=lambda: f"conformance-{uuid.uuid4()}")

    def post(self, body: Mapping[str, Any], *, key: str | None = None, **send: Any) -> Any:
        """The answer to a petition that is posted once."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())} | send.pop("headers", {})
        return self.http.post("/v1/petitions", json=dict(body), headers=headers, **send)

    def attach(self, petition_id: str, content: bytes, name: str = "照片.jpg") -> httpx.Response:
        """The answer to a file that is attached to a petition."""
        return self.http.post(
            f"/v1/petitions/{petition_id}/attachments", files={"file": (name, content)}
        )

    def matter(self, **changes: Any) -> dict[str, Any]:
        """A petition in order, with a reference of its own, and some of it changed."""
        return {
            "channel": self.channel,
            "title": "接入测试：路灯不亮",
            "content": "接入测试，请勿办理。小区门口的路灯坏了一个月。",
            "external_ref": {"system": self.system, "id": str(uuid.uuid4())},
        } | changes


def examine(office: Office) -> Iterator[Finding]:
    """Each point of the contract in turn."""
    for check in _CHECKS:
        point = (check.__doc__ or "").strip()
        try:
            check(office)
        except Unlike as error:
            yield Finding(point, WRONG, str(error))
        except httpx.HTTPError as error:
            yield Finding(point, WRONG, f"没有应答（{type(error).__name__}）")
        else:
            yield Finding(point, OK)


def _registers(office: Office) -> None:
    """登记一件，得到编号和查询码"""
    _registered(office.post(office.matter()))


def _registers_anonymous(office: Office) -> None:
    """没有信访人信息的也要登记"""
    _registered(office.post(office.matter(petitioner=None)))


def _same_again(office: Office) -> None:
    """同一Idempotency-Key、同一内容再发，回答相同，不重复登记"""
    body, key = office.matter(), str(uuid.uuid4())
    first, second = (_registered(office.post(body, key=key)) for _ in range(2))
    if first != second:
        raise Unlike("两次回答不同")


def _other_body(office: Office) -> None:
    """同一Idempotency-Key、不同内容，拒绝并指明"""
    key = str(uuid.uuid4())
    _registered(office.post(office.matter(), key=key))
    answer = office.post(office.matter(), key=key)
    _refused(answer, 422, "Idempotency-Key", code="idempotency_key_reused")


def _same_reference(office: Office) -> None:
    """同一来源编号再登记，回答409和原编号"""
    body = office.matter()
    first = _registered(office.post(body))
    answer = office.post(body)
    _refused(answer, 409, "external_ref", code="already_registered")
    if answer.json().get("petition_id") != first["petition_id"]:
        raise Unlike("没有指出原来的信访件")


def _limits(office: Office) -> None:
    """标题、内容超长，拒绝并指明字段"""
    _registered(office.post(office.matter(title="长" * _TITLE_MOST)))
    _refused(office.post(office.matter(title="长" * (_TITLE_MOST + 1))), 422, "title")
    _refused(office.post(office.matter(content="长" * (_CONTENT_MOST + 1))), 422, "content")


def _fields(office: Office) -> None:
    """缺少的、多余的、不对的字段逐一指明"""
    answer = office.post({"channel": office.channel, "colour": "red", "secrecy": "yes"})
    for name in ("title", "content", "colour", "secrecy"):
        _refused(answer, 422, name)


def _characters(office: Office) -> None:
    """生僻字、表情、方向符照收，控制字符拒绝并指明"""
    _registered(office.post(office.matter(title=_RARE, content=_RARE)))
    _refused(office.post(office.matter(content="路灯\0不亮")), 422, "content")


def _times(office: Office) -> None:
    """收到时间须带时区，不能在将来"""
    now = dt.datetime.now(OFFICE_TZ).replace(microsecond=0)
    earlier = now - dt.timedelta(days=1)
    _registered(office.post(office.matter(received_at=earlier.isoformat())))
    _registered(office.post(office.matter(received_at=f"{earlier.astimezone(dt.UTC):%FT%TZ}")))
    naive = earlier.replace(tzinfo=None).isoformat()
    _refused(office.post(office.matter(received_at=naive)), 422, "received_at")
    ahead = (now + dt.timedelta(hours=1)).isoformat()
    _refused(office.post(office.matter(received_at=ahead)), 422, "received_at")


def _own_channel(office: Office) -> None:
    """只能以本渠道登记"""
    other = "letter" if office.channel != "letter" else "hotline"
    _status(office.post(office.matter(channel=other)), 403)


def _token(office: Office) -> None:
    """没有令牌、令牌不对，一律401"""
    for sent in ("", "Bearer nonsense"):
        _status(office.post(office.matter(), headers={"Authorization": sent}), 401)


def _json(office: Office) -> None:
    """不是JSON的拒绝，不登记"""
    for status, media_type, content in (
        (415, "text/plain", b"title=1"),
        (400, "application/json", b'{"title": '),
    ):
        headers = {"Content-Type": media_type}
        _status(office.http.post("/v1/petitions", content=content, headers=headers), status)


def _attachments(office: Office) -> None:
    """附件按内容认种类，同一内容再发，回答相同，不重复保存"""
    petition_id = _registered(office.post(office.matter()))["petition_id"]
    first = _attached(office.attach(petition_id, _RECORDING, _RARE))
    if first["media_type"] != "audio/amr":
        raise Unlike(f"media_type应为audio/amr，实为{first['media_type']}")
    if _attached(office.attach(petition_id, _RECORDING, "另一名称.mp3")) != first:
        raise Unlike("两次回答不同")


def _attachments_refused(office: Office) -> None:
    """不接受的、空的、过大的附件，拒绝并指明"""
    petition_id = _registered(office.post(office.matter()))["petition_id"]
    _refused(office.attach(petition_id, b"<html></html>"), 415, "file")
    _refused(office.attach(petition_id, b""), 422, "file")
    # An office may take larger files than is usual, and then finds that this one is none.
    large = office.attach(petition_id, bytes(_LARGE))
    _refused(large, 415 if large.status_code == 415 else 413, "file")  # noqa: PLR2004


def _attachments_elsewhere(office: Office) -> None:
    """附件只能附在本渠道的信访件上"""
    _status(office.attach(str(uuid.uuid4()), _RECORDING), 404)


_CHECKS: tuple[Callable[[Office], None], ...] = (
    _registers,
    _registers_anonymous,
    _same_again,
    _other_body,
    _same_reference,
    _limits,
    _fields,
    _characters,
    _times,
    _own_channel,
    _token,
    _json,
    _attachments,
    _attachments_refused,
    _attachments_elsewhere,
)


def _registered(answer: httpx.Response) -> dict[str, str]:
    return _created(answer, _RECEIPT)


def _attached(answer: httpx.Response) -> dict[str, str]:
    return _created(answer, _FILE)


def _created(answer: httpx.Response, names: tuple[str, ...]) -> dict[str, str]:
    _status(answer, 201)
    found: dict[str, str] = answer.json()
    lacking = [name for name in names if not found.get(name)]
    if lacking:
        raise Unlike(f"回答缺少{'、'.join(lacking)}")
    return found


def _refused(answer: httpx.Response, status: int, name: str, *, code: str | None = None) -> None:
    _status(answer, status)
    found = answer.json()
    reasons = {error.get("field"): error.get("reason") for error in found.get("errors", ())}
    if not reasons.get(name):
        raise Unlike(f"没有说明字段{name}错在哪里")
    if code is not None and found.get("code") != code:
        raise Unlike(f"code应为{code}，实为{found.get('code')}")


def _status(answer: httpx.Response, status: int) -> None:
    if answer.status_code == status:
        return
    raise Unlike(f"应答{status}，实为{answer.status_code}：{answer.text[:200]}")
