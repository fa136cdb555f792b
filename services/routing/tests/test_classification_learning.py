"""A classifier: learnt from decided cases, kept without code, promoted only where it is better."""

import contextlib
import csv
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import example, given
from hypothesis import strategies as st

from routing.domain.words import digest, letters
from routing.learning import training
from routing.learning.classifier import (
    LinearClassifier,
    NotAClassifier,
    confidence,
    fingerprint,
    pack,
    unpack,
)
from routing.learning.training import Sample, TooLittle
from routing.models import cases
from routing.models import classification as tables
from routing.service import SERVICE
from routing.use_cases import classification
from shared.testing import hear

PLACES = ("滨河路", "云湖街", "松岭巷", "金帆大道", "望山社区", "北苑小区", "南门广场", "竹溪里")
MATTERS = {
    "transport.bus": ("公交车总是不来", "末班车开得太早", "公交站没有雨棚", "这趟公交绕行太远"),
    "labour.wage": ("老板拖欠工资", "加班费没有发", "工资比合同少", "欠薪已经三个月"),
    "environment.noise": ("半夜施工噪音扰民", "音响吵得睡不着", "夜间打桩太吵", "喇叭声整天不停"),
}
ENDS = ("请尽快处理。", "请问由谁负责？")
NAMES = {
    "transport.bus": "公共汽车与轨道交通",
    "labour.wage": "labour.wage",
    "environment.noise": "噪声",
}


def fictional(labels: tuple[str, ...] = tuple(MATTERS)) -> list[Sample]:
    """Petitions of a district that does not exist, whose matter is plain."""
    return [
        Sample(f"{place}{matter}", f"家住{place}附近，{matter}，{end}", label)
        for label in labels
        for matter, place, end in itertools.product(MATTERS[label], PLACES, ENDS[:1])
    ]


@pytest.fixture(scope="module")
def learnt() -> LinearClassifier:
    return training.train(fictional())


def test_what_was_learnt_is_found_in_words_that_were_never_seen(learnt):
    (first, sure), *_ = learnt.likely("东桥头公交车不来", "等了一小时，公交车总是不来")
    assert first == "transport.bus"
    assert sure > 0.5


def test_a_word_of_one_category_counts_more_than_a_rarer_one_of_all(learnt):
    title = learnt.parts[0]
    worth = dict(zip(title.runs, title.worth, strict=True))
    often = {word: sum(word in sample.title for sample in fictional()) for word in ("工资", "滨河")}
    assert often["工资"] > often["滨河"]
    assert worth["工资"] > worth["滨河"]


def test_confidence_of_all_labels_adds_up_to_one_the_likeliest_first(learnt):
    shares = [share for _, share in learnt.likely("夜间施工", "太吵了")]
    assert sum(shares) == pytest.approx(1)
    assert shares == sorted(shares, reverse=True)


def test_words_that_are_not_known_are_answered_all_the_same(learnt):
    assert {label for label, _ in learnt.likely("", "")} == set(MATTERS)
    assert len(learnt.likely("qqqq", "zzzz")) == 3


def test_two_categories_are_enough(learnt):
    two = training.train(fictional(("transport.bus", "labour.wage")))
    assert two.likely("工资没有发", "拖欠工资")[0][0] == "labour.wage"
    assert two.likely("公交站", "末班车开得太早")[0][0] == "transport.bus"


@pytest.mark.parametrize(
    "samples", [[], fictional(("labour.wage",)), fictional()[:5] + fictional()[-5:]]
)
def test_too_little_is_not_learnt_from(samples):
    with pytest.raises(TooLittle):
        training.frequent(samples)


def test_a_kept_classifier_says_what_it_said_before(learnt):
    packed = pack(learnt)
    again = unpack(packed, sha256=fingerprint(packed))
    for sample in fictional()[::7]:
        before, after = (c.likely(sample.title, sample.content) for c in (learnt, again))
        assert [label for label, _ in before] == [label for label, _ in after]
        assert np.allclose([p for _, p in before], [p for _, p in after], atol=1e-4)


def test_a_classifier_that_was_changed_since_is_not_read(learnt):
    packed = pack(learnt)
    with pytest.raises(NotAClassifier, match="bytes"):
        unpack(packed[:-1] + bytes([packed[-1] ^ 1]), sha256=fingerprint(packed))


@given(st.binary(max_size=200))
@example(b"PK\x05\x06")
def test_bytes_that_are_no_classifier_are_not_read(raw):
    with pytest.raises(NotAClassifier):
        unpack(raw, sha256=fingerprint(raw))


@pytest.fixture(scope="module")
def packed(learnt) -> bytes:
    return pack(learnt)


@given(
    at=st.floats(0, 1, exclude_max=True),
    byte=st.integers(0, 255),
    kept=st.just(1.0) | st.floats(0, 1),
)
def test_a_damaged_archive_is_read_as_one_or_refused(packed, at, byte, kept):
    damaged = bytearray(packed)
    damaged[int(at * len(damaged))] = byte
    raw = bytes(damaged[: int(kept * len(damaged))])
    with contextlib.suppress(NotAClassifier):
        unpack(raw, sha256=fingerprint(raw))


