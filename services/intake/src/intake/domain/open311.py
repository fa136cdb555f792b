"""Rules of Open311 GeoReport v2: its services, what a request says, and what is told of it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from intake.domain.registration import PURPOSES, title_of

CHANNEL = "open311"
SYSTEM = "open311"
"""The system of the references that petitions of this interface have."""
SERVICES: Mapping[str, str] = {
    "petition": "请求解决具体问题，例如设施损坏、噪声扰民、拖欠工资。",
    "suggestion": "对公共事务提出意见和建议。",
    "inquiry": "询问政策和办事程序。",
    "other": "其他事项。",
}
"""Purposes that apps may post. An accusation is handed in where no third party reads it first."""
FINISHED = frozenset(
    {
        *("closed", "terminated", "declined", "no_longer_accepted", "channelled", "transferred"),
        *("guided", "filed", "withdrawn"),
    }
)
"""States in which a case is `closed` to an app; a merged one is as the case that it went into."""
SPAN = dt.timedelta(days=90)
REQUESTS_MOST = 1000
"""A list covers 90 days or 1,000 requests, whichever is fewer, as the standard has it."""

FORM_NAMES = {
    "content": "description",
    "title": "description",
    "place": "address_string",
    "petitioner.name": "last_name",
    "petitioner.phone": "phone",
    "petitioner.email": "email",
}
"""By what name of the form a field of the petition was sent."""


def service(code: str) -> dict[str, Any]:
    """A service as the list has it."""
    return {
        "service_code": code,
        "service_name": PURPOSES[code],
        "description": SERVICES[code],
        "metadata": False,
        "type": "realtime",
        "keywords": "",
        "group": "信访",
    }


def petition(form: Mapping[str, Any], *, channel: str) -> dict[str, Any]:
    """A request as the body of a `POST /v1/petitions`."""
    said = [form["description"] or "", _media(form["media_url"])]
    content = "\n".join(part for part in said if part)
    return {
        "channel": channel,
        "title": title_of(content, otherwise=PURPOSES[form["service_code"]]),
        "content": content,
        "purpose": form["service_code"],
        "place": _place(form) or None,
        "petitioner": {
            "name": _name(form["last_name"] or "", form["first_name"] or "") or None,
            "phone": form["phone"],
            "email": form["email"],
        },
    }


def notice(code: str) -> str:
    """What an app shows to who posted; the code is told nowhere else."""
    return f"您的信访件已登记，查询码{code}。凭编号和查询码可查询办理情况，请妥善保管。"


def _media(url: str | None) -> str:
    return f"附件链接：{url}" if url else ""


def _place(form: Mapping[str, Any]) -> str:
    parts = [form["address_string"]]
    if form["address_id"]:
        parts.append(f"地址编码{form['address_id']}")
    if form["lat"] is not None and form["long"] is not None:
        parts.append(f"经度{form['long']:.6f}，纬度{form['lat']:.6f}（WGS-84）")
    return "；".join(part for part in parts if part)


def _name(last: str, first: str) -> str:
    """A name as it is written: Chinese without a space, family name first."""
    return f"{first} {last}".strip() if (last + first).isascii() else last + first
