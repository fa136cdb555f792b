"""The tree of categories: any depth, refused whole with line and reason, never losing a code."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.domain.categories import RulesError
from routing.domain.category_files import decoded, merge, read_file, written
from routing.domain.suggestion import load_rules, rules_for, suggest
from routing.service import SERVICE
from shared.errors import in_language

HEAD = "code,name,parent,unit,keywords,valid,sort\n"
SMALL = HEAD + (
    "roads,道路,,transport,修路,1,1\n"
    "roads.lamps,照明,roads,,路灯,1,2\n"
    "roads.lamps.dark,灯不亮,roads.lamps,urban,不亮|坏灯,1,3\n"
)
NAMES = "l1,l2,l3\n城建,照明,路灯不亮\n城建,照明,其他\n城建,道路,坑洼\n农业,种植,\n"


def tree_of(text: str, **known: Any) -> dict[str, Any]:
    return read_file(text, file="tree.csv", known=known, unit="bureau")


def refusal(text: str) -> str:
    with pytest.raises(RulesError) as refused:
        tree_of(text)
    return in_language(refused.value.message, "zh") + str(refused.value)


def test_a_tree_is_of_any_depth_and_a_unit_is_that_of_the_category_above():
    tree = tree_of(SMALL)
    deepest = tree["roads.lamps.dark"]
    assert (deepest.level, deepest.group, deepest.unit) == (3, "roads", "urban")
    assert deepest.path == ("道路", "照明", "灯不亮")
    assert tree["roads.lamps"].unit == "transport"


def test_a_category_may_stand_before_the_one_above_it():
    lines = SMALL.splitlines()
    assert tree_of("\n".join([lines[0], *reversed(lines[1:])])).keys() == tree_of(SMALL).keys()


@pytest.mark.parametrize(
    ("row", "line", "reason"),
    [
        ("roads,又是道路,,transport,,1,9", "第5行", "重复"),
        ("x.y,无上级,x,transport,,1,9", "第5行", "没有上级"),
        ("loop,循环,loop,transport,,1,9", "第5行", "绕回"),
        ("nobody,无人办,,,,1,9", "第5行", "没有办理单位"),
        ("Roads,大写,,transport,,1,9", "第5行", "代码"),
        ("blank,,,transport,,1,9", "第5行", "名称"),
        ("short,短词,,transport,灯,1,9", "第5行", "不足两个字"),
        ("flag,标志,,transport,,maybe,9", "第5行", "valid"),
        ("order,次序,,transport,,1,-1", "第5行", "sort"),
        ("twin,照明,roads,transport,,1,9", "第5行", "同级同名"),
        ("wide,多格,,transport,,1,9,more", "第5行", "多出单元格"),
    ],
)
def test_a_mistake_is_refused_with_its_line_and_reason(row, line, reason):
    told = refusal(SMALL + row + "\n")
    assert line in told
    assert reason in told
    assert "line 5" in told


def test_all_mistakes_are_told_at_once():
    told = refusal(SMALL + "A,甲,,u,,1,1\nB,乙,,u,,1,1\n")
    assert "第5行" in told
    assert "第6行" in told


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", HEAD])
def test_a_file_that_is_no_tree_is_refused(text):
    assert "第1行" in refusal(text)


def test_a_file_in_a_spreadsheets_encoding_is_read():
    assert decoded(SMALL.encode("gb18030"), file="tree.csv") == SMALL
    with pytest.raises(RulesError, match="line 1"):
        decoded(b"\xff\xff", file="tree.csv")


def test_names_alone_are_given_codes_and_a_unit():
    tree = tree_of(NAMES)
    assert [category.path[-1] for category in tree.values()] == [
        "城建", "照明", "路灯不亮", "其他", "道路", "坑洼", "农业", "种植",
    ]  # fmt: skip
    assert {category.unit for category in tree.values()} == {"bureau"}
    assert tree["c01.01.01"].path == ("城建", "照明", "路灯不亮")


def test_names_that_are_known_keep_their_codes_in_any_order():
    known = tree_of(NAMES)
    lines = NAMES.splitlines()
    again = tree_of("\n".join([lines[0], "新类,新增,", *reversed(lines[1:])]), **known)
    assert {c.path: c.code for c in known.values()}.items() <= {
        c.path: c.code for c in again.values()
    }.items()


def test_a_row_of_names_that_skips_a_level_is_refused():
    assert "上一级名称为空" in refusal("l1,l2,l3\n城建,,路灯不亮\n")


def test_what_a_new_tree_does_not_have_is_no_longer_valid_and_stays():
    merged = merge(tree_of(SMALL), tree_of(HEAD + "roads,道路交通,,transport,修路,1,1\n"))
    assert merged.added == ()
    assert merged.changed == ("roads",)
    assert merged.ended == ("roads.lamps", "roads.lamps.dark")
    assert not merged.tree["roads.lamps"].valid


def test_only_what_is_valid_is_suggested():
    ended = merge(tree_of(SMALL), tree_of(HEAD + "roads,道路,,transport,修路,1,1\n")).tree
    assert suggest("路灯不亮", "", rules_for(tree_of(SMALL)))
    assert suggest("路灯不亮", "", rules_for(ended)) is None


def test_the_tree_of_this_release_is_suggested_from_as_before():
    built_in = load_rules()
    assert rules_for(built_in.categories).index == built_in.index


CODES = st.from_regex(r"[a-z][a-z0-9]{0,5}", fullmatch=True)


@given(st.lists(st.tuples(CODES, st.integers(0, 5)), min_size=1, max_size=12))
def test_a_written_tree_reads_back_as_the_same_tree(nodes):
    codes: list[str] = []
    rows = []
    for place, (code, up) in enumerate(nodes):
        if code in codes:
            continue
        parent = codes[up % len(codes)] if codes and up else ""
        unit = "bureau" if not parent else ""
        rows.append(f"{code},名{place},{parent},{unit},词语{place}|另词,1,{place}")
        codes.append(code)
    tree = tree_of(HEAD + "\n".join(rows))
    assert tree_of(written(tree)) == tree
    assert merge(tree, tree).changed == ()


@pytest.fixture
def tool(bench, monkeypatch, capsys):
    """Runs `python -m routing categories ...` on the bench's database."""
    monkeypatch.setenv("DATABASE_URL", bench.app.settings.database_url)

    def run(*arguments: str) -> tuple[str, str]:
        SERVICE.tools["categories"](list(arguments))
        told = capsys.readouterr()
        return told.out, told.err

    return run


