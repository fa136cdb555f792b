"""Standards of the procedure: which file is which, and the words for what would change."""

_TOP = frozenset(
    {"procedure.yaml", "documents.yaml", "answer_checks.yaml", "posts.yaml", "conduct.yaml"}
)
SECTIONS = {
    "states": "状态",
    "actions": "操作",
    "fields": "填写项",
    "clocks": "期限",
    "parameters": "参数",
    "documents": "文书",
}
CHANGES = {"added": "新增", "removed": "删除", "changed": "修改"}
LEVELS = {"block": "不通过不能提交", "warn": "提醒", "hint": "建议"}
ANSWERS = {
    "petition": "信访处理意见书",
    "simple": "简易答复",
    "duty": "履行法定职责答复书",
    "suggestion": "建议意见答复",
    "review": "复查意见书",
    "re_review": "复核意见书",
}


def standing(name: str) -> str:
    """Where a file stands among the standards: a browser sends its bare name."""
    bare = name.replace("\\", "/").rpartition("/")[2]
    if bare.endswith(".html"):
        return f"templates/{bare}"
    return bare if bare in _TOP else f"handbook/{bare}"
