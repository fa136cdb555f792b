"""Legal sources in words, as the handbook names them: T22 Art.34 -> 《信访工作条例》第34条."""

from shared.citing import in_words

SOURCES = {
    "T22": "《信访工作条例》",
    "T05": "《信访条例》（2005年，已废止）",
    "P-GC22": "《信访事项网上办理工作规程》",
    "P-FL22": "《依法分类处理信访诉求工作规则》",
    "P-FL17": "《依法分类处理信访诉求工作规则》（2017年旧版）",
    "P-JY22": "《信访事项简易办理办法》",
    "P-JY16": "《信访事项简易办理办法》（2016年旧版）",
    "P-ZJ14": "引导来访人依法逐级走访的办法（2014年）",
    "P-ZJ11": "信访事项终结备案文件（2011年）",
    "P-CF": "初次、重复信访的判断做法",
    "P-DC19": "信访实地督查做法（2019年）",
    "P-SX": "网上信访系统操作说明（山西）",
    "P-GZ": "信访事项不予受理的情形说明（广州）",
    "TCC": "《民法典》",
    "TCP": "《民事诉讼法》",
    "TAL": "《行政诉讼法》",
    "TALI": "《关于适用〈行政诉讼法〉的解释》",
    "TAR": "《行政复议法》",
    "TPI": "《个人信息保护法》",
    "TBJ": "《北京市信访条例》",
    "TSD": "《山东省信访条例》",
    "TZJ": "《浙江省信访条例》",
    "TSH": "《上海市信访条例》",
    "C-NB": "信访系统数据项（实务）",
    "C-SSY": "信访统计指标（实务）",
    "N5": "人大、法院、检察院管辖的情形",
    "N6": "不属于本机关职责的情形",
    "N7": "逾期未申请复查复核的情形",
    "N3": "已有复核意见的情形",
}
"""The sources of routing's handbook; a test keeps both the same."""


def cited(basis: str | None) -> str:
    """A basis as one reads it aloud; empty for none."""
    return in_words(basis, SOURCES) if basis else ""
