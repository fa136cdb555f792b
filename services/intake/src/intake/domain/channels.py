"""Channels by which petitions come in (T22 Art.17), of four kinds in statistics."""

import re

KINDS = {"online": "网信", "letter": "来信", "visit": "来访", "call": "来电"}
"""Kinds of channels in statistics: everything but letters, visits and calls is 网信 (C-GD)."""
CODE = re.compile(r"[a-z][a-z0-9_]{1,19}\Z", re.ASCII)
COST, COST_MOST = 100, 100_000
"""What a petition on the web costs the office, by which other channels are weighed; the most."""
NAMES = {
    "web": "网上信访",
    "app": "手机应用",
    "wechat": "微信公众号",
    "email": "电子邮件",
    "hotline": "热线来电",
    "visit": "来访",
    "letter": "来信",
    "mailbox": "政府信箱",
    "open311": "开放接口",
}
"""The channels that every installation begins with; an office renames, closes and adds."""
