"""What a citizen does on the portal, as the tests of its pages say it."""

import base64
import datetime as dt
import json
import re
import time
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import Page, expect
from town import Town

MATTER = {
    "一句话说明": "鹭洲一路路灯不亮",
    "事情经过": "鹭洲一路菜市场门口的三盏路灯坏了半个月，晚上看不见路，请派人维修。",
}


def begin(page: Page, kind: str = "反映问题、求助、投诉") -> None:
    """Begin a draft."""
    page.goto("/bring")
    page.get_by_label(kind).check()
    page.get_by_role("button", name="开始填写").click()
    page.wait_for_url("**/bring/what")


def onward(page: Page, path: str) -> None:
    """Go on to the next page of the form."""
    page.get_by_role("button", name="下一步").click()
    page.wait_for_url(f"**/bring/{path}")


def say_what(page: Page, **changed: str) -> None:
    """Fill in what happened, and go on."""
    for label, words in (MATTER | changed).items():
        page.get_by_label(label).fill(words)
    onward(page, "where")


def say_who(page: Page, *, phone: str = "13800001234") -> None:
    """Give name, phone and address, and go on."""
    page.get_by_label("实名").check()
    page.get_by_label("姓名（或者单位名称）").fill("王小明")
    page.get_by_label("手机号码").fill(phone)
    page.get_by_label("住址").fill("云屏区鹭洲一路1号")
    onward(page, "told")


def fill_in_all(page: Page, *, phone: str = "13800001234") -> None:
    """Fill in the whole form with a name, up to the page on which it is checked."""
    begin(page)
    say_what(page)
    onward(page, "files")
    onward(page, "who")
    say_who(page, phone=phone)
    onward(page, "check")


def send(page: Page) -> tuple[str, str]:
    """Confirm and send; number and query code as the receipt shows them."""
    page.get_by_label("我反映的情况属实").check()
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/bring/receipt")
    number = page.locator("#petition-no").inner_text()
    return number, page.locator("#query-code").inner_text()


def follow(page: Page, number: str, code: str) -> None:
    """Show number and query code."""
    page.goto("/follow")
    page.get_by_label("编号").fill(number)
    page.get_by_label("查询码").fill(code)
    page.get_by_role("button", name="查询", exact=True).click()


def petition_of(town: Town, number: str, code: str) -> dict[str, Any]:
    """A petition by its number and code, as the office received it."""
    petition_id = petition_id_of(town, number, code)
    return dict(town.get("dispatcher", "intake", f"/v1/petitions/{petition_id}"))


def petition_id_of(town: Town, number: str, code: str) -> str:
    """The id of a petition, out of the token that number and code are exchanged for."""
    address = f"{town.base}/intake/v1/public/petitions/{number}/session"
    token = httpx.post(address, json={"query_code": code}, timeout=60).json()["token"]
    claims = token.split(".")[1]
    told = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    return str(told["sub"])


def see(page: Page, words: str | re.Pattern[str]) -> None:
    """Wait until these words stand on the page."""
    expect(page.get_by_text(words).first).to_be_visible(timeout=30_000)


def reload_until(page: Page, words: str | re.Pattern[str]) -> None:
    """Look again until what happened in the services has come to this page."""
    for _ in range(60):
        if page.get_by_text(words).count():
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(f"{words} never came:\n{page.locator('main').inner_text()}")


def photo(folder: Path, name: str = "坏了的路灯.png") -> Path:
    """A real picture."""
    path = folder / name
    Image.new("RGB", (320, 240), (70, 120, 60)).save(path)
    return path


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat()


def serve_notice(town: Town, case_id: str) -> dict[str, Any]:
    """A notice of acceptance, drawn up, signed off, rendered and served."""
    town.act("importer", case_id, "forward", at=_now(), unit="transport", category="other")
    town.act("importer", case_id, "accept", at=_now())
    with town.client("importer") as client:
        fields = {"petitioner": "王小明", "contact": "经办人员乙"}
        made = client.post(
            "routing",
            f"/v1/cases/{case_id}/documents",
            {"kind": "acceptance_notice", "fields": fields},
        )
        for move in ("submit", "approve", "issue"):
            made = client.post("routing", f"/v1/documents/{made['document_id']}/{move}", {})
        deadline = time.monotonic() + 120
        while made["rendering"] != "done":
            assert time.monotonic() < deadline, made
            time.sleep(0.5)
            made = client.get("routing", f"/v1/documents/{made['document_id']}")
        today = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=8)).date().isoformat()
        proof = {"method": "direct", "signed_by": "王小明", "received_on": today}
        return dict(client.post("routing", f"/v1/documents/{made['document_id']}/serve", proof))
