"""The public edition of the handbook: what a citizen should know, each with its legal basis.

Written from 《信访工作条例》 (in force 2022-05-01); a lawyer can check every line against it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Point:
    """One thing to know, and the article that it rests on."""

    words: str
    basis: str = ""


@dataclass(frozen=True)
class Elsewhere:
    """Matters that another body decides by its own law: which, where, and by when."""

    matters: str
    where: str
    note: str
    basis: str


@dataclass(frozen=True)
class Term:
    """How long somebody has for something."""

    what: str
    days: str
    basis: str


WHAT = (
    Point(
        "信访就是向党委、政府和有关单位反映情况，提出意见建议、投诉请求。"
        "可以上网、写信、打电话、发传真，也可以当面来。",
        "《信访工作条例》第十七条",
    ),
    Point("信访人可以是个人，也可以是单位和其他组织。", "《信访工作条例》第十七条"),
    Point(
        "书面反映的，请写明姓名（名称）、住址、请求、事实和理由；口头反映的，由工作人员如实记录。",
        "《信访工作条例》第十九条",
    ),
    Point(
        "当面反映，请到有权处理的本级或者上一级机关设立的接待场所；"
        "多人反映同一件事的，推选代表，代表不超过5人。",
        "《信访工作条例》第二十条",
    ),
    Point(
        "同一件事已经受理、正在办理的，不要再向上级重复提出，上级不再受理。",
        "《信访工作条例》第十九条",
    ),
)

ELSEWHERE = (
    Elsewhere(
        "打官司的事：已经起诉、判决不服、申请再审",
        "人民法院",
        "行政诉讼一般在知道之日起6个月内提出。",
        "《信访工作条例》第三十一条（一）；《行政诉讼法》第四十六条",
    ),
    Elsewhere(
        "刑事立案、侦查和监督的事",
        "公安机关、人民检察院",
        "由政法机关依法处理。",
        "《信访工作条例》第三十一条（一）",
    ),
    Elsewhere(
        "工资、社保、工伤等劳动争议",
        "劳动人事争议仲裁委员会",
        "申请仲裁的期限一般是1年。",
        "《信访工作条例》第三十一条（二）；《劳动争议调解仲裁法》第二十七条",
    ),
    Elsewhere(
        "对罚款、许可等行政行为不服",
        "行政复议机关",
        "一般在知道之日起60日内申请。",
        "《信访工作条例》第三十一条（四）；《行政复议法》第二十条",
    ),
    Elsewhere(
        "党员对党内处理不服的申诉",
        "有关党组织",
        "按党内规定办理。",
        "《信访工作条例》第三十一条（三）",
    ),
    Elsewhere(
        "检举、控告公职人员违纪违法",
        "纪检监察机关",
        "在这里提出的，全程保密，由信访局按管理权限转送，不会转给被检举的人和单位。",
        "《信访工作条例》第二十二条、第三十条",
    ),
)
"""Those who bring such a matter in here lose nothing: it is passed on, or they are told where to
go. But the terms of those laws run on."""

TERMS = (
    Term("信访局登记并转给责任单位", "15日内", "《信访工作条例》第二十二条"),
    Term("责任单位书面告诉您怎样办理", "15日内", "《信访工作条例》第二十三条"),
    Term("责任单位办结并答复", "受理之日起60日内", "《信访工作条例》第三十四条"),
    Term("情况复杂，经批准延长", "最多30日，并告诉您理由", "《信访工作条例》第三十四条"),
    Term("不服处理意见，申请复查", "收到答复之日起30日内", "《信访工作条例》第三十五条"),
    Term("复查机关答复", "收到申请之日起30日内", "《信访工作条例》第三十五条"),
    Term("不服复查意见，申请复核", "收到答复之日起30日内", "《信访工作条例》第三十六条"),
    Term("复核机关答复", "收到申请之日起30日内（听证时间不算）", "《信访工作条例》第三十六条"),
)

RIGHTS = (
    Point("随时查询办理到了哪一步，并对办理作出评价。", "《信访工作条例》第二十一条"),
    Point("不公开您的身份；要求保密的，知道的人限于办理所必需。", "《信访工作条例》第四十六条"),
    Point("检举控告材料不得透露、转给被检举控告的人和单位。", "《信访工作条例》第三十条"),
    Point("工作人员与事项或者与您有直接利害关系的，应当回避。", "《信访工作条例》第二十八条"),
    Point("任何单位和个人不得打击报复信访人。", "《信访工作条例》第四十六条"),
)

DUTIES = (
    Point("如实反映，不捏造、歪曲事实，不诬告、陷害他人。", "《信访工作条例》第十九条"),
    Point(
        "不围堵机关、拦截车辆，不携带危险物品，不侮辱、威胁工作人员，不煽动、串联他人，"
        "不滞留接待场所。",
        "《信访工作条例》第二十六条",
    ),
)
