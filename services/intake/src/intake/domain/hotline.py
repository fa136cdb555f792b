"""Calls to the hotline: what becomes of them, which numbers there are, calls that are owed back."""

import datetime as dt

from intake.domain.persons import normal_phone
from intake.domain.registration import AHEAD_MOST
from shared.errors import both

OUTCOMES = {
    "registered": "已登记为信访件",
    "supplemented": "已作为原信访件的补充材料",
    "answered": "咨询，当场答复",
    "transferred": "转接有关单位",
    "cut_off": "通话中断",
    "silent": "无声电话",
    "abusive": "谩骂、骚扰",
    "missed": "未接通",
}
"""What becomes of a call; a vocabulary that grows."""
BY_FILING = ("registered", "supplemented")
"""Outcomes that a call has by what was filed of it, and that nobody states."""
STATED = tuple(code for code in OUTCOMES if code not in (*BY_FILING, "missed"))
"""Outcomes that the clerk states."""
MISSED = "missed"

TRIES = {
    "reached": "已接通",
    "no_answer": "无人接听",
    "busy": "占线",
    "switched_off": "关机、停机",
    "wrong_number": "号码有误、非本人",
}
"""What came of one try to call back."""
REACHED = "reached"
IN_VAIN_FOR_GOOD = "wrong_number"
"""After which no further try makes sense."""

CALLBACK_STATES = {
    "open": "待回拨",
    "done": "已回拨",
    "closed": "已关闭",
}
CLOSED_FOR = {
    "unreachable": "多次回拨未接通",
    "wrong_number": "号码有误、非本人",
    "erased": "超过保存期限",
}
"""Why a callback was closed without the caller having been reached."""

OLDEST = dt.timedelta(days=7)
"""A call told later than that has a wrong clock: its petition would be overdue at birth."""
_DIGITS_LEAST, _DIGITS_MOST = 5, 15


def number_fault(number: str) -> str | None:
    """Why nobody can have called from this number; 5 to 15 digits (ITU-T E.164), or None."""
    digits = normal_phone(number)
    if not digits.isdecimal() or not _DIGITS_LEAST <= len(digits) <= _DIGITS_MOST:
        return both("不是可以回拨的号码。", "Not a number that can be dialled.")
    return both("不是真实号码。", "No real number.") if len(set(digits)) == 1 else None


def begin_fault(began_at: dt.datetime, *, now: dt.datetime) -> str | None:
    """Why a call cannot have begun then, or None."""
    if began_at > now + AHEAD_MOST:
        return both("不能晚于当前时间5分钟以上。", "May not be more than 5 minutes ahead of now.")
    if began_at < now - OLDEST:
        return both("不能早于7天前。", "May not be more than 7 days ago.")
    return None


def end_fault(ended_at: dt.datetime, *, began_at: dt.datetime, now: dt.datetime) -> str | None:
    """Why a call cannot have ended then, or None."""
    if ended_at < began_at:
        return both("不能早于通话开始时间。", "Not before the call began.")
    if ended_at > now + AHEAD_MOST:
        return both("不能晚于当前时间5分钟以上。", "May not be more than 5 minutes ahead of now.")
    return None
