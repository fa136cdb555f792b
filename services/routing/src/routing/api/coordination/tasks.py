"""Tasks that were decided, followed until they are done, and the replies they draft."""

from typing import Any

from routing.api.coordination.steps import BUREAU_AND_UNITS, acting, step, telling, version
from routing.api.routes import api
from routing.schemas.coordination import tasks as schemas
from routing.schemas.coordination.common import CoordinationReasonIn, LinkedCasesOut
from routing.use_cases.coordination import drafts as draft_use_cases
from routing.use_cases.coordination import tasks as use_cases
from shared.web.api import Call
from shared.web.fields import PageQuery

_ONE = "/v1/tasks/<task_id>"
_DRAFT = "/v1/reply-drafts/<draft_id>"


@step("task", "set", "/v1/tasks", body=schemas.TaskIn, answer=schemas.TaskOut, begins=True)
def set_task(call: Call) -> dict[str, Any]:
    """Give a unit a task with a due day, from a meeting, an instruction, a charge or a case."""
    return use_cases.set_task(call.session, **telling(call))


@api.get("/v1/tasks", who=BUREAU_AND_UNITS, query=schemas.TasksQuery, answer=schemas.TasksOut)
def tasks(call: Call) -> dict[str, Any]:
    """The tasks one may know of, what is due first first: the bureau's, or one's own unit's."""
    return use_cases.list_tasks(call.session, query=call.query, by=call.principal, clock=call.clock)


@api.get(_ONE, who=BUREAU_AND_UNITS, answer=schemas.TaskOut)
def task(call: Call) -> dict[str, Any]:
    """A task with its journal."""
    return use_cases.task_for(call.session, task_id=call.path["task_id"], **acting(call))


@api.get(f"{_ONE}/cases", who=BUREAU_AND_UNITS, query=PageQuery, answer=LinkedCasesOut)
def task_cases(call: Call) -> dict[str, Any]:
    """The cases that a task is on: title and masked words; secret ones only for who sees them."""
    return use_cases.list_task_cases(
        call.session, task_id=call.path["task_id"], query=call.query, by=call.principal
    )


def _move(call: Call, name: str) -> dict[str, Any]:
    return use_cases.move_task(
        call.session,
        name=name,
        task_id=call.path["task_id"],
        if_match=version(call),
        **telling(call),
    )


@step("task", "accept", f"{_ONE}/accept", body=None, answer=schemas.TaskOut)
def accept_task(call: Call) -> dict[str, Any]:
    """The unit takes the task on."""
    return _move(call, "accept")


@step("task", "report", f"{_ONE}/report", body=schemas.TaskReportIn, answer=schemas.TaskOut)
def report_task(call: Call) -> dict[str, Any]:
    """The unit reports what came of it."""
    return _move(call, "report")


@step("task", "finish", f"{_ONE}/finish", body=None, answer=schemas.TaskOut)
def finish_task(call: Call) -> dict[str, Any]:
    """Accept the result as done, which drafts a reply to every joined petition."""
    return _move(call, "finish")


@step("task", "return", f"{_ONE}/return", body=schemas.TaskReturnIn, answer=schemas.TaskOut)
def return_task(call: Call) -> dict[str, Any]:
    """Send the task back to the unit, with the reason."""
    return _move(call, "return")


@step("task", "cancel", f"{_ONE}/cancel", body=CoordinationReasonIn, answer=schemas.TaskOut)
def cancel_task(call: Call) -> dict[str, Any]:
    """Take the task back, with the reason."""
    return _move(call, "cancel")


@api.get(
    "/v1/reply-drafts", who=BUREAU_AND_UNITS, query=schemas.DraftsQuery, answer=schemas.DraftsOut
)
def reply_drafts(call: Call) -> dict[str, Any]:
    """The replies that finished tasks suggest for the cases one may see, newest first."""
    return draft_use_cases.list_drafts(call.session, query=call.query, by=call.principal)


def _settle(call: Call, name: str) -> dict[str, Any]:
    return draft_use_cases.settle_draft(
        call.session,
        name=name,
        draft_id=call.path["draft_id"],
        if_match=version(call),
        **acting(call),
    )


@step("draft", "use", f"{_DRAFT}/use", body=None, answer=schemas.DraftOut)
def use_draft(call: Call) -> dict[str, Any]:
    """Mark a draft as used; the reply itself is issued by the procedure."""
    return _settle(call, "use")


@step("draft", "discard", f"{_DRAFT}/discard", body=None, answer=schemas.DraftOut)
def discard_draft(call: Call) -> dict[str, Any]:
    """Mark a draft as discarded."""
    return _settle(call, "discard")
