"""Made-up petitions by the million: matters at made-up places, told in different words.

Each matter is a trouble at a place and is told by one or more petitions; every letter has phrases
that hundreds of others have, and some words of its own. All of it is invented.
"""

import datetime as dt
import random
from dataclasses import dataclass

_NAMES = (
    "云屏鹭洲桐溪松岚梧桥枫渡柳汀竹坞荷塘菱湖杏坪桂岭兰陂梅浦芦荻蓼沙石矶金瓯银杉铜鼓铁岭玉带珠"
    "玑翠微丹霞紫荆青檀白鹤黄鹂赤岸碧泉晴川雨亭霜林雪堂星野月牙朝晖暮云春台秋苑东篱西塘南屏北岸"
)
_PLACES = ("路", "街", "巷", "小区", "社区", "花园", "新村", "广场", "市场", "学校", "公园", "大厦")
_TROUBLES = (
    ("路灯不亮", "夜里漆黑一片", "灯杆倾斜线路裸露", "老人摔倒过两次"),
    ("施工噪音扰民", "凌晨仍在浇筑混凝土", "渣土车鸣笛", "孩子睡不着觉"),
    ("下水道堵塞", "污水漫到街面", "臭气熏天", "井盖破损"),
    ("拖欠工资", "包工头失去联系", "结算单签过字", "二十名工人讨薪"),
    ("电梯故障", "困人三次", "维保单位推诿", "维修资金申请受阻"),
    ("房屋漏水", "墙皮脱落", "开发商拒绝保修", "业主多次报修"),
    ("占道经营", "摊贩堵住消防通道", "垃圾遍地", "城管走后又摆"),
    ("油烟扰民", "餐馆烟道直排", "居民楼道刺鼻", "环保检测拖延"),
    ("停车收费混乱", "保安不给票据", "收费标准没有公示", "外来车辆占位"),
    ("公交线路太少", "末班车过早收车", "候车亭没有顶棚", "学生上学不便"),
    ("物业服务差", "绿化枯死无人管", "监控损坏", "物业费连年上涨"),
    ("学位紧张", "学区划分不公示", "班额过大", "家长盼望扩建"),
    ("征地补偿", "青苗款没有到账", "丈量数据有误", "村务不公开"),
    ("医保报销", "异地就医备案失败", "窗口来回跑", "材料反复补交"),
    ("违章搭建", "楼顶加盖房间", "承重墙被拆", "举报后没有下文"),
    ("河道污染", "河水发黑", "鱼虾死亡", "工厂夜间偷排"),
)
_PHRASES = (
    "尊敬的领导", "恳请有关部门尽快调查处理", "给居民生活带来很大困扰", "多次拨打热线没有结果",
    "希望早日得到答复", "群众反映强烈", "严重影响正常生活", "请求依法查处", "望能引起重视",
    "感谢领导百忙之中关注", "相关单位互相推诿", "至今没有人解决", "盼望给予明确答复",
    "居民们苦不堪言", "已经持续好几个月", "存在很大安全隐患", "现将具体情况反映如下",
    "工作人员态度敷衍", "曾经向街道办事处反映", "恳请现场查看",
)  # fmt: skip
_COMMON = (
    "设施管理部门居民群众领导处理情况反映问题生活环境安全影响工作单位服务建设项目资金政策规定申请办理"
    "材料时间电话联系安排检查整改维护交通道路车辆停放消防物业业主开发公司合同房屋质量价格费用孩子老人"
    "学校医院社区街道办事通知公示结果答复解决困难希望帮助关注重视尽快落实责任监督执法巡查清理拆除修复"
)


@dataclass(frozen=True)
class Letter:
    """A made-up petition; `matter` says which ones are about the same, `person` who wrote it."""

    matter: int
    person: int
    title: str
    content: str
    place: str
    at: dt.datetime


def letter(number: int, *, of: int, last: dt.datetime) -> Letter:
    """The `number`th of so many in five years up to `last`; one in four tells an older matter."""
    chance = random.Random(number)
    matter = number
    if chance.random() < 1 / 4:
        matter = max(0, number - 1 - int(chance.expovariate(1 / 200)))
    at = last - dt.timedelta(days=5 * 365) * (1 - (number + 1) / of)
    return write(matter, chance, person=chance.randrange(max(1, of // 3)), at=at)


def write(matter: int, chance: random.Random, *, person: int, at: dt.datetime) -> Letter:
    """A letter about a matter in words of its own; the matter alone fixes place and trouble."""
    own = random.Random(matter)
    street = "".join(own.choices(_NAMES, k=3)) + own.choice(_PLACES)
    house = "".join(own.choices(_NAMES, k=2)) + own.choice(_PLACES)
    trouble, *details = own.choice(_TROUBLES)
    where = f"{street}{own.randrange(1, 400)}号{house}"
    said = [*chance.sample(details, 2), *chance.sample(_PHRASES, chance.randrange(3, 7))]
    said += ["".join(chance.choices(_COMMON, k=chance.randrange(6, 14))) for _ in range(9)]
    said.append(f"{house}的{trouble}一直没有解决")
    chance.shuffle(said)
    title = chance.choice(("{w}{t}", "反映{w}{t}的问题", "请解决{w}{t}", "{t}，{w}何时能解决"))
    return Letter(
        matter=matter,
        person=person,
        title=title.format(w=where, t=trouble),
        content=f"{where}{trouble}，{'，'.join(said)}。",
        place=where,
        at=at,
    )
