"""What accusations read like is learnt from what the office decided; the rules stay beside it."""

import subprocess
import sys
from array import array

import pytest
import sqlalchemy as sa
from conftest import MATTER
from hypothesis import given
from hypothesis import strategies as st

from intake import models, use_cases
from intake.domain.accusation_model import SLOTS, AccusationModel, NotAModel, fingerprint
from intake.domain.suspicion import AccusationRules
from intake.learning.accusations import Learnt, Sample, TooLittle, figures, learn
from intake.schemas.petitions import PetitionIn
from intake.service import SERVICE
from intake.use_cases import teaching
from shared.auth import Principal
from shared.testing import hear

PLACES = ("青檀村", "望潮街道", "海月村", "云顶社区", "石桥组", "南坡村", "竹溪里", "北苑村")
DEEDS = (
    "组长把集体山林私下卖给自家亲戚，账目从来不公开",
    "理事长伙同亲戚低价承包鱼塘，钱进了自己口袋",
    "组长用集体的钱给自家盖房，分红名单是假的",
    "理事长把征地补偿款转到亲戚名下，瞒着大家签字",
)
ORDINARY = (
    "路灯坏了一个月没有人修，晚上出行不便",
    "公交末班车开得太早，下班赶不上",
    "楼下烧烤店油烟大，半夜还在吵闹",
    "小区停水三天，物业说不出原因",
    "下水道堵塞，一下雨门口全是积水",
    "学校门口堵车，希望增加护学岗",
)
ENDS = ("的人都知道。", "的居民请求尽快解决。", "来信。")
UNKNOWN_TO_RULES = "望潮村组长把集体鱼塘私下承包给自家亲戚，分红名单是假的。"


def fictional(*, accusations: int = 64, ordinary: int = 400) -> list[Sample]:
    """Petitions of an office that has decided about each."""

    def told(words: tuple[str, ...], count: int) -> list[str]:
        ends = [f"{PLACES[at // 8 % 8]}{ENDS[at % 3]}" for at in range(count)]
        return [
            f"{PLACES[at % 8]}第{at}号来信\n{words[at % len(words)]}。{end}"
            for at, end in enumerate(ends)
        ]

    return [Sample(words, True) for words in told(DEEDS, accusations)] + [
        Sample(words, False) for words in told(ORDINARY, ordinary)
    ]


def decided(app, *, most=1_000):
    with app.db.read() as session:
        found = teaching.decided(session, ordinary_most=most)
    return sorted((one.words.splitlines()[0], one.accuses) for one in found)


@pytest.fixture(scope="module")
def learnt() -> Learnt:
    return learn(fictional(), most=0.01)


@pytest.fixture
def office(app, desk):
    """An office in which people said of many petitions whether they accuse somebody."""
    known = PetitionIn().load(MATTER | {"at": "2026-01-05T09:00:00+08:00"})
    petitions = []
    for sample in fictional(accusations=40, ordinary=310):
        title, content = sample.words.split("\n")
        purpose = "accusation" if sample.accuses else "petition"
        petitions.append(known | {"title": title, "content": content, "purpose": purpose})
    with app.db.write() as session:
        receipts = use_cases.register_many(
            session,
            petitions=petitions,
            by=Principal(sub="importer", roles=frozenset({"importer"})),
            clock=app.clock,
            resources=app.resources,
        )
    assert all("petition_no" in receipt for receipt in receipts)
    return desk


@pytest.fixture
def train(app, monkeypatch, capsys):
    """Runs `python -m intake train ...` on the desk's database; what it prints."""
    monkeypatch.setenv("DATABASE_URL", app.settings.database_url)

    def run(*arguments: str) -> str:
        SERVICE.tools["train"](list(arguments))
        return str(capsys.readouterr().out)

    return run


def suspected(desk, **words):
    """What made a petition suspect that is registered half a minute later."""
    desk.app.clock.advance(seconds=31)
    number = desk.registered(**words)["petition_no"]
    waiting = desk.get("/v1/suspicions", "dispatcher").json["items"]
    return next((item for item in waiting if item["petition_no"] == number), None)


def test_the_model_suspects_what_the_rules_miss_and_shows_the_clause(office, train):
    assert AccusationRules.read().suspicion(UNKNOWN_TO_RULES) is None
    assert suspected(office, title="请查一查", content=UNKNOWN_TO_RULES) is None
    assert "version 1 is in use" in train("--promote")
    found = suspected(office, title="请查一查", content=UNKNOWN_TO_RULES)
    assert (found["found_by"], found["found_by_name"]) == ("model", "模型")
    assert found["words"] == ["望潮村组长把集体鱼塘私下承包给自家亲戚"]
    assert suspected(office, content="小区门口的路灯坏了，晚上出行不便。") is None


def test_what_the_model_suspects_takes_the_secret_lane_and_goes_on_when_cleared(office, train):
    train("--promote")
    found = suspected(office, title="请查一查", content=UNKNOWN_TO_RULES)
    path = f"/v1/petitions/{found['petition_id']}"
    assert office.get(path, "registrar").status_code == 404
    said = {"decision": "cleared", "reason": "来信人转述传闻，诉求是查账"}
    assert office.post(f"{path}/suspicion", "dispatcher", json=said).status_code == 200
    assert office.get(path, "registrar").status_code == 200


