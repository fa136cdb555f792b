"""Staff sign in at an OpenID Connect provider, and every way of failing says so in words."""

import contextlib
import re
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from provider import running
from town import Town

from shared.local_secrets import local_secrets


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    with running(tmp_path_factory.mktemp("provider")) as found:
        yield found


@pytest.fixture(scope="module")
def town(tmp_path_factory, provider):
    """A town whose staff sign in at the provider; citizens' tokens are its own."""
    var = tmp_path_factory.mktemp("provided")
    ours = var / "ours.json"
    ours.write_text(local_secrets(var)["TOKEN_JWKS"])
    sources = f"{provider.issuer}/jwks {ours}"
    settings = {
        "OIDC_ISSUER": provider.issuer,
        "OIDC_CLIENT_SECRET": "whatever: this provider takes any",
        "TOKEN_ISSUER": provider.issuer,
        "TOKEN_JWKS": sources,
    }
    with Town(var, settings) as found:
        yield found


def at_provider(page, name):
    """Sign in at the provider, as a person does."""
    page.wait_for_url("**/oauth2/authorize**")
    page.get_by_placeholder("sub").fill(name)
    page.get_by_role("button", name="Authorize", exact=True).click()


def test_staff_come_back_as_who_the_provider_says_and_leave_both(town, provider, open_page):
    provider.person("chen.hui", roles=["handler"], unit="transport", unit_scope=["transport"])
    page = open_page("/office/cases")
    at_provider(page, "chen.hui")
    page.wait_for_url(f"{town.base}/office/cases")
    assert page.get_by_role("heading", level=1).inner_text() == "信访事项"
    page.goto("/office")
    assert page.get_by_role("heading", level=1).inner_text() == "我的工作"
    assert page.get_by_role("link", name="疑似检举控告").count() == 0
    page.get_by_role("button", name="chen.hui").click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url(f"{provider.issuer}/oauth2/end_session**")
    page.get_by_role("button").first.click()
    page.wait_for_url(f"{town.base}/office/sign-in?kept=1**")
    assert "您已退出登录" in page.inner_text("main")
    page.goto("/office")
    page.wait_for_url("**/oauth2/authorize**")


def test_citizens_are_served_by_our_own_keys_meanwhile(town):
    posted = town.post_petition()
    number, code = posted["petition_no"], posted["query_code"]
    session = httpx.post(
        f"{town.base}/intake/v1/public/petitions/{number}/session", json={"query_code": code}
    ).json()
    shown = httpx.get(
        f"{town.base}/intake/v1/public/petitions/{number}",
        headers={"Authorization": f"Bearer {session['token']}"},
    )
    assert shown.status_code == 200


@pytest.mark.parametrize("claims", [{}, {"roles": []}, {"roles": ["offline_access"]}])
def test_whoever_has_no_role_here_is_told_whom_to_ask(provider, open_page, claims):
    provider.person("nobody", **claims)
    page = open_page("/office")
    at_provider(page, "nobody")
    assert "没有分配本系统的岗位角色" in page.get_by_role("alert").inner_text()


def test_claims_that_are_none_are_refused_in_words(provider, open_page):
    provider.person("odd", roles="handler")
    page = open_page("/office")
    at_provider(page, "odd")
    assert "登录凭证不能使用" in page.get_by_role("alert").inner_text()


def test_who_cancels_at_the_provider_is_told_so(open_page):
    page = open_page("/office")
    page.wait_for_url("**/oauth2/authorize**")
    page.get_by_role("button", name="Deny").click()
    assert "取消了登录" in page.get_by_role("alert").inner_text()


def test_an_answer_that_this_browser_did_not_ask_for_opens_nothing(town):
    with httpx.Client(base_url=town.base) as client:
        answer = client.get("/office/sign-in/back", params={"code": "x", "state": "forged"})
        assert answer.status_code == 401
        assert "不是在这个浏览器里发起的" in answer.text
        assert client.get("/office").status_code == 302


def test_a_token_made_for_another_sign_in_opens_nothing(town, provider):
    """The nonce: a code that was given for somebody else's request is exchanged in vain."""
    provider.person("chen.hui", roles=["handler"], unit="transport", unit_scope=["transport"])
    with httpx.Client() as client:
        there = client.get(f"{town.base}/office/sign-in/provider").headers["location"]
        forged = re.sub(r"nonce=[^&]+", "nonce=of-another-sign-in", there)
        back = client.post(forged, data={"sub": "chen.hui"}).headers["location"]
        answer = client.get(back)
        assert answer.status_code == 401
        assert "登录凭证不能使用" in answer.text


def test_while_the_provider_is_away_the_page_says_so_and_sessions_go_on(town, provider, open_page):
    provider.person("chen.hui", roles=["handler"], unit="transport", unit_scope=["transport"])
    page = open_page("/office")
    at_provider(page, "chen.hui")
    page.wait_for_url(f"{town.base}/office")
    with httpx.Client(base_url=town.base, timeout=60) as client:
        there = client.get("/office/sign-in/provider").headers["location"]
        back = httpx.post(there, data={"sub": "chen.hui"}).headers["location"]
        provider.stop()
        try:
            answer = client.get(back)
            assert answer.status_code == 401
            assert "暂时无法连接" in answer.text
            page.goto("/office")
            assert page.get_by_role("heading", level=1).inner_text() == "我的工作"
        finally:
            provider.start()


def test_where_there_is_a_provider_no_password_is_asked_for_here(town):
    form = httpx.get(f"{town.base}/office/sign-in?kept=1")
    assert "统一身份认证登录" in form.text
    assert "密码" not in form.text


SHORT_S, SPAN_S = 20, 60
CLERK = {"roles": ["registrar"], "unit": "bureau", "unit_scope": ["*"], "name": "陈慧"}


