"""A town in which units and leaders have something to do: cases at a unit, opinions sent up."""

import datetime as dt
from typing import Any

import httpx
from town import Town

from shared.clock import OFFICE_TZ

OPINION = {
    "kind": "petition",
    "claims": [
        {
            "claim": "请求维修菜市场门口的三盏路灯",
            "finding": "我局派员到鹭洲一路现场核实，三盏路灯确实不亮。",
            "answer": "您反映的情况属实，予以支持，三盏路灯限期修复。",
            "outcome": "support",
            "measures": "更换灯具并检修线路",
            "responsible": "设施管理科",
            "done_by": "2028-05-01",
        }
    ],
    "received_from": "云屏区信访局转送",
    "facts": "经核实，该路段照明线路老化，三盏路灯自上月中旬起不亮。",
    "basis": [{"law": "信访工作条例", "article": "第三十二条", "quote": "予以支持"}],
    "handling": "对您的请求予以支持，请您届时留意。",
    "remedy": {"kind": "review", "body": "云屏区人民政府", "days": 30},
    "contact": "设施管理科",
    "phone": "0755-12345678",
    "signer": "云屏区交通运输局",
}


def case_at_unit(town: Town, title: str, **changed: Any) -> str:
    """A case that the transport unit has accepted."""
    case_id: str = forwarded(town, title, **changed)
    town.act("handler", case_id, "accept")
    return case_id


def forwarded(town: Town, title: str, **changed: Any) -> str:
    """A case that was forwarded to the transport unit."""
    petition = town.post_petition(title=title, **changed)
    case_id: str = town.case_of(petition["petition_id"])["case_id"]
    town.act("dispatcher", case_id, "classify", category="transport.bus")
    town.act("dispatcher", case_id, "forward", unit="transport")
    return case_id


def opinion_sent_up(town: Town, title: str) -> str:
    """A case whose opinion waits for the head of the transport unit."""
    case_id = case_at_unit(town, title)
    today = dt.datetime.now(OFFICE_TZ).date().isoformat()
    opinion = OPINION | {"received_on": today}
    send(town, "handler", "PUT", f"/v1/cases/{case_id}/opinion", version=0, json=opinion)
    send(town, "handler", "POST", f"/v1/cases/{case_id}/opinion/submit", version=1)
    return case_id


def opinion_of(town: Town, case_id: str) -> Any:
    """The opinion of a case as the head of the unit reads it."""
    return town.get("unit_head", "routing", f"/v1/cases/{case_id}/opinion")


def send(town: Town, account: str, method: str, path: str, *, version: int, **more: Any) -> Any:
    """What routing answers to a change of a version."""
    granted = httpx.post(
        f"{town.base}/auth/token",
        json={"username": account, "password": town.password},
        timeout=60,
    ).json()
    headers = {"Authorization": f"Bearer {granted['access_token']}", "If-Match": f'"{version}"'}
    url = f"{town.base}/routing{path}"
    answer = httpx.request(method, url, headers=headers, timeout=60, **more)
    assert answer.is_success, answer.text
    return answer.json()
