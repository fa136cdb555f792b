"""WeChat's XML: what comes in as a flat table of texts, what goes out as one encrypted answer."""

import os
import re
from collections.abc import Mapping

from lxml import etree

from intake.wechat import cipher
from intake.wechat.accounts import Account

LARGEST = 65_536
"""Bytes of a message; a follower's text has at most some thousand characters."""
_FIELDS_MOST = 100
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}\Z", re.ASCII)


class Unparsable(Exception):
    """Not the XML of a message; nothing of it is in the error."""


def parse(raw: bytes) -> dict[str, str]:
    """The texts directly below the root by name; Unparsable for anything but plain XML.

    A document type is refused, and so no entity of one is ever expanded; parts that have parts of
    their own are left out.
    """
    if len(raw) > LARGEST:
        raise Unparsable("too large")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unparsable("not XML") from error
    if root.getroottree().docinfo.doctype:
        raise Unparsable("a document type")
    if root.tag != "xml" or len(root) > _FIELDS_MOST:
        raise Unparsable("not a message")
    return {
        one.tag: one.text or ""
        for one in root
        if isinstance(one.tag, str) and _NAME.match(one.tag) and not len(one)
    }


def written(values: Mapping[str, str]) -> str:
    """The XML of a table of texts, each as CDATA."""
    parts = (f"<{name}>{_cdata(value)}</{name}>" for name, value in values.items())
    return f"<xml>{''.join(parts)}</xml>"


def text_answer(text: str, *, to: str, sender: str, at: int) -> str:
    """A text that a follower is answered with at once (被动回复)."""
    return written(
        {
            "ToUserName": to,
            "FromUserName": sender,
            "CreateTime": str(at),
            "MsgType": "text",
            "Content": text,
        }
    )


def sealed_answer(xml: str, *, account: Account, key: bytes, at: int) -> str:
    """An answer, encrypted and signed as its question was."""
    timestamp, nonce = str(at), os.urandom(8).hex()
    sealed = cipher.encrypt(xml.encode(), key=key, appid=account.appid)
    return written(
        {
            "Encrypt": sealed,
            "MsgSignature": cipher.sign(account.token, timestamp, nonce, sealed),
            "TimeStamp": timestamp,
            "Nonce": nonce,
        }
    )


def _cdata(text: str) -> str:
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"
