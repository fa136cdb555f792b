"""The callback of official accounts (微信公众号): what their followers say, encrypted (安全模式).

GET   the address is registered: `echostr`, where the signature is ours
POST  a message: 200 with the encrypted answer, or `success` where there is none

Whatever is not signed by the account's token leaves no trace but a count of the refusal.
"""

import re
from functools import partial
from typing import Any

from intake import use_cases
from intake.api.routes import api
from intake.domain.wechat import message_key, said_in
from intake.schemas.petitions import PetitionIn
from intake.schemas.wechat import WeChatEchoQuery, WeChatQuery
from intake.wechat import cipher
from intake.wechat.accounts import Account
from intake.wechat.messages import LARGEST, Unparsable, parse, sealed_answer, text_answer
from shared.errors import Forbidden, NotFound, Refused, both
from shared.web.api import KEYED, Call
from shared.web.problems import load

_PATH = "/v1/wechat/<account>"
_WINDOW_S = 300
"""How old, or ahead of our clock, a signature may be."""
_OPENID = re.compile(r"[A-Za-z0-9_-]{6,64}\Z", re.ASCII)


@api.get(_PATH, who=KEYED, query=WeChatEchoQuery, verbatim=True)
def echo(call: Call) -> dict[str, Any]:
    """Prove to WeChat that the address is the account's."""
    account, asked = _account(call), call.query
    _check_signature(call, account, asked["signature"], asked["timestamp"], asked["nonce"])
    return {"text": asked["echostr"], "media_type": "text/plain"}


@api.post(_PATH, who=KEYED, query=WeChatQuery, largest=LARGEST, verbatim=True)
def hear_follower(call: Call) -> dict[str, Any]:
    """Answer what a follower says; the same message again is answered the same."""
    account, asked, raw = _account(call), call.query, call.body["raw"]
    if asked["encrypt_type"] != "aes" or not asked["msg_signature"]:
        why = both("只接受安全模式的加密消息。", "Only encrypted messages are taken.")
        raise Refused(why, code="plain_mode")
    try:
        sealed = parse(raw)["Encrypt"].strip()
    except (Unparsable, KeyError) as error:
        raise _malformed() from error
    _check_signature(
        call, account, asked["msg_signature"], asked["timestamp"], asked["nonce"], sealed
    )
    try:
        opened = cipher.decrypt(sealed, account=account)
        message = parse(opened.text)
    except cipher.Undecipherable as error:
        raise _parked(call, account, raw, error.reason) from error
    except Unparsable as error:
        raise _parked(call, account, raw, "damaged") from error
    key, openid = message_key(message), message.get("FromUserName", "")
    if key is None or not _OPENID.match(openid):
        raise _parked(call, account, raw, "damaged")
    answer = use_cases.answer_message(
        call.session,
        account=account.code,
        key=key,
        openid=openid,
        said=said_in(message),
        check=partial(load, PetitionIn),
        clock=call.clock,
        resources=call.resources,
    )
    if answer is None:
        return {"text": "success", "media_type": "text/plain"}
    at = int(call.clock.now().timestamp())
    xml = text_answer(answer, to=openid, sender=message.get("ToUserName", ""), at=at)
    return {
        "text": sealed_answer(xml, account=account, key=opened.key, at=at),
        "media_type": "text/xml",
    }


def _account(call: Call) -> Account:
    account: Account | None = call.resources.wechat.accounts.get(call.path["account"])
    if account is None:
        raise NotFound(both("没有这个公众号。", "There is no such official account."))
    return account


def _check_signature(
    call: Call, account: Account, signature: str, timestamp: str, *signed: str
) -> None:
    """Forbidden where this was not signed by the account's token, or not about now."""
    if not cipher.is_signed(signature, account.token, timestamp, *signed):
        raise Forbidden(both("签名无效。", "The signature is not valid."))
    now = call.clock.now().timestamp()
    digits = timestamp.isascii() and timestamp.isdigit()
    if not digits or abs(int(timestamp) - now) > _WINDOW_S:
        why = both("签名时间与当前时间相差过大。", "The signature is not of about now.")
        raise Refused(why, status=403, code="stale_signature")


def _malformed() -> Refused:
    why = both("不是加密消息的XML。", "Not the XML of an encrypted message.")
    return Refused(why, code="malformed_message")


def _parked(call: Call, account: Account, raw: bytes, reason: str) -> Refused:
    """Keeps a message that is signed and cannot be read; the refusal of it."""
    use_cases.park_message(
        call.session,
        account=account.code,
        raw=raw,
        why=reason,
        clock=call.clock,
        resources=call.resources,
    )
    why = both("消息签名有效，但无法读取，已留存。", "Signed, but it cannot be read; it is kept.")
    return Refused(why, status=422, code="unreadable_message", keep_work=True)
