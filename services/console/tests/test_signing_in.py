"""Who gets in, how long, and what a forged or an old form comes to."""

import re

import httpx
import pytest
from conftest import found_by_axe


def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_comes_back(town, open_page):
    page = open_page("/office/cases?state=accepted")
    assert "/office/sign-in" in page.url
    page.get_by_label("用户名").fill("dispatcher")
    page.get_by_label("密码").fill(town.password)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/office/cases?state=accepted")
    assert page.get_by_role("heading", level=1).inner_text() == "信访事项"


def test_a_wrong_password_is_answered_in_words_and_the_name_stays(town, open_page):
    page = open_page("/office/sign-in")
    page.get_by_label("用户名").fill("dispatcher")
    page.get_by_label("密码").fill("not-it")
    page.get_by_role("button", name="登录").click()
    assert "用户名或密码不正确" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("用户名").input_value() == "dispatcher"


def test_signing_out_ends_the_session_for_the_cookie_too(town, open_page):
    page = open_page("/office", account="handler")
    cookies = {one["name"]: one["value"] for one in page.context.cookies()}
    page.get_by_role("button", name="陈慧").click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/sign-in**")
    answer = httpx.get(f"{town.base}/office", cookies=cookies)
    assert answer.status_code == 302
    assert "/office/sign-in" in answer.headers["location"]


def test_the_cookie_is_for_this_site_and_no_script(town):
    answer = httpx.get(f"{town.base}/office/sign-in")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize("path", ["/office/sign-in", "/office/sign-out", "/language"])
def test_a_form_without_this_sites_token_does_nothing(town, path):
    answer = httpx.post(f"{town.base}{path}", data={"username": "a", "password": "b"})
    assert answer.status_code == 400
    assert "页面已过期" in answer.text


@pytest.mark.parametrize("there", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_nobody_is_led_elsewhere_after_signing_in(town, there):
    with httpx.Client(base_url=town.base) as client:
        form = client.get("/office/sign-in", params={"next": there})
        token = re.search(r'name="csrf_token" value="([^"]+)"', form.text)[1]
        typed = {"csrf_token": token, "username": "handler", "password": town.password}
        answer = client.post("/office/sign-in", data=typed)
        assert answer.headers["location"].startswith("/")
        assert "evil" not in answer.headers["location"]


def test_the_sign_in_page_can_be_used_by_everybody(open_page):
    assert found_by_axe(open_page("/office/sign-in")) == []