def test_a_pickle_is_never_loaded(tmp_path):
    file = tmp_path / "pickled.npz"
    np.savez(file, words=np.array([{"format": 1}], dtype=object))
    with pytest.raises(NotAClassifier):
        unpack(file.read_bytes(), sha256=fingerprint(file.read_bytes()))


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=8), st.floats(0.1, 10))
def test_confidence_is_a_share_and_a_higher_score_never_has_less_of_it(scores, sharpness):
    shares = confidence(np.array(scores), sharpness, np.zeros(len(scores)))
    assert shares.sum() == pytest.approx(1)
    assert (
        np.argmax(scores) == np.argmax(shares)
        or len(set(scores)) < len(scores)
        or (shares.max() - shares[np.argmax(scores)] < 1e-9)
    )


def test_the_same_text_typed_again_is_the_same_text():
    assert digest("路灯 坏了！", "第３栋") == digest("路灯坏了", "第 3 栋。")
    assert letters("Ａ座 12号") == "a座号"


def test_copies_stay_together_whether_title_or_beginning_is_the_same():
    start = "云屏区滨河路的路灯坏了三个月没有人修" * 4
    kin = training.kinship(
        [
            Sample("滨河路路灯坏了没有人来修", start, "a"),
            Sample("滨河路路灯，坏了没有人来修！", "别的内容别的内容", "a"),
            Sample("另一个不相同的标题文字", start + "又来了", "a"),
            Sample("毫不相干的一件事情而已", "毫不相干", "a"),
        ]
    )
    assert kin[0] == kin[1] == kin[2]
    assert kin[3] != kin[0]


def test_a_text_is_always_on_the_same_side_of_what_is_held_back():
    samples = fictional()
    back = training.held_back(samples)
    assert 0 < back.sum() < len(samples) / 2
    marked = dict(zip(samples, back, strict=True))
    fewer = samples[::2]
    assert list(training.held_back(fewer)) == [marked[sample] for sample in fewer]


def test_figures_say_how_often_a_claim_of_0_95_was_made_and_was_right():
    found = training.figures(
        truth=["a", "a", "b", "b"],
        said=["a", "b", "b", "b"],
        sure=np.array([0.99, 0.96, 0.97, 0.5]),
    )
    assert (found["sure_share"], found["sure_right"]) == (0.75, 0.6667)
    assert found["accuracy"] == 0.75
    assert found["macro_f1"] == pytest.approx((2 / 3 + 0.8) / 2, abs=1e-4)


def test_figures_over_folds_come_from_rows_that_were_not_seen():
    shuffled = [
        Sample(s.title, s.content, label)
        for s, label in zip(fictional(), itertools.cycle(MATTERS), strict=False)
    ]
    assert training.cross_validated(fictional())["macro_f1"] > 0.9
    assert training.cross_validated(shuffled)["macro_f1"] < 0.6


Tool = Callable[..., str]


@pytest.fixture
def tool(bench, monkeypatch, capsys) -> Tool:
    """Runs `python -m routing train ...` on the bench's database; what it prints."""
    monkeypatch.setenv("DATABASE_URL", bench.app.settings.database_url)

    def run(*arguments: str) -> str:
        SERVICE.tools["train"](list(arguments))
        return str(capsys.readouterr().out)

    return run


def file_of(folder: Path, samples: list[Sample], **labels: str) -> str:
    file = folder / "decided.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["title", "body", "label"])
        writer.writerows([s.title, s.content, labels.get(s.label, s.label)] for s in samples)
    return str(file)


def versions(bench: Any) -> list[tuple[int, bool]]:
    items = bench.get("/v1/classifiers", "admin").json["items"]
    return [(item["version"], item["in_use"]) for item in items]


def test_a_version_is_not_in_use_before_it_is_promoted(bench, tool, tmp_path):
    told = tool("--from", file_of(tmp_path, fictional()))
    assert "not in use" in told
    assert versions(bench) == [(1, False)]
    assert bench.opened(title="滨河路末班车开得太早")["suggestion"]["category"] == "transport.bus"
    (kept,) = bench.get("/v1/classifiers", "admin").json["items"]
    assert kept["metrics"]["macro_f1"] > 0.9
    assert kept["source"] == "decided.csv"


def test_a_promoted_version_suggests_from_the_next_petition_on(bench, tool, tmp_path):
    tool("--from", file_of(tmp_path, fictional()))
    bench.opened(title="云湖街公交车总是不来")
    tool("--use", "1")
    assert versions(bench) == [(1, True)]
    bench.opened(title="云湖街公交车总是不来")
    assert last_suggestion(bench)["model"] == "1"
    tool("--use", "rules")
    bench.opened(title="云湖街公交车总是不来")
    assert last_suggestion(bench)["model"] == "rules"


