"""Letters as they arrive (来信): states, why one is not registered, which dates can be true."""

import datetime as dt
import re

from shared.clock import day_ends
from shared.errors import both

WAITING, REGISTERED, SUPPLEMENTED, CLOSED = "waiting", "registered", "supplemented", "closed"
STATES = {
    WAITING: "待登记",
    REGISTERED: "已登记",
    SUPPLEMENTED: "已作为补充材料归入",
    CLOSED: "不作登记",
}
REASONS = {
    "no_matter": "没有信访内容",
    "elsewhere": "不是寄给本单位，已转送或者退回",
    "illegible": "无法辨认",
    "logged_twice": "重复收录",
    "mistake": "收录有误，另行收录",
    "other": "其他原因",
}
"""Why a letter is closed without a petition."""
CHANNEL = "letter"
SYSTEM = "incoming-letter"
"""The letter's id is the external reference, in this system, of what is registered of it."""
SCAN_KINDS = frozenset({"pdf", "jpg", "png", "tif"})
"""Kinds of files that a scan may be of."""
READINGS = {
    "waiting": "等待识别",
    "read": "已识别",
    "failed": "未能识别",
    "unavailable": "本系统未安装文字识别程序，不提供识别文字",
}
"""How far reading a scan's text has come."""
NOT_CHECKED = "以上文字由程序识别，可能有误，登记时以扫描件为准。"
"""Stands with whatever text was recognised."""

MAIL_NO = re.compile(r"[A-Z0-9]{5,30}\Z", re.ASCII)


def mail_number(written: str) -> str:
    """The number of a registered letter (挂号信) in one form, however it is written."""
    return re.sub(r"[\s-]", "", written).upper()


def impossible_dates(
    postmarked_on: dt.date | None, received_on: dt.date, *, today: dt.date
) -> dict[str, str]:
    """What cannot be true of the two dates, by field; the postmark may be illegible (None)."""
    if received_on > today:
        return {"received_on": both("不能晚于今天。", "May not be after today.")}
    if postmarked_on and postmarked_on > received_on:
        late = both("邮戳日期不能晚于收到日期。", "The postmark may not be after the receipt.")
        return {"postmarked_on": late}
    return {}


def received_at(received_on: dt.date) -> dt.datetime:
    """When a petition was received whose letter came on a day: as that day began."""
    return day_ends(received_on - dt.timedelta(days=1))
