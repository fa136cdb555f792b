"""Coordination: a list, a page and forms for each thing of the table.

GET  /office/<slug>                list, by state
*    /office/<slug>/new            begin one: on ?case=, or from ?source=&source_id=
GET  /office/<slug>/<id>           one, with what may be done and what hangs on it
*    /office/<slug>/<id>/<step>    take a step
"""

from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from console.asking import Answer, Ask, get, post
from console.domain import coordination as tables
from console.domain.coordination import THINGS, Step, Thing
from console.domain.forms import fill
from console.pages.desk import ask, ask_all, needed
from console.pages.languages import own_path
from console.pages.office.coordination_forms import Draft, usual_instruction
from console.pages.office.desk import office

_SLUGS = f"any({', '.join(repr(slug) for slug in THINGS)})"


def _thing(slug: str) -> Thing:
    thing = THINGS[slug]
    if not g.member.has(*thing.readers):
        abort(403)
    return thing


@office.get(f"/<{_SLUGS}:slug>")
def things(slug: str) -> Any:
    """What there is of a kind, by state."""
    thing = _thing(slug)
    asked = {
        name: request.args.get(name, "")
        for name in (thing.filter, "case_id")
        if name and request.args.get(name)
    }
    answers = ask_all(
        listed=get("routing", thing.path, limit=25, cursor=request.args.get("cursor"), **asked),
        units=_units(),
    )
    listed = answers["listed"]
    return render_template(
        "office/coordination/list.html",
        thing=thing,
        listed=listed,
        asked=asked,
        units=_names(answers["units"]),
        cases=_cases_of(thing, listed.items),
    )


@office.route(f"/<{_SLUGS}:slug>/new", methods=["GET", "POST"])
def begin_thing(slug: str) -> Any:
    """Begin one."""
    thing = _thing(slug)
    if not g.member.has(*thing.beginners):
        abort(403)
    about = {name: request.args.get(name, "") for name in ("case", "source", "source_id")}
    back = own_path(request.form.get("here", "")) if "stay" in request.form else None
    return _form(thing, thing.begin, path=thing.path, about=about, back=back)


@office.get(f"/<{_SLUGS}:slug>/<thing_id>")
def thing_page(slug: str, thing_id: str) -> Any:
    """One of them: what it says, what may be done, what hangs on it."""
    thing = _thing(slug)
    one_path = f"{thing.path}/{thing_id}"
    kind = {"reception_id": thing_id} if thing is tables.RECEPTION_DAYS else None
    reads = not g.member.has("partner")
    answers = ask_all(
        one=_one(thing, thing_id),
        units=_units(),
        linked=get("routing", f"{one_path}/cases", route=f"{thing.path}/{{id}}/cases")
        if thing.has_cases
        else None,
        bookings=get("routing", "/v1/reception-bookings", limit=200, **kind) if kind else None,
        drafts=get("routing", "/v1/reply-drafts", task_id=thing_id, state="drafted")
        if thing is tables.TASKS and reads
        else None,
        tasks=get("routing", "/v1/tasks", which="all", source_id=thing_id)
        if thing.slug in tables.SOURCE_PAGES.values() and reads
        else None,
    )
    one = needed(answers["one"])
    bookings = answers.get("bookings")
    rows = [one, *(bookings.items if bookings else [])]
    return render_template(
        "office/coordination/one.html",
        thing=thing,
        one=one,
        units=_names(answers["units"]),
        cases=_cases(rows),
        linked=answers.get("linked"),
        bookings=bookings,
        drafts=answers.get("drafts"),
        tasks=answers.get("tasks"),
        booking_steps=tables.BOOKING_STEPS,
        sources=tables.SOURCES,
        source_pages=tables.SOURCE_PAGES,
        papers=tables.PAPERS,
        paper_states=tables.PAPER_STATES,
        may_begin_task=g.member.has(*tables.OFFICE),
    )


@office.route(f"/<{_SLUGS}:slug>/<thing_id>/<step>", methods=["GET", "POST"])
def take_step(slug: str, thing_id: str, step: str) -> Any:
    """The form of a step; taken where it is sent."""
    thing = _thing(slug)
    if step not in thing.steps:
        abort(404)
    one = needed(ask(_one(thing, thing_id)))
    wanted = thing.steps[step]
    return _form(thing, wanted, path=f"{thing.path}/{thing_id}/{wanted.end or step}", one=one)


