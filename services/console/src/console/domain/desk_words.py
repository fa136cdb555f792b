"""What the codes of the desks say in Chinese, in the order in which forms offer them."""

PURPOSES = {
    "petition": "申诉求决",
    "suggestion": "建议意见",
    "accusation": "检举控告",
    "inquiry": "咨询",
    "other": "其他",
}
PROCEEDINGS = {
    "court": "法院已受理",
    "reconsideration": "已申请行政复议",
    "arbitration": "仲裁已受理",
    "review_opinion": "有复查复核意见书",
}
RELATIONS = {
    "close_relative": "近亲属",
    "staff": "工作人员",
    "recommended": "社区、单位推荐的人",
    "lawyer": "律师",
    "legal_worker": "基层法律服务工作者",
    "guardian": "监护人",
    "other": "其他",
}
MEDIA = {"sms": "短信", "email": "电子邮件", "wechat": "微信", "letter": "信函"}
PURPOSE_KINDS = {
    "verify": "核实身份",
    "contact": "联系、告知信访人",
    "serve": "送达文书",
    "same_person": "判断是否同一人、是否重复信访",
    "handle": "办理信访事项",
    "transfer": "依法移送有关机关",
    "other": "其他",
}
"""For what somebody's identity may be needed (TPI Art.34)."""

CALL_OUTCOMES = {
    "answered": "咨询，当场答复",
    "transferred": "转接有关单位",
    "cut_off": "通话中断",
    "silent": "无声电话",
    "abusive": "谩骂、骚扰",
}
TRIES = {
    "reached": "已接通",
    "no_answer": "无人接听",
    "busy": "占线",
    "switched_off": "关机、停机",
    "wrong_number": "号码有误、非本人",
}

PRIORITIES = {"urgent": "情况紧急", "disabled": "残疾人", "pregnant": "孕妇", "elderly": "老年人"}
DOCUMENTS = {
    "id_card": "居民身份证",
    "temporary_id": "临时居民身份证",
    "household_register": "居民户口簿",
    "residence_permit": "港澳台居民居住证",
    "mainland_permit": "港澳居民来往内地通行证",
    "taiwan_permit": "台湾居民来往大陆通行证",
    "foreign_resident": "外国人永久居留身份证",
    "passport": "护照",
    "other": "其他证件",
}
CHECK_RESULTS = {"matched": "人证一致", "mismatched": "人证不一致", "not_shown": "未出示证件"}
VISIT_ENDS = {
    "answered": "当场答复，不需登记",
    "guided": "已引导到有权处理的机关",
    "gave_up": "来访人自行离开",
    "refused": "来访人不同意登记内容",
    "unsettled_representatives": "未推选代表",
    "no_show": "过号未到",
}
VISIT_LIGHTS = {
    "waiting": "yellow",
    "called": "green",
    "no_show": "grey",
    "registered": "blue",
    "left": "grey",
}
"""The colour of a ticket in the queue; its word is the service's."""

LETTER_STATES = {
    "waiting": "待登记",
    "registered": "已登记",
    "supplemented": "已作为补充材料归入",
    "closed": "不作登记",
    "all": "全部",
}
LETTER_ENDS = {
    "no_matter": "没有信访内容",
    "elsewhere": "不是寄给本单位，已转送或者退回",
    "illegible": "无法辨认",
    "logged_twice": "重复收录",
    "mistake": "收录有误，另行收录",
    "other": "其他原因",
}

MATTER_KINDS = {"same": "同一事项", "repeat": "重复信访", "campaign": "联名或群体信访"}
SUSPICION_DECISIONS = {
    "cleared": "不是检举控告，按一般信访件办理",
    "confirmed": "是检举控告，继续保密办理",
}
SAME_NUMBERS = {"phone": "联系电话相同", "id_number": "证件号码相同"}
