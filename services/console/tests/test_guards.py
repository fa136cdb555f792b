"""What holds for every page: doors, tokens against forgery, headers, what is sent again."""

import gzip
import re
import uuid

import pytest
from conftest import sign_in
from town import Town
from werkzeug.routing import AnyConverter, IntegerConverter, UUIDConverter

from console.service import SERVICE
from shared.testing import make_app
from shared.web.app import create_app

OPEN = {"office.sign_in", "office.sign_in_locally", "office.at_provider", "office.back"}
MOST_BYTES = 200_000


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """The console alone: no service answers it."""
    app = make_app(SERVICE, tmp_path_factory.mktemp("guards"))
    flask = create_app(app)
    yield flask.test_client()
    app.close()


def rules(client, method):
    found = client.application.url_map.iter_rules()
    return [rule for rule in found if method in rule.methods and " /v1/" not in rule.endpoint]


def path_of(rule):
    """An address that the rule matches."""
    values = {}
    for name in rule.arguments:
        converter = rule._converters[name]
        if isinstance(converter, AnyConverter):
            values[name] = sorted(converter.items)[0]
        elif isinstance(converter, UUIDConverter):
            values[name] = uuid.uuid4()
        else:
            values[name] = 1 if isinstance(converter, IntegerConverter) else "x"
    return rule.build(values)[1]


def of_staff(client, method):
    return [
        rule
        for rule in rules(client, method)
        if rule.endpoint.startswith("office.") and rule.endpoint not in OPEN
    ]


def test_no_page_of_staff_opens_without_a_session(client):
    found = of_staff(client, "GET")
    assert found
    for rule in found:
        answer = client.get(path_of(rule))
        assert answer.status_code == 302, rule
        assert "/office/sign-in?next=" in answer.headers["Location"], rule


def test_no_form_is_taken_without_this_sites_token(client):
    found = rules(client, "POST")
    assert {rule.endpoint.partition(".")[0] for rule in found} >= {"office", "choose_language"}
    for rule in found:
        answer = client.post(path_of(rule), data={"csrf_token": "forged"})
        assert answer.status_code == 400, rule
        assert "页面已过期" in answer.get_data(as_text=True), rule


def test_no_other_method_changes_anything(client):
    for method in ("PUT", "PATCH", "DELETE"):
        assert [rule for rule in rules(client, method)] == []


@pytest.mark.parametrize("path", ["/", "/office/sign-in?kept=1", "/nothing-here", "/office"])
def test_every_answer_says_what_a_browser_may_do_with_it(client, path):
    answer = client.get(path)
    policy = dict(
        part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";")
    )
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == policy["frame-ancestors"] == "'self'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"


def test_pages_hold_no_script_and_no_style_of_their_own(client):
    for path in ("/", "/office/sign-in?kept=1", "/nothing-here"):
        text = client.get(path).get_data(as_text=True)
        assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son[a-z]+=|hx-on", text), path


def test_a_service_that_is_away_is_said_and_never_an_error(client):
    form = client.get("/office/sign-in?kept=1").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)[1]
    typed = {"csrf_token": token, "username": "handler", "password": "x"}
    answer = client.post("/office/sign-in", data=typed)
    assert "登录服务暂时不可用" in answer.get_data(as_text=True)


def assets_of(text):
    return sorted(set(re.findall(r'(?:src|href)="(/static/[^"#]+)', text)))


def test_styles_and_scripts_are_kept_for_ever_under_an_address_of_their_edition(client):
    found = assets_of(client.get("/office/sign-in?kept=1").get_data(as_text=True))
    assert {path.partition("?")[0].rpartition(".")[2] for path in found} >= {"css", "js"}
    for path in found:
        assert "?v=" in path
        answer = client.get(path.replace("&amp;", "&"), buffered=True)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        stale = client.get(re.sub(r"v=\w+", "v=of-yesterday", path), buffered=True)
        assert path.startswith("/static/icons.svg") or "immutable" not in stale.headers.get(
            "Cache-Control", ""
        )


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_styles_and_scripts_are_sent_compressed_and_pages_are_not(client, encoding):
    accepts = {"Accept-Encoding": encoding}
    page = client.get("/office/sign-in?kept=1", headers=accepts)
    assert "Content-Encoding" not in page.headers
    for path in assets_of(page.get_data(as_text=True)):
        if path.partition("?")[0].endswith((".css", ".js")):
            answer = client.get(path, headers=accepts, buffered=True)
            assert answer.headers["Content-Encoding"] == encoding, path
            assert "Accept-Encoding" in answer.headers["Vary"]
            plain = client.get(path, buffered=True).data
            assert len(answer.data) < len(plain) / 2
            assert encoding != "gzip" or gzip.decompress(answer.data) == plain


def test_a_name_outside_the_folder_is_not_found(client):
    for name in ("../settings.py", "..%2fsettings.py", "nothing.css"):
        assert client.get(f"/static/{name}", buffered=True).status_code == 404


def test_a_second_visit_to_my_work_brings_less_than_200_kb(town, open_page):
    page = open_page("/office", account="dispatcher")
    page.wait_for_load_state("load")
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    received = []
    devtools.on("Network.loadingFinished", lambda one: received.append(one["encodedDataLength"]))
    page.goto("/office")
    page.wait_for_load_state("networkidle")
    assert 0 < sum(received) < MOST_BYTES


def test_one_service_that_is_down_leaves_its_part_saying_so(tmp_path_factory, chromium):
    """intake stands at a port where nothing answers: the case opens, its petition says so."""
    with Town(tmp_path_factory.mktemp("down"), {"INTAKE_URL": "http://127.0.0.1:1"}) as town:
        case = town.case_of(town.post_petition(title="鹭洲三路积水")["petition_id"])
        context = chromium.new_context(base_url=town.base)
        context.set_default_timeout(60_000)
        page = context.new_page()
        sign_in(page, town, "dispatcher")
        page.goto(f"/office/cases/{case['case_id']}")
        assert page.get_by_role("heading", level=1).inner_text() == "鹭洲三路积水"
        assert "暂时" in page.inner_text("main")
        context.close()


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [("/nothing", 404, "没有找到"), ("/language", 405, "这个地址不能直接打开")],
)
def test_an_error_page_says_what_is_wrong(client, path, status, said):
    answer = client.get(path)
    assert (answer.status_code, said in answer.get_data(as_text=True)) == (status, True)
