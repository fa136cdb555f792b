"""What the pages of one case share: its head with stages, and word that somebody changed it.

Every page of a case asks for the case beside what it shows; the frame polls whether the version on
the screen is still the newest, and touches nothing that is being typed.
"""

from http import HTTPStatus
from typing import Any

from flask import Response, render_template, request, url_for

from console.asking import Answer, Ask, get
from console.domain.stages import bar
from console.pages.desk import ask, ask_all, needed
from console.pages.office.desk import office


def case_and(case_id: str, **asks: Ask | None) -> tuple[dict[str, Any], dict[str, Answer]]:
    """The case, without which there is no page, and what else is asked for."""
    answers = ask_all(case=get_case(case_id), **asks)
    return needed(answers.pop("case")), answers


def get_case(case_id: str) -> Ask:
    return get("routing", f"/v1/cases/{case_id}", route="/v1/cases/{id}")


def of_case(case_id: str, part: str, **params: Any) -> Ask:
    """A part of a case, as routing keeps it."""
    return get("routing", f"/v1/cases/{case_id}/{part}", route=f"/v1/cases/{{id}}/{part}", **params)


def show(template: str, case: dict[str, Any], *, status: int = 200, **values: Any) -> Any:
    """A page of a case in its frame."""
    here = url_for("office.case", case_id=case["case_id"])
    return render_template(template, case=case, here=here, stages=bar(case), **values), status


@office.get("/cases/<case_id>/changed")
def case_changed(case_id: str) -> Any:
    """Word that the case is at another version than the page shows; nothing while it is not."""
    answer = ask(get_case(case_id))
    if not answer.ok or str(answer.body["version"]) == request.args.get("version"):
        return Response(status=HTTPStatus.NO_CONTENT)
    return render_template("office/case_changed.html", case=answer.body)
