"""Words of notices: read and checked at start, and nothing in them that others may not read."""

import pytest
import yaml

from intake.domain.notices import MEDIA, read_texts
from intake.domain.notices.texts import FILE, OCCASIONS, PLACEHOLDERS


@pytest.fixture
def changed(tmp_path):
    """The file with one value changed, by its path."""

    def change(*path, value):
        raw = yaml.safe_load(FILE.read_text(encoding="utf-8"))
        place = raw
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value
        file = tmp_path / "notices.yaml"
        file.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
        return file

    return change


def test_every_occasion_has_words_for_every_medium_and_a_basis():
    texts = read_texts()
    assert set(texts.occasions) == set(OCCASIONS)
    for occasion in texts.occasions.values():
        assert set(occasion.words) == set(MEDIA)
        assert occasion.basis
    assert set(texts.neutral) == set(MEDIA)


def test_all_words_can_be_filled():
    texts = read_texts()
    for name in OCCASIONS:
        for medium in MEDIA:
            values = dict.fromkeys(PLACEHOLDERS[name], "甲")
            title, text = texts.words(name, medium, secret=False).filled(values)
            assert "{" not in title + text
            assert bool(title) is (medium != "sms")


@pytest.mark.parametrize(
    ("path", "value", "names"),
    [
        (("occasions", "receipt", "sms"), "您好{name}", "receipt.sms"),
        (("occasions", "receipt", "sms"), "{petition_no.__class__}", "receipt.sms"),
        (("occasions", "receipt", "sms"), "{petition_no!r}", "receipt.sms"),
        (("occasions", "receipt", "sms"), "{petition_no:>9000}", "receipt.sms"),
        (("occasions", "receipt", "sms"), "{", "receipt.sms"),
        (("occasions", "receipt", "sms"), "长" * 301, "receipt.sms"),
        (("occasions", "receipt", "sms"), None, "receipt.sms"),
        (("occasions", "result", "sms"), "{reply}", "result.sms"),
        (("occasions", "result", "wechat", "text"), "{reply}", "result.wechat"),
        (("occasions", "supplement", "sms"), "{what}", "supplement.sms"),
        (("occasions", "receipt", "email", "title"), "一\n二", "receipt.email"),
        (("neutral", "sms"), "{petition_no}", "neutral.sms"),
        (("occasions", "progress", "stages"), ["no_stage"], "progress"),
        (("occasions", "progress", "stages"), ["registered"], "progress"),
        (("occasions", "progress", "media"), ["pigeon"], "progress"),
        (("occasions", "progress", "sum"), "多", "progress"),
    ],
)  # fmt: skip
def test_a_mistaken_file_is_refused_and_the_place_named(changed, path, value, names):
    with pytest.raises(ValueError, match=names):
        read_texts(changed(*path, value=value))


def test_no_words_of_the_secret_lane_say_which_petition():
    for words in read_texts().neutral.values():
        assert "petition" not in words.title + words.text
