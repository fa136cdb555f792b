"""What leaders do: instructions 批示 and taking charge 包案 (T22 Art.18(2))."""

from typing import Any

from routing.api.coordination.steps import BUREAU_AND_UNITS, acting, step, telling, version
from routing.api.routes import api
from routing.schemas.coordination import leaders as schemas
from routing.use_cases.coordination import instructions as use_cases
from shared.web.api import Call


@step("instruction", "give", "/v1/cases/<case_id>/instructions", body=schemas.InstructionIn,
      answer=schemas.InstructionOut, begins=True)  # fmt: skip
def give_instruction(call: Call) -> dict[str, Any]:
    """Give a leader's instruction on a case, or record one given on paper."""
    return use_cases.give_instruction(call.session, case_id=call.path["case_id"], **telling(call))


@step("instruction", "answer", "/v1/instructions/<instruction_id>/answer",
      body=schemas.InstructionAnswerIn, answer=schemas.InstructionOut)  # fmt: skip
def answer_instruction(call: Call) -> dict[str, Any]:
    """Answer an instruction, for the unit that it was given to."""
    return use_cases.answer_instruction(
        call.session,
        instruction_id=call.path["instruction_id"],
        if_match=version(call),
        **telling(call),
    )


@api.get(
    "/v1/instructions",
    who=BUREAU_AND_UNITS,
    query=schemas.InstructionsQuery,
    answer=schemas.InstructionsOut,
)
def instructions(call: Call) -> dict[str, Any]:
    """The instructions on the cases one may see, newest first."""
    return use_cases.list_on_cases(
        call.session, thing="instruction", query=call.query, **acting(call)
    )


@api.get("/v1/instructions/<instruction_id>", who=BUREAU_AND_UNITS, answer=schemas.InstructionOut)
def instruction(call: Call) -> dict[str, Any]:
    """An instruction with its journal."""
    return use_cases.one_on_case(
        call.session,
        thing="instruction",
        thing_id=call.path["instruction_id"],
        **acting(call),
    )


@step("charge", "take", "/v1/cases/<case_id>/charges", body=schemas.ChargeIn,
      answer=schemas.ChargeOut, begins=True)  # fmt: skip
def take_charge(call: Call) -> dict[str, Any]:
    """A leader takes charge of a case; one at a time."""
    return use_cases.take_charge(call.session, case_id=call.path["case_id"], **telling(call))


@step("charge", "end", "/v1/charges/<charge_id>/end", body=schemas.ChargeEndIn,
      answer=schemas.ChargeOut)  # fmt: skip
def end_charge(call: Call) -> dict[str, Any]:
    """End a leader's charge, with what came of it."""
    return use_cases.end_charge(
        call.session, charge_id=call.path["charge_id"], if_match=version(call), **telling(call)
    )


@api.get("/v1/charges", who=BUREAU_AND_UNITS, query=schemas.ChargesQuery, answer=schemas.ChargesOut)
def charges(call: Call) -> dict[str, Any]:
    """The charges on the cases one may see, newest first."""
    return use_cases.list_on_cases(call.session, thing="charge", query=call.query, **acting(call))


@api.get("/v1/charges/<charge_id>", who=BUREAU_AND_UNITS, answer=schemas.ChargeOut)
def charge(call: Call) -> dict[str, Any]:
    """A charge with its journal."""
    return use_cases.one_on_case(
        call.session, thing="charge", thing_id=call.path["charge_id"], **acting(call)
    )
