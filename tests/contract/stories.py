"""Ways that a case can go beside the straight one: each tells of events that examples keep."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from routing.domain.catalogue import load_catalogue
from shared.clock import office_day

if TYPE_CHECKING:
    from scenario import Scenario


REPLY = (
    "坑洼已由养护单位于三日内修补，排水口已疏通。"
    "如不服本意见，可自收到之日起30日内向云屏区人民政府申请复查。"
)


def _objected(scenario: Scenario) -> None:
    """A unit objects, the office takes the case back, another is designated."""
    receipt = scenario.register()
    scenario.act(receipt, "forward", unit="transport")
    reasons = "该路段由城市管理部门养护，不属我局职责，附路段移交协议。"
    scenario.act(receipt, "object", reasons=reasons)
    scenario.act(receipt, "uphold_objection", "dispatcher", reason="经核实属实。")
    scenario.act(receipt, "designate", "dispatcher", unit="transport",
                 decided_by="区联席会议办公室", reason="经会商指定。")  # fmt: skip


def _declined(scenario: Scenario) -> None:
    """A visit that skips a level is guided down and not accepted."""
    receipt = scenario.register(channel="visit")
    scenario.act(receipt, "decline", "dispatcher", ground="N4", reason="应先向区交通运输局提出。",
                 body_name="区交通运输局", lower_body="transport")  # fmt: skip


def _channelled(scenario: Scenario) -> None:
    """The matter is for arbitration."""
    receipt = scenario.register()
    scenario.act(receipt, "forward", unit="transport")
    scenario.act(receipt, "accept")
    scenario.act(receipt, "channel", route="arbitration", body_name="区劳动人事争议仲裁委员会",
                 reason="属劳动争议。")  # fmt: skip


def _reviewed(scenario: Scenario) -> None:
    """Extended, answered, reviewed, re-reviewed, ended, filed."""
    receipt = scenario.register()
    scenario.act(receipt, "forward", unit="transport")
    scenario.act(receipt, "accept")
    scenario.act(receipt, "extend", "unit_head", days=30, reason="需专业检测，情况复杂。")
    scenario.act(receipt, "contact", text="电话告知延期理由。")
    scenario.act(receipt, "reply", text=REPLY, outcome="partly")
    scenario.act(receipt, "serve", **scenario.proof())
    scenario.act(receipt, "ask_review", "dispatcher", reason="对答复不服。")
    scenario.act(receipt, "decide_review", "reviewer", decision="uphold", text="维持原意见。",
                 opinion_no="云复查〔2026〕1号")  # fmt: skip
    scenario.act(receipt, "serve_review", "reviewer", **scenario.proof())
    scenario.act(receipt, "ask_re_review", "dispatcher", reason="对复查意见不服。")
    scenario.act(receipt, "decide_re_review", "reviewer", acting="second-reviewer",
                 decision="uphold", text="维持复查意见。",
                 opinion_no="云复核〔2026〕1号")  # fmt: skip
    scenario.act(receipt, "serve_re_review", "reviewer", **scenario.proof())
    scenario.act(receipt, "file_termination", "dispatcher", number="备〔2026〕1号")


def _joined(scenario: Scenario) -> None:
    """A petition about the same matter joins the open case."""
    first, again = scenario.register(), scenario.register()
    scenario.act(first, "forward", unit="transport")
    scenario.act(again, "join", "dispatcher", into=scenario.case_of(first)["case_id"])


def _withdrawn(scenario: Scenario) -> None:
    """The petitioner withdraws."""
    receipt = scenario.register()
    scenario.act(receipt, "withdraw", "registrar", petition_ids=[receipt["petition_id"]],
                 statement="书面声明一份")  # fmt: skip


def _issued(scenario: Scenario) -> None:
    """The letter with which a case is forwarded is drawn up, signed off and issued."""
    receipt = scenario.register()
    scenario.act(receipt, "forward", unit="transport")
    office = scenario.offices["routing"]
    letter = load_catalogue().documents["transfer_letter"]
    given = {name: element.sample for name, element in letter.elements.items()}
    fields = {name: value for name, value in given.items() if value is not None}
    path = f"/v1/cases/{scenario.case_of(receipt)['case_id']}/documents"
    paper = office.post(path, "dispatcher", json={"kind": letter.code, "fields": fields}).json
    for move in ("submit", "approve", "issue"):
        path = f"/v1/documents/{paper['document_id']}/{move}"
        answer = office.post(path, "dispatcher", json={})
        assert answer.status_code == 200, answer.json
    scenario.deliver()


def _withheld(scenario: Scenario) -> None:
    """What accuses is kept from the accused, and opened to one who is named."""
    receipt = scenario.register(channel="visit", purpose="accusation")
    scenario.act(receipt, "protect", "leader", accused_accounts=["qian"],
                 accused_units=["transport"], reason="来信反映该单位人员。")  # fmt: skip
    scenario.act(receipt, "grant_access", "leader", account="zhou", reason="协助核查。")
    scenario.act(receipt, "forward", unit="discipline", category="other")


def _erased(scenario: Scenario) -> None:
    """A case is withdrawn, and on request the petitioner and the words are erased."""
    receipt = scenario.register()
    scenario.act(receipt, "withdraw", "registrar", petition_ids=[receipt["petition_id"]],
                 statement="书面声明一份")  # fmt: skip
    scenario.deliver()
    path = f"/v1/petitions/{receipt['petition_id']}/erase"
    answer = scenario.offices["intake"].post(path, "leader", json={"reason": "信访人书面申请"})
    assert answer.status_code == 200, answer.json
    scenario.deliver()


def _registered_wrongly(scenario: Scenario) -> None:
    """One is suspected of accusing and cleared, one corrected, one registered twice and void."""
    suspected = scenario.register(content="村主任收受施工队红包，路烂了三年没有修。")
    _at_intake(scenario, suspected, "suspicion", "dispatcher",
               decision="cleared", reason="转述传闻，诉求是修路。")  # fmt: skip
    right, again = scenario.register(), scenario.register()
    _at_intake(scenario, right, "corrections", "registrar",
               changes={"title": "海月路路灯不亮"}, reason="路名录错。")  # fmt: skip
    _at_intake(scenario, again, "void", "registrar",
               instead=right["petition_no"], reason="同一封信扫描了两次。")  # fmt: skip


def _requested(scenario: Scenario) -> None:
    """Petitioners supplement, apply for review too early and in time, and withdraw, on paper."""
    receipt = scenario.register()
    scenario.act(receipt, "forward", unit="transport")
    scenario.act(receipt, "accept")
    _on_paper(scenario, receipt, "supplement", content="补充照片两张。")
    _on_paper(scenario, receipt, "re_review", content="对答复不服。")
    scenario.act(receipt, "reply", text=REPLY, outcome="partly")
    scenario.act(receipt, "serve", **scenario.proof())
    _on_paper(scenario, receipt, "review", content="对答复不服。")
    _on_paper(scenario, receipt, "withdraw")


def _on_paper(scenario: Scenario, receipt: dict[str, Any], kind: str, **more: Any) -> None:
    day = office_day(scenario.clock.now()).isoformat()
    paper = {"on_file": "2026年来访卷第3页", "signed_on": day}
    _at_intake(scenario, receipt, "requests", "registrar", kind=kind, paper=paper, **more)


def _at_intake(
    scenario: Scenario, receipt: dict[str, Any], thing: str, role: str, **body: Any
) -> None:
    scenario.clock.advance(hours=1)
    path = f"/v1/petitions/{receipt['petition_id']}/{thing}"
    answer = scenario.offices["intake"].post(path, role, json=body)
    assert answer.status_code in {200, 201}, answer.json
    scenario.deliver()


STORIES: dict[str, Callable[[Scenario], None]] = {
    "objected-and-designated": _objected,
    "declined": _declined,
    "channelled": _channelled,
    "extended-reviewed-terminated": _reviewed,
    "document-issued": _issued,
    "joined": _joined,
    "withdrawn": _withdrawn,
    "registered-wrongly": _registered_wrongly,
    "requested-by-the-petitioner": _requested,
    "withheld": _withheld,
    "erased": _erased,
}
"""What can happen to a case beside the straight way, each with the events that tell of it."""