@pytest.fixture
def short_tokens(provider):
    """Tokens that last seconds, so that a session outlives several."""
    provider.last(SHORT_S)
    yield
    provider.last(3600)


@pytest.mark.usefixtures("short_tokens")
def test_a_session_outlives_the_providers_tokens_and_shows_the_persons_name(
    town, provider, open_page
):
    provider.person("chen.day", **CLERK)
    page = open_page("/office")
    at_provider(page, "chen.day")
    page.wait_for_url(f"{town.base}/office")
    assert page.get_by_role("button", name="陈慧").is_visible()
    began = time.monotonic()
    while time.monotonic() < began + 2.5 * SHORT_S:
        page.goto("/office/cases")
        assert page.get_by_role("heading", level=1).inner_text() == "信访事项"
        page.wait_for_timeout(1000)


@pytest.mark.usefixtures("short_tokens")
def test_requests_that_come_together_renew_once_and_all_are_served(town, provider):
    """The provider takes a refresh token once: a second use of it would end the session."""
    provider.person("chen.many", **CLERK)
    with httpx.Client(base_url=town.base, timeout=60) as client:
        signed_in_by_http(client, "chen.many")
        time.sleep(1.2 * SHORT_S)
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda _: client.get("/office/cases").status_code, range(6)))
        assert answers == [200] * 6
        assert client.get("/office/cases").status_code == 200


@pytest.mark.usefixtures("short_tokens")
def test_roles_that_change_at_the_provider_change_here_with_the_next_token(
    town, provider, open_page
):
    provider.person("chen.moves", **CLERK)
    page = open_page("/office")
    at_provider(page, "chen.moves")
    page.wait_for_url(f"{town.base}/office")
    assert page.get_by_role("link", name="登记信访件").count() == 1
    provider.person("chen.moves", roles=["handler"], unit="transport", unit_scope=["transport"])
    until = time.monotonic() + SPAN_S
    while page.get_by_role("link", name="登记信访件").count():
        assert time.monotonic() < until
        page.wait_for_timeout(1000)
        page.goto("/office")
    provider.person("chen.moves", roles=[])
    while "/oauth2/authorize" not in page.url:
        assert time.monotonic() < until + SPAN_S
        page.wait_for_timeout(1000)
        page.goto("/office")
    at_provider(page, "chen.moves")
    assert "没有分配本系统的岗位角色" in page.get_by_role("alert").inner_text()


@pytest.mark.usefixtures("short_tokens")
def test_whom_the_provider_locks_signs_in_again_and_finds_what_was_typed(town, provider, open_page):
    provider.person("chen.locked", **CLERK | {"roles": ["dispatcher"]})
    page = open_page("/office/meetings/new")
    at_provider(page, "chen.locked")
    page.wait_for_url("**/office/meetings/new")
    page.get_by_label("会议名称").fill("写到一半的会议")
    provider.lock("chen.locked")
    until = time.monotonic() + SPAN_S
    while "/office/sign-in" not in page.url:
        assert time.monotonic() < until
        page.get_by_role("button", name="召开协调会").click()
        page.wait_for_timeout(1000)
    assert "您填写的内容还在" in page.inner_text("main")
    page.get_by_role("link", name="统一身份认证登录").click()
    at_provider(page, "chen.locked")
    page.wait_for_url("**/office/meetings/new")
    assert page.get_by_label("会议名称").input_value() == "写到一半的会议"


@pytest.mark.usefixtures("short_tokens")
def test_a_provider_that_is_away_ends_no_session(town, provider):
    provider.person("chen.waits", **CLERK)
    with httpx.Client(base_url=town.base, timeout=60) as client:
        signed_in_by_http(client, "chen.waits")
        provider.stop()
        try:
            time.sleep(1.1 * SHORT_S)
            answer = client.get("/office/cases")
            assert answer.status_code == 503
            assert "统一身份认证系统暂时无法连接" in answer.text
        finally:
            provider.start()


@pytest.mark.usefixtures("short_tokens")
def test_killed_while_it_asks_for_the_next_token_it_sends_the_person_to_the_provider(
    town, provider
):
    """The provider took the refresh token, which is good for one use, and its answer is lost. As
    soon as the claim of whoever was killed has run out, the session ends instead of hanging."""
    provider.person("chen.killed", **CLERK)
    with httpx.Client(base_url=town.base, timeout=60) as client, ThreadPoolExecutor(1) as pool:
        signed_in_by_http(client, "chen.killed")
        time.sleep(1.1 * SHORT_S)
        with provider.silent():
            asked = pool.submit(client.get, "/office/cases")
            wait_until(lambda: renewing(town) and provider.has_unread())
            town.kill()
            assert isinstance(asked.exception(), httpx.HTTPError)
        town.start()
        answers = []
        wait_until(lambda: answers.append(client.get("/office/cases")) or answers[-1].is_redirect)
        assert {answer.status_code for answer in answers} <= {302, 503}
        assert "/office/sign-in" in answers[-1].headers["location"]
        signed_in_by_http(client, "chen.killed")
        assert client.get("/office/cases").status_code == 200


def renewing(town):
    """Whether a session in the console's database is claimed by who renews it."""
    with contextlib.closing(sqlite3.connect(town.var / "console.sqlite")) as database:
        found = database.execute("SELECT count(renewing_until) FROM sessions").fetchone()
    return found[0] > 0


def wait_until(true):
    until = time.monotonic() + SPAN_S
    while not true():
        assert time.monotonic() < until
        time.sleep(0.1)


def signed_in_by_http(client, name):
    """Sign in at the provider without a browser."""
    there = client.get("/office/sign-in/provider").headers["location"]
    back = httpx.post(there, data={"sub": name}).headers["location"]
    assert client.get(back).status_code == 302