def test_a_promoted_version_that_cannot_be_read_leaves_it_to_the_rules(bench, tool, tmp_path):
    tool("--from", file_of(tmp_path, fictional()))
    tool("--use", "1")
    with bench.app.db.write() as session:
        session.execute(sa.update(tables.classifiers).values(whole=b"changed"))
    bench.opened(title="云湖街公交车总是不来")
    assert last_suggestion(bench)["model"] == "rules"


def test_a_promoted_version_that_cannot_be_read_does_not_stop_learning(bench, tool, tmp_path):
    tool("--from", file_of(tmp_path, fictional()))
    tool("--use", "1")
    with bench.app.db.write() as session:
        session.execute(sa.update(tables.classifiers).values(measured=b"another format"))
    assert "now: rules" in tool("--from", file_of(tmp_path, fictional()))
    assert [version for version, _ in versions(bench)] == [2, 1]


def last_suggestion(bench: Any) -> Any:
    with bench.app.db.read() as session:
        return session.scalar(sa.select(cases.c.suggestion).order_by(cases.c.seq.desc()).limit(1))


def test_only_a_version_that_is_better_on_the_same_held_back_part_is_promoted(
    bench, tool, tmp_path
):
    odd = ("labour.wage", "environment.noise", "transport.bus")
    turned = [Sample(s.title, s.content, odd[tuple(MATTERS).index(s.label)]) for s in fictional()]
    tool("--from", file_of(tmp_path, turned), "--promote")
    assert versions(bench) == [(1, True)]
    told = tool("--from", file_of(tmp_path, turned), "--promote")
    assert "not better than 1" in told
    assert versions(bench) == [(2, False), (1, True)]
    told = tool("--from", file_of(tmp_path, fictional()), "--promote")
    assert "version 3 is in use" in told
    assert versions(bench) == [(3, True), (2, False), (1, False)]


def test_the_offices_own_choices_are_learnt_from(bench, tool):
    decide_all(bench)
    tool("--database")
    assert versions(bench) == [(1, False)]
    (kept,) = bench.get("/v1/classifiers", "admin").json["items"]
    assert kept["source"] == "database"
    assert kept["metrics"]["rows"] + kept["metrics"]["learnt_from"] == len(fictional())


def decide_all(bench: Any) -> None:
    """Each fictional petition comes in, and somebody says its category."""
    told = [bench.petition(title=s.title, content=s.content) for s in fictional()]
    hear(bench.app, *itertools.chain.from_iterable(events for _, *events in told))
    labels = {(s.title, s.content): s.label for s in fictional()}
    with bench.app.db.write() as session:
        for row in session.execute(sa.select(cases)).all():
            classification.keep_choice(
                session,
                case_row=row._mapping,
                category=labels[row.title, row.content],
                by="li",
                at=bench.app.clock.now(),
            )


def test_labels_may_be_codes_or_names_or_said_on_the_command_line(bench, tool, tmp_path):
    file = file_of(tmp_path, fictional(), **NAMES)
    told = tool("--from", file, "--label", "噪声=environment.noise")
    assert "transport.bus F1" in told
    assert "environment.noise F1" in told


def test_a_label_that_is_no_category_is_refused_with_its_line(bench, tool, tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        tool("--from", file_of(tmp_path, [*fictional(), Sample("题", "文", "不存在")]))
    assert ended.value.code == 1
    assert f"decided.csv第{len(fictional()) + 2}行" in capsys.readouterr().err
    assert versions(bench) == []


def test_measuring_needs_no_database_and_keeps_nothing(bench, monkeypatch, capsys, tmp_path):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    SERVICE.tools["train"](["--measure", "--from", file_of(tmp_path, fictional())])
    assert "macro_f1" in capsys.readouterr().out
    assert versions(bench) == []


@pytest.mark.parametrize(
    "arguments", [["--use", "9"], ["--use", "nine"], ["--from", "nowhere.csv"]]
)
def test_what_is_not_there_ends_with_a_sentence(tool, arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        tool(*arguments)
    assert ended.value.code == 2
    assert "train: " in capsys.readouterr().err


def test_too_little_history_ends_with_a_sentence(tool, capsys):
    with pytest.raises(SystemExit) as ended:
        tool("--database")
    assert ended.value.code == 1
    assert "too little" in capsys.readouterr().err


def test_versions_are_kept_on_each_kind_of_database(any_bench, monkeypatch, capsys, tmp_path):
    url = any_bench.app.settings.database_url
    monkeypatch.setenv("DATABASE_URL", url)
    SERVICE.tools["train"](["--from", file_of(tmp_path, fictional())])
    SERVICE.tools["train"](["--use", "1"])
    any_bench.opened(title="云湖街公交车总是不来")
    assert last_suggestion(any_bench)["model"] == "1"
    with any_bench.app.db.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(tables.classifiers)) == 1
