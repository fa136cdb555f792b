"""Channels by which petitions come in (T22 Art.17), of four kinds in statistics."""

import re

KINDS = {"online": "网信", "letter": "来信", "visit": "来访", "call": "来电"}
"""Kinds of channels in statistics: everything but letters, visits and calls is 网信 (C-GD)."""
CODE = re.compile(r"[a-z][a-z0-9_]{1,19}\Z", re.ASCII)
SEED = (
    ("web", "网上信访", "online", True),
    ("app", "手机应用", "online", True),
    ("wechat", "微信公众号", "online", False),
    ("email", "电子邮件", "online", False),
    ("hotline", "热线来电", "call", False),
    ("visit", "来访", "visit", False),
    ("letter", "来信", "letter", False),
    ("mailbox", "政府信箱", "online", False),
)
"""The channels of a new installation: code, name, kind, and whether citizens post by themselves."""
COST, COST_MOST = 100, 100_000
"""What a petition on the web costs the office, by which other channels are weighed; the most."""
NAMES = {code: name for code, name, _kind, _public in SEED}
