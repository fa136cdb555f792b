"""Names of what services give as codes on a case's pages."""

CHANNELS = {
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
EVALUATED = {"petition_office": "对信访部门", "handling_unit": "对承办单位"}
GRADES = {"satisfied": "满意", "basically_satisfied": "基本满意", "dissatisfied": "不满意"}
LINKS = {"merged_into": "已并入", "split_from": "拆自", "split_off": "拆出"}
"""How other cases hang together with a case."""
PART_KINDS = {"co": "会办", "passed": "转下级", "review": "复查", "re_review": "复核"}
PART_STATES = {
    "asked": "待接受",
    "accepted": "办理中",
    "answered": "已提交意见",
    "passed": "已转下级单位",
}
PAPER_MOVES = {
    "submit": "送审",
    "approve": "审签",
    "return": "退回修改",
    "issue": "出具",
    "serve": "登记送达",
    "void": "作废",
    "render": "重新排版",
    "scan": "上传盖章扫描件",
    "change": "修改",
}
PAPER_FORMS = {"letter": "公文", "notice": "告知书、意见书", "form": "表格、协议"}
FILES = {"scan": "盖章扫描件", "pdf": "PDF", "docx": "DOCX"}
OPINION_STEPS = {
    "saved": "保存草稿",
    "submitted": "送审",
    "returned": "退回",
    "approved": "批准",
    "issued": "出具",
}
