"""Texts that staff send as a file, or paste."""

from flask import request
from flask_babel import gettext as _

from shared.csv_table import decode


def sent_text(file: str, pasted: str) -> tuple[str, str]:
    """The text of a file, else what was pasted; and why it cannot be read, empty where it can."""
    upload = request.files.get(file)
    if upload is None or not upload.filename:
        text = request.form.get(pasted, "")
        return text, "" if text.strip() else _("请选择文件，或者粘贴内容。")
    try:
        return decode(upload.read()), ""
    except ValueError:
        return "", _("文件“%(name)s”不是文本文件。", name=upload.filename)
