"""The services and their numbers in words, for whoever looks after the system."""

SERVICES = {
    "intake": "登记",
    "routing": "办理",
    "supervision": "督查",
    "satisfaction": "满意度",
    "sync-municipal": "市级对接",
}
UNREADABLE = "unreadable"
"""What a body that is no event is called: it cannot run again, only be put away."""
NUMBERS = {
    "outbox_pending": (
        "待发出",
        "已经记下、还没有送到消息队列的消息。一直增加，说明消息队列连不上。",
    ),
    "inbox_pending": ("待处理", "已经收到、还没有处理的消息。一直增加，说明处理进程停了或者太慢。"),
    "inbox_dead": ("失败", "处理失败并且不再自动重试的消息，要看明原因再处理。"),
    "inbox_unknown": ("暂不认识", "本版本还不认识的消息，留着等升级后处理，不用管。"),
    "replays_pending": ("待补发", "其他服务请求补发、还没有发完的历史消息。"),
}
AGES = {"outbox_pending": "outbox_oldest_seconds", "inbox_pending": "inbox_oldest_seconds"}
"""Numbers that have an age: how long the oldest waits."""
