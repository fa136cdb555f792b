"""Every text of pages can be read in English, and none is out of the catalogue's reach."""

import re

from jinja2 import Environment, nodes

from console.tools import translations

MOST_WITHOUT_ENGLISH = 0
"""How many texts may stand in Chinese for readers of English: lower it, never raise it."""
_OWN_NAMES = frozenset({"民", "中文", "、", "（", "）"})


def test_every_text_of_pages_stands_in_the_catalogue():
    wanted = {text for text, _place in translations.texts()}
    there = {str(one.id) for one in translations.known() if one.id}
    mend = "python -m console translations"
    assert wanted - there == set(), f"new texts are not in the catalogue: {mend}"
    assert there - wanted == set(), f"the catalogue has texts that are gone: {mend}"


def test_no_more_texts_lack_english_than_before():
    lacking = translations.without_english(translations.known())
    assert len(lacking) <= MOST_WITHOUT_ENGLISH, "\n".join(lacking)


def test_english_has_the_same_placeholders():
    assert translations.broken(translations.known()) == []


def test_no_chinese_stands_in_a_template_where_it_cannot_be_translated():
    environment = Environment(extensions=["jinja2.ext.i18n"])
    found = []
    for path in sorted(translations.CATALOGUE.parents[3].rglob("*.html")):
        tree = environment.parse(path.read_text(encoding="utf-8"))
        texts = [node.data for node in tree.find_all(nodes.TemplateData)]
        called = {
            id(argument)
            for call in tree.find_all(nodes.Call)
            for argument in call.args
            if _is_(call)
        }
        texts += [
            node.value
            for node in tree.find_all(nodes.Const)
            if isinstance(node.value, str) and id(node) not in called
        ]
        for text in texts:
            for word in re.findall(r"[\u4e00-\u9fff]+", text):
                if word not in _OWN_NAMES:
                    found.append(f"{path.name}: {word}")
    assert found == []


def _is_(call: nodes.Call) -> bool:
    return isinstance(call.node, nodes.Name) and call.node.name in ("_", "gettext")
