"""What the city refused is seen with its reason and pushed again, and then the city has it."""

import os
import subprocess
import sys
import time

import httpx
import pytest
from leading_desk import case_at_unit
from town import Town

from shared.local_secrets import local_secrets


class City:
    """The simulated city as a process of the test's own, so that it can be told to refuse."""

    def __init__(self, folder, token):
        command = [sys.executable, "-m", "sync_municipal", "city-simulator", "--with-parent"]
        self._process = subprocess.Popen(
            [*command, "--port", "0", "--data", str(folder / "city.sqlite")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"CITY_TOKEN": token},
        )
        self.url = self._process.stdout.readline().split()[1]
        self._http = httpx.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {token}"}, timeout=60
        )

    def behave(self, mode):
        self._http.put("/_control", json={"mode": mode}).raise_for_status()

    def has(self, case_id):
        return self._http.get(f"/cases/{case_id}").status_code == httpx.codes.OK

    def close(self):
        self._http.close()
        self._process.kill()
        self._process.communicate()


@pytest.fixture(scope="module")
def var(tmp_path_factory):
    return tmp_path_factory.mktemp("exchanging")


@pytest.fixture(scope="module")
def city(var):
    found = City(var, local_secrets(var)["CITY_TOKEN"])
    yield found
    found.close()


@pytest.fixture(scope="module")
def town(var, city):
    with Town(var, {"CITY_URL": city.url}) as running:
        yield running


def test_what_the_city_refused_is_pushed_again_and_arrives(town, city, open_page):
    city.behave("refuse")
    case_id = case_at_unit(town, "推送被退回的一件")
    refused_by = time.monotonic() + 60
    while not _exchanges(town, "refused"):
        assert time.monotonic() < refused_by
        time.sleep(0.2)
    page = open_page("/office/dead-events", account="admin")
    shown = page.locator("#refused tbody tr")
    assert "told to refuse" in shown.first.inner_text()
    assert not city.has(case_id)

    city.behave("ok")
    while shown.count():
        shown.get_by_role("button", name="重新推送").first.click()
        page.locator("#messages [data-done]").wait_for()
    assert "没有被退回的推送" in page.locator("#refused").inner_text()
    arrived_by = time.monotonic() + 60
    while not city.has(case_id):
        assert time.monotonic() < arrived_by
        time.sleep(0.2)
    assert _exchanges(town, "refused") == []


def _exchanges(town, status):
    return town.get("admin", "sync-municipal", "/v1/exchanges", status=status)["items"]
