"""Past answers: found by likeness, the same category first, never beyond what one may see."""

import dataclasses

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from opinion_desk import OPINION, Desk

from routing import models
from routing.domain.answer_checks import check_text
from routing.domain.answered import context_for
from routing.domain.likeness import bands, likeness, pieces, share_from, tokens
from routing.jobs import answers
from routing.models.opinions import answer_bands, answer_tokens
from routing.use_cases import opinions as use_cases
from shared.pairs import normal

TEXTS = st.text(alphabet="公交车末班延长路灯坏了物业小区停车费，。 ", max_size=80)
NIGHT_BUS = {"title": "夜班公交车太少", "content": "工业路夜班职工下班后没有公交车，请延长末班车。"}
LAST_BUS = {
    "title": "末班公交车太早",
    "content": "工业路公交车晚上九点就没有了，夜班职工请求延长。",
}
TAXI = {"title": "出租车拒载", "content": "昨晚在火车站打出租车，司机听说路近就拒载。"}
REPLY = (
    "经核实，该线路末班车为二十一时发出，现已督促公交公司调整至二十二时三十分，请您留意站台公告。"
)


@given(TEXTS, TEXTS)
def test_likeness_is_mutual_and_between_nothing_and_all(one, other):
    assert 0 <= likeness(one, other) == likeness(other, one) <= 1
    assert 0 <= share_from(one, other) <= 1


@given(TEXTS)
def test_a_text_is_wholly_like_itself_whatever_its_layout(text):
    alike = likeness(text, f" {text}\n", size=2)
    assert alike == (1.0 if pieces(text, 2) else 0.0)
    assert normal(normal(text)) == normal(text)


@given(TEXTS, TEXTS)
def test_a_texts_marks_depend_on_nothing_but_the_text(title, content):
    assert tokens(title, content) == tokens(title, content)
    assert len(set(tokens(title, content))) == len(tokens(title, content))
    assert all(0 <= token < 2**31 for token in tokens(title, content))
    assert all(0 <= band < 2**63 for band in bands(content))


def test_what_a_text_is_about_is_not_its_idle_words():
    assert tokens("的了吗", "请问是不是这样的呢") == []
    assert set(tokens(**LAST_BUS)) & set(tokens(**NIGHT_BUS))
    assert not set(tokens(**LAST_BUS)) & set(tokens("物业收费", "小区物业乱收停车费"))


def test_nearly_equal_answers_share_a_band_and_others_do_not():
    assert set(bands(REPLY)) & set(bands(REPLY.replace("三十", "四十")))
    other = "您反映的路灯不亮问题，已于三月五日更换灯具并检修线路，现已恢复照明，感谢您的监督。"
    assert not set(bands(REPLY)) & set(bands(other))
    assert bands("已办理。") == []


class Archive(Desk):
    """Answered cases that are kept, and who looks for them."""

    def answered(self, reply=REPLY, *, unit="transport", category="transport.bus", **words):
        case = self.bench.opened(**words)
        case = self.bench.done(case, "forward", unit=unit, category=category)
        case = self.bench.done(case, "accept")
        case = self.bench.done(case, "reply", text=reply)
        self.keep(case["case_id"])
        return case["case_id"]

    def keep(self, case_id, **changes):
        with self.bench.app.db.write() as session:
            use_cases.keep_answer(session, case_row=self.row(session, case_id) | changes)

    def similar(self, case_id, token=None):
        answer = self.get(case_id, token or self.bench.token("dispatcher"), "similar-answers")
        assert answer.status_code == 200, answer.text
        return answer.json["items"]


@pytest.fixture
def archive(bench):
    return Archive(bench)


@pytest.fixture
def any_archive(any_bench):
    return Archive(any_bench)


def test_an_answered_case_like_this_one_is_found_with_its_reply(any_archive):
    known = any_archive.answered(**LAST_BUS)
    any_archive.answered(**TAXI, category="transport.taxi", reply="已对司机作出处理。")
    (first, *_) = any_archive.similar(any_archive.case(**NIGHT_BUS))
    assert (first["case_id"], first["reply"]) == (known, REPLY)
    assert 0 < first["likeness"] <= 1


