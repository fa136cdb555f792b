"""What several tests do on the pages of a case."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect
from town import Town

expect.set_options(timeout=60_000)


def received(town: Town, **changed: Any) -> str:
    """The id of a new petition's case."""
    return str(town.case_of(town.post_petition(**changed)["petition_id"])["case_id"])


def accepted(town: Town, **changed: Any) -> str:
    """The id of a case that the transport office handles."""
    case_id = received(town, **changed)
    town.act("dispatcher", case_id, "forward", unit="transport", category="transport.bus")
    town.act("handler", case_id, "accept")
    town.act("handler", case_id, "begin")
    return case_id


def done(page: Page, said: str) -> None:
    """The page says that it was done, or this says what the page says instead."""
    expect(page.locator("[data-done]").first).to_contain_text(said)


def press(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("button", name=name).first.click()


def field(page: Page, title: str) -> Locator:
    """The field with just this title, be it required or not."""
    return page.get_by_label(re.compile(rf"^{re.escape(title)}(\s*必填)?$"))


def go_on(page: Page, case: str, action: str) -> None:
    """Open the form of an action of the case at an address."""
    page.goto(f"{case}/do/{action}")


def today(page: Page) -> str:
    """The day that the office has, as the form limits it."""
    return str(page.locator("input[type=date][max]").first.get_attribute("max"))