@office.post("/meetings/<thing_id>/papers")
def draw_up_paper(thing_id: str) -> Any:
    """Draw up the notice or the minutes of a meeting as a paper of one of its cases."""
    kind = request.form.get("kind")
    body = {"kind": kind, "case_id": request.form.get("case_id") or None}
    path = f"/v1/meetings/{thing_id}/papers"
    key = request.form.get("key")
    answer = ask(post("routing", path, body, route="/v1/meetings/{id}/papers", key=key))
    if answer.ok:
        flash(_("已拟好，请到所在事项的文书中送审、出具。"), "done")
    else:
        flash(_why(answer), "wrong")
    return redirect(url_for("office.thing_page", slug="meetings", thing_id=thing_id), code=303)


@office.route("/reception-bookings/<booking_id>/<step>", methods=["GET", "POST"])
def settle_booking(booking_id: str, step: str) -> Any:
    """What became of a booking: received, missed or cancelled."""
    if step not in tables.BOOKING_STEPS:
        abort(404)
    day = request.args.get("day", "")
    thing = tables.RECEPTION_DAYS
    listed = ask(get("routing", "/v1/reception-bookings", reception_id=day, limit=200))
    one = next((row for row in listed.items if row["id"] == booking_id), None)
    if one is None:
        abort(404)
    path = f"/v1/reception-bookings/{booking_id}/{step}"
    back = url_for("office.thing_page", slug=thing.slug, thing_id=day)
    return _form(thing, tables.BOOKING_STEPS[step], path=path, one=one, back=back)


@office.post("/reply-drafts/<draft_id>/<any(use, discard):step>")
def settle_draft(draft_id: str, step: str) -> Any:
    """Mark a suggested reply as used or discarded."""
    sent = request.form
    path = f"/v1/reply-drafts/{draft_id}/{step}"
    answer = ask(post("routing", path, key=sent.get("key"), version=sent.get("version")))
    flash(_("已标记。") if answer.ok else _why(answer), "done" if answer.ok else "wrong")
    return redirect(url_for("office.thing_page", slug="tasks", thing_id=sent["task_id"]), code=303)


def _form(
    thing: Thing,
    step: Step,
    *,
    path: str,
    one: dict[str, Any] | None = None,
    about: dict[str, str] | None = None,
    back: str | None = None,
) -> Any:
    """A step's form; where it is sent, the step is taken and its thing shown."""
    about = about or {}
    draft = Draft(step, request.form, about, one)
    refused: Answer | None = None
    if request.method == "POST":
        body, case_id = draft.read()
        if not draft.errors:
            there = (
                f"/v1/cases/{case_id}{path.removeprefix('/v1')}" if _begins(thing, one) else path
            )
            version = request.form.get("version") if one else None
            key = request.form.get("key")
            answer = ask(post("routing", there, body, key=key, version=version))
            if answer.ok:
                flash(draft.done(), "done")
                shown = back or url_for(
                    "office.thing_page",
                    slug=thing.slug,
                    thing_id=one["id"] if one else answer.body["id"],
                )
                return redirect(shown, code=303)
            refused = answer
    units = ask(_units())
    if one and refused and refused.stale:
        one = needed(ask(_one(thing, one["id"]))) if back is None else one
    shown = render_template(
        "office/coordination/step.html",
        thing=thing,
        step=step,
        one=one,
        about=about,
        fields=fill(list(draft.asks), draft.sent),
        errors=draft.errors | (refused.errors if refused else {}),
        refused=refused,
        units=draft.offered(units.items),
        partners=[unit for unit in units.items if unit["kind"] == "social"],
        presets=thing.presets if one is None else (),
        usual={"leader_title": usual_instruction().leader_title}
        if thing is tables.INSTRUCTIONS and one is None
        else {},
        case=draft.case,
        back=back
        or (
            url_for("office.thing_page", slug=thing.slug, thing_id=one["id"])
            if one
            else url_for("office.things", slug=thing.slug)
        ),
    )
    status = 422 if draft.errors else 200 if refused is None else (refused.status or 503)
    return shown, status


def _begins(thing: Thing, one: dict[str, Any] | None) -> bool:
    return thing.on_case and one is None


def _one(thing: Thing, thing_id: str) -> Ask:
    return get("routing", f"{thing.path}/{thing_id}", route=f"{thing.path}/{{id}}")


def _units() -> Ask:
    return get("routing", "/v1/units")


def _names(units: Answer) -> dict[str, str]:
    return {one["code"]: one["name"] for one in units.items}


def _cases_of(thing: Thing, rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The cases that a list names in its heading."""
    return _cases(rows) if thing.heading.kind == "case" else {}


def _cases(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The cases of these rows, those that the reader may see."""
    ids = {row["case_id"] for row in rows if row.get("case_id")}
    found = ask_all(
        **{one: get("routing", f"/v1/cases/{one}", route="/v1/cases/{id}") for one in ids}
    )
    return {case_id: answer.body for case_id, answer in found.items() if answer.ok}


def _why(answer: Answer) -> str:
    return answer.detail or _("服务暂时不可用，没有办成。")