def file_of(folder: Path, text: str) -> str:
    (folder / "tree.csv").write_text(text, encoding="utf-8")
    return str(folder / "tree.csv")


def codes_of(bench: Any) -> list[str]:
    return [item["code"] for item in bench.get("/v1/categories", "dispatcher").json["items"]]


def test_the_categories_of_this_release_are_there_from_the_start(bench):
    items = bench.get("/v1/categories", "dispatcher").json["items"]
    assert [item["code"] for item in items] == list(load_rules().categories)
    bus = next(item for item in items if item["code"] == "transport.bus")
    assert bus == {
        "code": "transport.bus",
        "name": "公共汽车与轨道交通",
        "unit": "transport",
        "parent": "transport",
        "level": 2,
    }


def test_an_imported_tree_takes_the_place_of_the_one_before_without_a_restart(
    bench, tool, tmp_path
):
    assert "transport.bus" in codes_of(bench)
    told, _ = tool("import", file_of(tmp_path, SMALL))
    assert "新增3" in told
    assert codes_of(bench) == ["roads", "roads.lamps", "roads.lamps.dark"]
    assert bench.opened(title="路灯不亮")["suggestion"]["category"] == "roads.lamps.dark"


def test_a_dry_run_says_what_would_change_and_changes_nothing(bench, tool, tmp_path):
    before = codes_of(bench)
    told, _ = tool("import", file_of(tmp_path, SMALL), "--dry-run")
    assert "试运行" in told
    assert codes_of(bench) == before


def test_a_tree_with_a_mistake_changes_nothing(bench, tool, tmp_path, capsys):
    before = codes_of(bench)
    with pytest.raises(SystemExit) as ended:
        tool("import", file_of(tmp_path, SMALL + "Bad,坏,,u,,1,1\n"))
    assert ended.value.code == 1
    assert "tree.csv第5行" in capsys.readouterr().err
    assert codes_of(bench) == before


def test_what_is_exported_is_imported_without_a_change(bench, tool, tmp_path):
    exported, _ = tool("export")
    told, _ = tool("import", file_of(tmp_path, exported))
    assert "新增0、变更0、停用0" in told


def test_a_case_keeps_the_name_of_a_category_that_is_no_longer_valid(bench, tool, tmp_path):
    case = bench.case_in("forwarded")
    tool("import", file_of(tmp_path, SMALL))
    codes_of(bench)
    assert bench.case(case["case_id"])["category_name"] == "公共汽车与轨道交通"
