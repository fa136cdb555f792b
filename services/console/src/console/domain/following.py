"""What a citizen is told beside the stages of their petition: what comes next, how to judge."""

import re
import unicodedata
from dataclasses import dataclass

PETITION_NO = re.compile(r"[0-9A-Z-]{6,20}\Z", re.ASCII)


@dataclass(frozen=True)
class Next:
    """What comes next, in plain words, and the article that it rests on."""

    words: str
    basis: str = ""


NEXT_OTHERWISE = Next("如有疑问，请到信访局窗口或者打电话询问。")
_REVIEW = "不服的，可以在收到之日起30日内申请{}，申请入口在本页下方。"
NEXT = {
    "registered": Next("信访局将在15日内确定由哪个单位办理。", "《信访工作条例》第二十二条"),
    "forwarded": Next("责任单位将在15日内书面告诉您怎样办理。", "《信访工作条例》第二十三条"),
    "assigned": Next("责任单位将在15日内书面告诉您怎样办理。", "《信访工作条例》第二十三条"),
    "accepted": Next(
        "责任单位调查核实后答复您，一般在受理之日起60日内。", "《信访工作条例》第三十四条"
    ),
    "handling": Next(
        "责任单位调查核实后答复您，一般在受理之日起60日内。", "《信访工作条例》第三十四条"
    ),
    "extended": Next("情况复杂，经批准可以延长，最多30日。", "《信访工作条例》第三十四条"),
    "simple": Next("按简易程序办理，会比一般事项更快答复您。", "《信访事项简易办理办法》"),
    "studying": Next("有关单位研究后，把是否采纳告诉您。", "《信访工作条例》第二十九条"),
    "performing": Next(
        "有关单位按照它的法定职责处理，并把结果告诉您。", "《信访工作条例》第三十一条"
    ),
    "hearing": Next("听证结束后，责任单位作出处理意见。", "《信访工作条例》第三十一条"),
    "mediating": Next(
        "调解达成一致的，签订协议；达不成的，继续办理。", "《信访工作条例》第三十三条"
    ),
    "replied": Next("处理意见书正在送给您，请留意电话、短信和信件。", "《信访工作条例》第三十二条"),
    "served": Next(_REVIEW.format("复查"), "《信访工作条例》第三十五条"),
    "reviewing": Next("复查机关将在收到申请之日起30日内答复您。", "《信访工作条例》第三十五条"),
    "review_decided": Next("复查意见书正在送给您。", "《信访工作条例》第三十五条"),
    "review_served": Next(_REVIEW.format("复核"), "《信访工作条例》第三十六条"),
    "re_reviewing": Next("复核机关将在收到申请之日起30日内答复您。", "《信访工作条例》第三十六条"),
    "re_review_decided": Next("复核意见书正在送给您。", "《信访工作条例》第三十六条"),
    "terminated": Next(
        "三级办理已经走完。对同一事实和理由，不再受理；有新的事实，可以另行提出。",
        "《信访工作条例》第三十六条",
    ),
    "closed": Next("办理已经结束。请您评价；不服的，看本页下方是否还能申请复查。"),
    "archived": Next("办理已经结束，材料已归档。"),
    "withdrawn": Next("您已撤回。以后有需要，可以重新反映。"),
    "channelled": Next(
        "请按书面告知的途径办理，例如诉讼、仲裁、行政复议；注意它们各有期限。",
        "《信访工作条例》第三十一条",
    ),
    "guided": Next("请按告知的途径，向有权处理的机关提出。", "《信访工作条例》第二十三条"),
    "transferred": Next("由政法机关依法处理，并按它的程序告诉您。", "《信访工作条例》第二十二条"),
    "merged": Next("您的事项与另一件并在一起办理，结果同样会告诉您。"),
    "voided": Next("请按提示的编号查询；没有新编号的，请到窗口询问。"),
}
"""By the state that intake shows; a state of tomorrow gets `NEXT_OTHERWISE`."""

OBJECTS = {"petition_office": "信访部门", "handling_unit": "责任单位"}
ABOUT = {
    "petition_office": "登记、转办是否及时，态度好不好",
    "handling_unit": "办理是否认真，结果是否解决问题",
}
GRADES = {"satisfied": "满意", "basically_satisfied": "基本满意", "dissatisfied": "不满意"}
GRADE_ICONS = {
    "satisfied": "emoji-smile",
    "basically_satisfied": "emoji-neutral",
    "dissatisfied": "emoji-frown",
}


@dataclass(frozen=True)
class Asking:
    """A thing that a citizen may ask for: its page, its words, and what they are told before."""

    path: str
    title: str
    what: str
    told: str
    basis: str = ""
    needs_words: bool = True


ASKINGS = {
    "supplement": Asking(
        "supplement",
        "补充材料",
        "补充说明",
        "新的情况、证据可以随时补充。补充材料不影响办理期限。",
    ),
    "withdraw": Asking(
        "withdraw",
        "撤回",
        "撤回的理由（可以不填）",
        "撤回后不再办理。多人联名的，不能由一个人撤回，请带全体签名的书面材料到窗口。",
        needs_words=False,
    ),
    "review": Asking(
        "review",
        "申请复查",
        "您的请求和理由",
        "写明对处理意见哪里不服、要求怎样处理。由原办理单位的上一级机关复查。",
        "《信访工作条例》第三十五条：自收到书面答复之日起30日内申请，30日内答复。",
    ),
    "re_review": Asking(
        "re-review",
        "申请复核",
        "您的请求和理由",
        "写明对复查意见哪里不服、要求怎样处理。由复查机关的上一级机关复核，复核意见是最后的意见。",
        "《信访工作条例》第三十六条：自收到书面答复之日起30日内申请，30日内答复。",
    ),
}
KIND_OF_PATH = {asking.path: kind for kind, asking in ASKINGS.items()}


def number_of(typed: str) -> str:
    """A petition number as it was meant: full-width characters, spaces and case do not matter."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", typed)).upper()
