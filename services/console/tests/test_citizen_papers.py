"""A citizen reads what was served on them: on the page and as a file, and nobody else does."""

import httpx
from citizens import follow, reload_until, see, serve_notice
from conftest import found_by_axe
from watching import addresses, fits, in_no_address


def test_a_paper_that_was_served_is_read_and_saved_by_its_petitioner_alone(town, open_page):
    posted = town.post_petition()
    page = open_page("/", phone=True)
    follow(page, posted["petition_no"], posted["query_code"])
    see(page, "文书送达以后，可以在这里看、下载。")
    served = serve_notice(town, town.case_of(posted["petition_id"])["case_id"])
    reload_until(page, "信访事项受理告知书")
    seen = addresses(page)
    page.get_by_role("link", name="信访事项受理告知书").click()
    see(page, served["number"])
    words = page.frame_locator("iframe.paper-words").locator("body")
    words.get_by_text("王小明").first.wait_for()
    assert found_by_axe(page) == []
    assert fits(page)
    with page.expect_download() as saving:
        page.get_by_role("link", name="下载文书").click()
    assert saving.value.path().read_bytes().startswith(b"%PDF-")
    in_no_address(seen, "王小明", posted["petition_no"], posted["query_code"])
    there = f"/follow/papers/{served['document_id']}"
    other = town.post_petition(title="另一个人的事")
    stranger = open_page("/")
    follow(stranger, other["petition_no"], other["query_code"])
    stranger.wait_for_url("**/follow/petition")
    for path in ("", "/words", "/file"):
        assert stranger.request.get(there + path).status == 404
        answer = httpx.get(town.base + there + path)
        assert answer.is_redirect and answer.headers["location"].endswith("/follow")
