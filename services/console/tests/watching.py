"""What a browser asks for while somebody works: what stands in no address."""

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from playwright.sync_api import Page

_MOST_S = 60.0


def addresses(page: Page) -> list[str]:
    """The addresses of all requests from now on; the list grows as the page asks."""
    seen: list[str] = []
    page.on("request", lambda request: seen.append(unquote(request.url)))
    return seen


def in_no_address(seen: list[str], *private: str) -> None:
    """Fail if anything private stands in an address."""
    assert seen
    told = [url for url in seen for one in private if one in url]
    assert told == []


def fits(page: Page) -> bool:
    """Whether nothing hangs over the edge of the screen."""
    width: int = page.evaluate("document.documentElement.scrollWidth")
    assert page.viewport_size
    return width <= page.viewport_size["width"]


def until(page: Page, expression: str, arg: Any = None) -> None:
    """Wait until a script on the page says yes.

    The page's policy forbids what `wait_for_function` does when it looks a second time.
    """
    ends = time.monotonic() + _MOST_S
    while not page.evaluate(expression, arg):
        assert time.monotonic() < ends, f"never: {expression}"
        page.wait_for_timeout(50)


def pasted(page: Page, typed: Mapping[str, str]) -> None:
    """Put texts into fields whatever these would take, as somebody does who means harm."""
    for name, value in typed.items():
        page.locator(f"[name='{name}']").first.evaluate(
            """(field, value) => {
                field.value = value;
                field.dispatchEvent(new Event("input", { bubbles: true }));
            }""",
            value,
        )
