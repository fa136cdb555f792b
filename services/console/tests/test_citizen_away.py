"""Intake is away when a citizen sends what they wrote: nothing is lost, nothing is sent twice."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from citizens import begin, fill_in_all, see
from town import Town

_PASSED_ON = ("Content-Type", "Authorization", "If-Match", "Idempotency-Key", "Accept-Language")


class Line:
    """The line from the console to intake, which can be cut: it then answers 503."""

    def __init__(self) -> None:
        line = self
        self.cut, self.base = False, ""

        class Passing(BaseHTTPRequestHandler):
            def pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if line.cut:
                    return self.answer(503, b"{}")
                headers = {name: self.headers[name] for name in _PASSED_ON if self.headers[name]}
                address = f"{line.base}/intake{self.path}"
                found = httpx.request(
                    self.command, address, content=body, headers=headers, timeout=60
                )
                return self.answer(found.status_code, found.content)

            do_GET = do_POST = do_PATCH = pass_on

            def answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Passing)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def line() -> Iterator[Line]:
    running = Line()
    yield running
    running.close()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, line: Line) -> Iterator[Town]:
    """A town whose pages reach intake over a line."""
    settings = {"INTAKE_URL": line.url}
    with Town(tmp_path_factory.mktemp("town-on-a-line"), settings=settings) as running:
        line.base = running.base
        yield running


def test_what_is_sent_while_intake_is_away_can_be_sent_again(line, open_page):
    page = open_page("/")
    fill_in_all(page)
    page.get_by_label("我反映的情况属实").check()
    line.cut = True
    page.get_by_role("button", name="提交").click()
    see(page, "您填写的内容已经存好，不用重新填。")
    line.cut = False
    page.get_by_role("button", name="再次提交").click()
    page.wait_for_url("**/bring/receipt")
    assert page.locator("#petition-no").inner_text().startswith("XF")


def test_a_page_that_could_not_be_kept_still_holds_what_was_typed(line, open_page):
    page = open_page("/")
    begin(page)
    line.cut = True
    page.get_by_label("一句话说明").fill("井盖松动")
    page.get_by_label("事情经过").fill("车压过去很响。")
    page.get_by_role("button", name="下一步").click()
    see(page, "服务暂时不可用，没有送出。")
    assert page.get_by_label("一句话说明").input_value() == "井盖松动"
    line.cut = False
    page.get_by_role("button", name="下一步").click()
    page.wait_for_url("**/bring/where")
