"""The menu of the citizens' pages."""

from console.domain.menus import Entry

MENU = (
    Entry("/bring", "反映问题", "pencil-square"),
    Entry("/follow", "查进度", "search"),
    Entry("/guide", "办事指南", "book"),
    Entry("/account", "我的账户", "person"),
)