def test_its_own_category_comes_first(archive):
    taxi = archive.answered(**NIGHT_BUS, category="transport.taxi")
    bus = archive.answered(**LAST_BUS)
    found = archive.similar(archive.case(**NIGHT_BUS))
    assert [item["case_id"] for item in found] == [bus, taxi]
    assert found[0]["category_name"] == "公共汽车与轨道交通"


def test_no_more_than_five_are_named_and_never_the_case_itself(archive):
    ids = [archive.answered(**LAST_BUS) for _ in range(7)]
    found = {item["case_id"] for item in archive.similar(ids[0])}
    assert len(found) == 5
    assert ids[0] not in found


def test_a_unit_finds_its_own_answers_and_the_bureau_everybodys(any_archive):
    archive = any_archive
    theirs = archive.answered(**LAST_BUS, unit="housing")
    case_id = archive.case(**NIGHT_BUS)
    assert archive.similar(case_id, archive.handler) == []
    assert [item["case_id"] for item in archive.similar(case_id)] == [theirs]
    own = archive.answered(**LAST_BUS)
    assert [item["case_id"] for item in archive.similar(case_id, archive.handler)] == [own]


def test_a_secret_case_is_never_kept_nor_shown_once_it_has_become_secret(archive):
    case_id = archive.answered(**LAST_BUS)
    archive.keep(case_id, secret=True, seq=99)
    with archive.bench.app.db.write() as session:
        kept = set(session.execute(sa.select(answer_tokens.c.seq)).scalars())
        assert 99 not in kept
        this = models.cases.c.case_id == case_id
        session.execute(sa.update(models.cases).where(this).values(secret=True))
    fresh = archive.case(**NIGHT_BUS)
    assert archive.similar(fresh) == []


def test_keeping_an_answer_twice_changes_nothing(any_archive):
    case_id = any_archive.answered(**LAST_BUS)
    any_archive.keep(case_id)
    found = any_archive.similar(any_archive.case(**NIGHT_BUS))
    assert [item["case_id"] for item in found] == [case_id]


def test_answers_from_before_the_index_are_put_into_it_once(any_archive):
    archive = any_archive
    old = [archive.bench.case_in("replied", **LAST_BUS)["case_id"] for _ in range(3)]
    fresh = archive.case(**NIGHT_BUS)
    with archive.bench.app.db.write() as session:
        for index in (answer_tokens, answer_bands):
            session.execute(sa.delete(index))
    assert archive.similar(fresh) == []
    with archive.bench.app.db.write() as session:
        assert use_cases.keep_old_answers(session, most=2)
    answers.run(archive.bench.app)
    assert {item["case_id"] for item in archive.similar(fresh)} == set(old)
    with archive.bench.app.db.write() as session:
        assert not use_cases.keep_old_answers(session, most=2)


def test_an_answer_pasted_from_another_case_is_warned_of_by_its_number(any_archive):
    archive = any_archive
    claim = OPINION["claims"][0]
    pasted = claim["answer"] + claim["measures"] + OPINION["handling"]
    known = archive.answered(**LAST_BUS, reply=pasted)
    path = f"/v1/cases/{archive.case(**NIGHT_BUS)}/opinion/check"
    answer = archive.bench.post(path, token=archive.handler, json=OPINION).json
    (found,) = [f for f in answer["findings"] if f["code"] == "not_another_answer"]
    assert archive.bench.case(known)["case_no"] in found["message"]
    assert answer["blocked"] is False


def test_a_reply_in_plain_text_is_judged_with_the_context_of_its_case(archive):
    case_id = archive.case(**NIGHT_BUS)
    with archive.bench.app.db.read() as session:
        context = context_for(
            archive.row(session, case_id),
            kind="petition",
            unit_name="云屏区交通运输局",
            today=archive.bench.app.clock.now().date(),
        )
    copied = dataclasses.replace(context, content=REPLY)
    codes = {f.code for f in check_text(REPLY, "petition", copied)}
    assert {"not_the_petition", "remedy_step"} <= codes