def test_a_correction_may_not_say_what_the_model_suspects(office, train):
    train("--promote")
    office.app.clock.advance(seconds=31)
    path = f"/v1/petitions/{office.registered()['petition_id']}/corrections"
    changed = {"changes": {"content": UNKNOWN_TO_RULES}, "reason": "录入错误"}
    answer = office.post(path, "registrar", json=changed)
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json["errors"]] == ["changes.content"]


def test_the_rules_still_suspect_what_the_model_would_not(office, train):
    train("--promote")
    assert suspected(office, title="检举信", content="见附页。")["found_by"] == "rules"


def test_a_version_is_used_once_it_is_promoted_and_not_after_going_back(office, train):
    assert "not in use" in train()
    assert suspected(office, content=UNKNOWN_TO_RULES) is None
    train("--use", "1")
    assert suspected(office, content=UNKNOWN_TO_RULES)["found_by"] == "model"
    train("--use", "rules")
    assert suspected(office, content=UNKNOWN_TO_RULES) is None


def test_a_version_that_finds_no_more_is_not_promoted(office, train):
    train("--promote")
    assert "not better than 1: not in use" in train("--promote")
    assert [row.promoted_at is not None for row in office.rows(models.accusation_models)] == [
        True,
        False,
    ]


def test_a_kept_model_that_was_changed_leaves_it_to_the_rules(office, train):
    train("--promote")
    with office.app.db.write() as session:
        session.execute(sa.update(models.accusation_models).values(whole=b"something else"))
    assert suspected(office, content=UNKNOWN_TO_RULES) is None
    assert suspected(office, content="村主任收受红包。")["found_by"] == "rules"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [((), 1, "accusations 0/30"), (("--use", "7"), 2, "no version 7"), (("--use", "x"), 2, "x")],
)
@pytest.mark.usefixtures("desk")
def test_the_tool_says_why_it_does_not_learn(train, capsys, arguments, code, said):
    with pytest.raises(SystemExit) as ended:
        train(*arguments)
    assert ended.value.code == code
    assert said in capsys.readouterr().err


def test_what_somebody_has_said_teaches_and_nothing_else(desk, story):
    desk.registered(title="普通", content="路灯坏了。")
    desk.registered(title="控告", content="内容。", purpose="accusation")
    desk.registered(title="只求保密", content="路灯坏了。", secrecy=True)
    waits, cleared, confirmed = (
        desk.registered(title=title, content="村主任收受红包。")
        for title in ("待认定", "排除", "认定")
    )
    assert waits["petition_id"]
    for receipt, decision in ((cleared, "cleared"), (confirmed, "confirmed")):
        said = {"decision": decision, "reason": "已核实来信人所述"}
        desk.post(f"/v1/petitions/{receipt['petition_id']}/suspicion", "dispatcher", json=said)
    void = desk.registered(title="作废", content="路灯坏了。")["petition_id"]
    desk.post(f"/v1/petitions/{void}/void", "registrar", json={"reason": "重复录入"})
    later = story(desk.registered(title="后来认定", content="内容。")["petition_id"], secret=True)
    hear(desk.app, later.then("opened"))
    assert decided(desk.app) == [
        ("后来认定", True),
        ("排除", False),
        ("控告", True),
        ("普通", False),
        ("认定", True),
    ]


def test_the_newest_ordinary_petitions_teach_where_there_are_too_many(desk):
    for title in ("第一件", "第二件", "第三件"):
        desk.registered(title=title)
        desk.app.clock.advance(seconds=60)
    assert decided(desk.app, most=2) == [("第三件", False), ("第二件", False)]


def test_few_ordinary_petitions_are_suspected_beside_those_of_the_rules(learnt):
    found = learnt.folded
    assert found.found_beyond_rules == found.accusations == 64
    assert found.ordinary_suspected_beyond_rules <= 4


def test_a_model_is_compared_by_what_it_has_never_seen(learnt):
    shown = {sample.words for sample in learnt.held}
    assert 0 < len(shown) < len(fictional())
    assert figures(learnt.measured, learnt.held).better_than(figures(None, learnt.held))


def test_labels_without_sense_teach_nothing():
    mixed = [Sample(one.words, at % 7 == 0) for at, one in enumerate(fictional())]
    found = learn(mixed, most=0.01).folded
    assert found.found_beyond_rules < 0.1 * found.accusations


@pytest.mark.parametrize("few", [{"accusations": 29}, {"ordinary": 299}])
def test_too_little_teaches_nothing(few):
    with pytest.raises(TooLittle):
        learn(fictional(**few), most=0.01)


def test_a_model_that_is_kept_comes_back_as_it_was(learnt):
    model = learnt.whole
    packed = model.pack()
    again = AccusationModel.unpack(
        packed, sha256=fingerprint(packed), start=model.start, threshold=model.threshold
    )
    assert again == model


@given(st.binary(max_size=200))
def test_bytes_that_are_no_model_are_not_read(raw):
    with pytest.raises(NotAModel):
        AccusationModel.unpack(raw, sha256=fingerprint(raw), start=0.0, threshold=0.0)


@given(st.text(max_size=300))
def test_any_text_is_scored(text):
    model = AccusationModel(array("f", [1.0]) * SLOTS, start=0.0, threshold=-1.0)
    assert model.score(text) >= 0
    assert text.find(model.suspects(text)) >= 0


def test_a_process_that_registers_never_imports_the_learning_library():
    asked = (
        "import sys\n"
        "from intake.service import SERVICE\n"
        "from shared.web import create_app\n"
        "print([m for m in ('sklearn', 'scipy', 'numpy') if m in sys.modules])\n"
    )
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
    assert "train" in SERVICE.tools
