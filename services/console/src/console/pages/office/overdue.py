"""What is overdue: each unit's number, the duties by how long, and petitions without a case."""

from typing import Any

from flask import g, render_template, request

from console.asking import get
from console.domain.menus import BUREAU
from console.pages.desk import ask_all
from console.pages.doors import open_to
from console.pages.office.coordination_forms import usual_instruction
from console.pages.office.desk import office


@office.get("/overdue")
@open_to("registrar", "dispatcher", "handler", "unit_head", "reviewer", "supervisor", "leader",
         "auditor", "admin")  # fmt: skip
def overdue() -> Any:
    """The units and the duties, longest overdue first; for the bureau the alarms too."""
    unit, cursor = request.args.get("unit"), request.args.get("cursor")
    answers = ask_all(
        units=get("supervision", "/v1/overdue/units"),
        listed=get("supervision", "/v1/overdue", unit=unit, cursor=cursor, limit=50),
        alarms=get("supervision", "/v1/alarms", limit=50) if g.member.has(*BUREAU) else None,
    )
    units = answers["units"].items
    chosen = next((one for one in units if (one["unit"] or "-") == unit), None) if unit else None
    return render_template(
        "office/overdue.html",
        units=answers["units"],
        listed=answers["listed"],
        alarms=answers.get("alarms"),
        unit=unit,
        chosen=chosen,
        clocks=sum(one["clocks"] for one in units),
        cases=sum(one["cases"] for one in units),
        usual=usual_instruction() if g.member.has("leader") else None,
    )
