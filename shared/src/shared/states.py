"""The states a case goes through, as routing's procedure names them, for whoever shows one.

The vocabulary is open: a newer routing may send a state that is not here, and it is shown by its
code.
"""

NAMES = {
    "registered": "已登记",
    "reported": "报请决定",
    "forwarded": "已转送",
    "assigned": "已交办",
    "objected": "异议待核",
    "accepted": "已受理",
    "handling": "办理中",
    "simple": "简易办理中",
    "extended": "延期办理中",
    "studying": "研究办理中",
    "performing": "履职办理中",
    "hearing": "听证中",
    "mediating": "调解中",
    "replied": "已出具待送达",
    "served": "已送达",
    "report_review": "办结报告待审核",
    "reviewing": "复查中",
    "review_decided": "复查意见待送达",
    "review_served": "复查已送达",
    "re_reviewing": "复核中",
    "re_review_decided": "复核意见待送达",
    "terminated": "已终结",
    "termination_filed": "终结备案",
    "channelled": "已导入法定程序",
    "transferred": "已转政法机关",
    "guided": "已引导",
    "declined": "不予受理",
    "no_longer_accepted": "不再受理",
    "filed": "存",
    "withdrawn": "已撤回",
    "voided": "已作废",
    "merged": "已合并",
    "closed": "办结",
    "archived": "已归档",
}
ENDED = frozenset(
    {
        *("terminated", "termination_filed", "channelled", "transferred", "guided", "declined"),
        *("no_longer_accepted", "filed", "withdrawn", "voided", "merged", "closed"),
        "archived",
    }
)
"""States in which nothing is owed any more; some can still be left, by reopening or unmerging."""


def name_of(state: str) -> str:
    """The state's name; the code itself where it is not known here."""
    return NAMES.get(state, state)
