"""A town that answers, browsers to look at it with, and people who are signed in."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import TimeoutError as PageTimeout
from town import Town

from console.tools import assets

CHROMIUM = "/usr/bin/chromium"
WITHOUT_A_SCREEN = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
"""Where there is no graphics card, drawing as if there were took half of the processor time."""
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One town for all tests of this process; each brings in what it works on itself."""
    assets.translate()
    with Town(tmp_path_factory.mktemp("town")) as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=WITHOUT_A_SCREEN)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, town: Town) -> Iterator[Callable[..., Page]]:
    """Open a page of its own session, as an account or as a citizen; errors on it fail the test."""
    contexts, wrong = [], []

    def open_(path: str, *, account: str | None = None, phone: bool = False) -> Page:
        context = chromium.new_context(
            viewport=PHONE if phone else DESK, locale="zh-CN", base_url=town.base
        )
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "console",
            lambda said: (
                wrong.append(said.text)
                if said.type == "error" and "Content Security Policy" in said.text
                else None
            ),
        )
        if account:
            sign_in(page, town, account)
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert wrong == []


def sign_in(page: Page, town: Town, account: str) -> None:
    """Sign in as a person does."""
    page.goto("/office/sign-in")
    page.get_by_label("用户名").fill(account)
    page.get_by_label("密码").fill(town.password)
    page.get_by_role("button", name="登录").click()
    try:
        page.wait_for_url("**/office")
    except PageTimeout:
        raise AssertionError(f"{account} is not in: {page.locator('body').inner_text()}") from None


def found_by_axe(page: Page) -> list[str]:
    """What axe-core finds serious or critical on a page, each with where it is."""
    source = Path(__file__).parents[1] / "src/console/static/vendor/axe.min.js"
    # The page's policy forbids scripts from elsewhere, so axe comes in by the debugger.
    page.evaluate(source.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
