"""The worst that can be typed into the forms of every day: each field says why, and keeps it."""

import pytest
from leading_desk import case_at_unit
from watching import pasted

SCRIPT = "<script>document.title='taken'</script>"
LONG = "信" * 100_000
CONTROL = "甲\u0007乙"


@pytest.fixture(scope="module")
def case_id(town):
    """A case at the transport unit."""
    return case_at_unit(town, "错误输入试一试")


FORMS = {
    "instruction": (
        "leader", "/office/instructions/new?case={case}", "main form.panel",
        {"leader_title": CONTROL, "text": LONG, "due_day": "9999-12-31"},
    ),
    "task": (
        "dispatcher", "/office/tasks/new", "main form.panel",
        {"title": CONTROL, "detail": LONG, "due_day": "0001-01-01"},
    ),
    "meeting": (
        "dispatcher", "/office/meetings/new", "main form.panel",
        {"title": CONTROL, "starts_at": "9999-12-31T23:59", "notice": LONG, "place": "厅" * 300},
    ),
    "meeting-about-nothing": (
        "dispatcher", "/office/meetings/new", "main form.panel", {"case_ids": "😀" + SCRIPT},
    ),
    "contact": (
        "handler", "/office/cases/{case}/contacts", "form[data-keep^=contact-]",
        {"at": "9999-12-31T23:59", "summary": LONG},
    ),
    "action": (
        "handler", "/office/cases/{case}/do/withdraw", "form[data-keep^=act-]",
        {"statement": CONTROL, "reason": LONG},
    ),
    "person": (
        "registrar", "/office/persons", "main form[action='/office/persons']",
        {"phone": "😀", "id_number": "1" * 100_000, "purpose": CONTROL},
    ),
    "ticket": (
        "registrar", "/office/reception", "form[action='/office/reception/tickets']",
        {"people": "-1"},
    ),
    "call": (
        "registrar", "/office/calls", "form[action='/office/calls']",
        {"number": SCRIPT, "began_at": "9999-12-31T23:59", "call_ref": LONG},
    ),
}  # fmt: skip


def send(page, form):
    """Send a form whatever the browser itself would say of it."""
    found = page.locator(form).first
    found.evaluate("form => { form.noValidate = true; }")
    with page.expect_navigation():
        found.evaluate(
            "form => form.requestSubmit("
            "form.querySelector('button:not([type=button]):not([name=preset])'))"
        )


@pytest.mark.parametrize("name", FORMS)
def test_the_worst_is_named_at_each_field_and_stays(town, case_id, open_page, name):
    account, path, form, typed = FORMS[name]
    page = open_page(path.format(case=case_id), account=account)
    page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
    pasted(page, typed)
    send(page, form)
    for field, value in typed.items():
        assert page.locator(f"[id='wrong-{field}']").inner_text().strip(), field
        assert page.locator(f"[name='{field}']").first.input_value() == value, field
    assert page.get_by_role("alert").count() == 1
    assert page.title() != "taken"


@pytest.mark.parametrize("name", ["contact", "person", "call"])
def test_a_choice_and_a_time_that_no_form_offers_are_refused(town, case_id, open_page, name):
    account, path, form, _ = FORMS[name]
    page = open_page(path.format(case=case_id), account=account)
    page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
    forged = page.locator(form).first.evaluate(
        """form => Array.from(form.elements).filter(
            one => one.tagName === "SELECT" || one.type === "datetime-local"
        ).map(one => {
            if (one.tagName === "SELECT") one.append(new Option("假的", "forged", true, true));
            else { one.type = "text"; one.value = "不是时间"; }
            return one.name;
        })"""
    )
    assert forged
    send(page, form)
    for field in forged:
        assert page.locator(f"[id='wrong-{field}']").inner_text().strip(), field


def test_a_time_that_was_left_empty_is_asked_for(town, open_page):
    page = open_page("/office/calls", account="registrar")
    page.locator("form[action='/office/calls'] [name=call_ref]").fill("T-1")
    page.locator("form[action='/office/calls'] [name=began_at]").fill("")
    send(page, "form[action='/office/calls']")
    assert page.locator("#wrong-began_at").inner_text() == "必填。"
