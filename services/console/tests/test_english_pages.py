"""In English no text of the catalogue stands in Chinese on a page that links lead to."""

import re
from collections import Counter
from html.parser import HTMLParser

import httpx
import pytest
from leading_desk import case_at_unit, forwarded

from console.tools import translations

HAN = re.compile(r"[\u4e00-\u9fff]")
SAID = ("aria-label", "title", "placeholder", "alt")
NOT_OURS = re.compile(r"/office/(handbook|templates/)")
"""Pages of the standards' own texts: the handbook, the papers' words."""
EACH_SHAPE, PAGES_MOST = 1, 70
DATA = frozenset(
    ("内容分类", "承办单位", "网信", "来电", "来信", "来访", "手机应用", "电子邮件", "热线来电",
     "政府信箱", "开放接口", "网上信访", "微信公众号")
)  # fmt: skip
"""Names that an office gives by itself, of channels and fields, as our words too."""


class Words(HTMLParser):
    """A page's texts, and where its links lead."""

    def __init__(self, page):
        super().__init__()
        self.texts, self.links = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        about = dict(attrs)
        self.texts += [about[name] for name in SAID if about.get(name)]
        if tag == "a" and (about.get("href") or "").startswith("/"):
            self.links.append(about["href"].partition("#")[0])

    def handle_data(self, data):
        self.texts.append(" ".join(data.split()))


@pytest.fixture(scope="module")
def known():
    """Every text of the pages that has another form in English."""
    all_of_them = {str(one.id) for one in translations.known() if one.id}
    return {text for text in all_of_them if HAN.search(text)} - DATA


@pytest.fixture(scope="module")
def busy(town):
    """Cases whose own words are none of ours, of several people."""
    words = {"content": "Three lamps are dark.", "place": "Market Road"}
    words["cosigners"] = [{"name": "Li Ping", "phone": "13800001235"}]
    case_at_unit(town, "Lamps", **words)
    forwarded(town, "Buses", **words)


@pytest.mark.parametrize(
    "account",
    ["dispatcher", "registrar", "handler", "leader", "admin", "auditor", "reviewer", "supervisor"],
)
def test_no_page_of_staff_leaves_in_chinese_what_has_english(town, busy, known, account):
    with httpx.Client(base_url=town.base, timeout=60, follow_redirects=True) as client:
        key = _key(client.get("/office/sign-in"))
        client.post(
            "/office/sign-in",
            data={"csrf_token": key, "username": account, "password": town.password},
        )
        key = _key(client.get("/office"))
        client.post("/language", data={"csrf_token": key, "language": "en", "next": "/office"})
        assert _left(client, "/office", known) == []


def test_no_page_of_citizens_leaves_in_chinese_what_has_english(town, known):
    with httpx.Client(base_url=town.base, timeout=60, follow_redirects=True) as client:
        key = _key(client.get("/"))
        client.post("/language", data={"csrf_token": key, "language": "en", "next": "/"})
        assert _left(client, "/", known) == []


def _left(client, start, known):
    """The texts left in Chinese on pages that links lead to, each with the first such page."""
    todo, shapes, found = [start], Counter(), {}
    while todo and shapes.total() < PAGES_MOST:
        path = todo.pop(0)
        shape = re.sub(r"[0-9a-f-]{36}|\d+", "N", path.partition("?")[0])
        if shapes[shape] >= EACH_SHAPE or NOT_OURS.match(path):
            continue
        shapes[shape] += 1
        answer = client.get(path)
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        words = Words(answer.text)
        todo += words.links
        for text in words.texts:
            if text.rstrip("*. ") in known:
                found.setdefault(text, path)
    return sorted(found.items())


def _key(answer):
    return re.search(r'name="csrf_token" value="([^"]+)"', answer.text)[1]
