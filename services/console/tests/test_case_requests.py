"""What a petitioner asks for on paper, and what staff do with it on the case's page."""

import datetime as dt
import io
import uuid
from typing import Any

import httpx
import pytest
from casework_pages import accepted, done, field, press
from PIL import Image
from playwright.sync_api import Page, expect
from town import Town

WORDS = "对答复不服，请求复查。"


def asked_too_early(town: Town, title: str) -> str:
    """A case for whose review somebody asks before the answer was served."""
    case_id = accepted(town, title=title)
    (petition_id,) = town.get("registrar", "routing", f"/v1/cases/{case_id}")["petition_ids"]
    paper = {"on_file": "申请书原件存卷", "signed_on": office_day()}
    body = {"kind": "review", "content": WORDS, "paper": paper}
    with town.client("registrar") as client:
        client.post("intake", f"/v1/petitions/{petition_id}/requests", body)
    return case_id


def office_day() -> str:
    return (dt.datetime.now(dt.UTC) + dt.timedelta(hours=8)).date().isoformat()


def waiting(page: Page, case_id: str) -> None:
    """Open the case as soon as the request stands there."""
    for _ in range(60):
        page.goto(f"/office/cases/{case_id}")
        if page.locator("#requests", has_text=WORDS).count():
            break
        page.wait_for_timeout(500)
    expect(page.locator("#requests")).to_contain_text("待审核")


def test_a_request_that_waits_is_taken_up_once_nothing_stands_against_it(town, open_page):
    case_id = asked_too_early(town, "鹭洲十一路站牌歪了")
    page = open_page("/office", account="reviewer")
    waiting(page, case_id)
    press(page, "办理此申请")
    expect(page.get_by_role("alert")).to_contain_text("不能申请复查")
    day = office_day()
    served = {"method": "direct", "signed_by": "王小明", "received_on": day}
    for action, body in (("reply", {"text": "站牌已扶正。"}), ("serve", served)):
        at = dt.datetime.now(dt.UTC).isoformat()
        town.act("importer", case_id, action, at=at, **body)
    page.goto(f"/office/cases/{case_id}")
    press(page, "办理此申请")
    done(page, "已办理")
    expect(page.locator(".case-head")).to_contain_text("复查中")


def test_a_request_is_declined_with_the_reason_and_a_missing_one_is_asked_for(town, open_page):
    case_id = asked_too_early(town, "鹭洲十二路站牌歪了")
    page = open_page("/office", account="dispatcher")
    waiting(page, case_id)
    page.locator("#requests summary").click()
    press(page, "确定不予办理")
    expect(page.locator("#wrong-reason")).to_be_visible()
    field(page, "理由").fill("答复尚未送达，不能申请复查。")
    press(page, "确定不予办理")
    done(page, "未予办理")
    expect(page.locator("#requests")).to_contain_text("答复尚未送达，不能申请复查。")
    expect(page.get_by_role("button", name="办理此申请")).to_have_count(0)


def picture(form: str, pages: int = 1) -> bytes:
    """A real picture of some pages."""
    first, *more = [Image.new("RGB", (320, 240), (60 * n, 120, 60)) for n in range(pages)]
    into = io.BytesIO()
    several: dict[str, Any] = {"save_all": True, "append_images": more} if more else {}
    first.save(into, form, **several)
    return into.getvalue()


FILES = {
    "现场照片.jpg": (lambda: picture("JPEG"), b"\xff\xd8\xff"),
    "申请书.pdf": (lambda: picture("PDF", 2), b"%PDF"),
    "来信扫描.tif": (lambda: picture("TIFF", 3), b"II*\x00"),
}
"""Names of files -> what is in them, and with what they begin."""


@pytest.mark.parametrize("name", FILES, ids=["jpg", "pdf", "tiff"])
def test_a_file_is_opened_from_the_case(town, open_page, name):
    made, begins = FILES[name]
    case_id = accepted(town, title=f"鹭洲十三路站牌歪了，附{name[-3:]}")
    (petition_id,) = town.get("registrar", "routing", f"/v1/cases/{case_id}")["petition_ids"]
    attach(town, petition_id, name, made())
    page = open_page(f"/office/cases/{case_id}", account="handler")
    with page.expect_download() as saved:
        page.get_by_role("button", name=name).click()
    assert saved.value.suggested_filename == name
    kept = saved.value.path().read_bytes()
    assert kept.startswith(begins)
    if name.endswith("tif"):
        assert Image.open(io.BytesIO(kept)).n_frames == 3


def attach(town: Town, petition_id: str, name: str, content: bytes) -> None:
    """Attach a file to a petition, as the office does."""
    granted = httpx.post(
        f"{town.base}/auth/token",
        json={"username": "registrar", "password": town.password},
        timeout=60,
    ).json()
    answer = httpx.post(
        f"{town.base}/intake/v1/petitions/{petition_id}/attachments",
        files={"file": (name, content)},
        headers={
            "Authorization": f"Bearer {granted['access_token']}",
            "Idempotency-Key": str(uuid.uuid4()),
        },
        timeout=60,
    )
    assert answer.status_code == 201, answer.text
