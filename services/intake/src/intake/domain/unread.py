"""Why a message that came in by a channel stands in the list of what could not be read."""

REASONS = {
    "attachment_refused": "附件未能收存",
    "damaged": "内容损坏，无法读取",
    "encrypted": "内容已加密，无法读取",
    "gone": "对方已不再保存，未能取回",
    "failure": "读取时发生故障",
    "refused": "登记时被退回",
    "same_id_other_body": "编号与已登记的邮件相同，内容不同",
    "too_large": "超过接收大小",
    "too_nested": "层次或部分过多",
    "undecipherable": "签名有效，但无法解密",
}
"""What stands in the list; a channel that comes later may add its own."""
