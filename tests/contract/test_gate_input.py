"""Input that the gate cannot work with is refused by file, line and reason; releases are final."""

import json
import re
import shutil

import pytest
from gate.__main__ import main
from gate.operations import operations
from gate.verdicts import BadInput
from sites import ROOT, SERVICES, World, event, field, without

from shared.migrations import head

HEAD = f'"head": "{head("routing")}",'
PATH = "tests/contract/released/routing/0.1.0.json"
OVERLAY = "deploy/k8s/overlays/prod/kustomization.yaml"


def run(world, *arguments):
    return main(["--root", str(world.site.root), *arguments])


def can_upgrade(world, service="routing", version="0.1.0", env="prod"):
    return run(world, "can-upgrade", "--service", service, "--version", version, "--env", env)


def said(world, capsys, **arguments):
    """The sentence of a refusal, which ends with 1 and prints no table."""
    assert can_upgrade(world, **arguments) == 1
    out, err = capsys.readouterr()
    assert out == ""
    return err


def edit(world, old, new, service="routing"):
    """Edit a released file by hand; returns the line of the edit."""
    path = world.path(service, "0.1.0")
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def line_of(world, part, service="routing"):
    lines = world.path(service, "0.1.0").read_text(encoding="utf-8").splitlines()
    return next(n for n, line in enumerate(lines, 1) if line.startswith(f' "{part}"'))


def test_the_table_says_what_was_checked_and_that_all_is_well(world: World, capsys):
    assert can_upgrade(world) == 0
    out = capsys.readouterr().out
    assert out.startswith("routing in prod: 0.1.0 -> 0.1.0\ncheck ")
    offered = len(operations(world.site.bundle("routing", "0.1.0").http))
    all_served = rf"^HTTP: offered before +routing 0\.1\.0 +ok +all {offered} operations"
    assert re.search(all_served, out, re.M)
    assert out.endswith("yes, it may be deployed\n\n")


def test_the_table_says_why_not(world, capsys):
    world.release("intake", "0.2.0", event("petition.registered.v1", without("petition_no")))
    assert can_upgrade(world, service="intake", version="0.2.0") == 1
    out = capsys.readouterr().out
    assert "REFUSED  routing 0.1.0 in prod needs `petition_no` of petition.registered.v1" in out
    assert out.endswith("NO: 2 refused\n\n")


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("produces", '"optional": false', '"optional": true'),
        ("reads", '"petition_no"', '"petition_nr"'),
        ("http", '"title": "Minsheng', '"title": "Changed'),
        ("database", '"nullable": false', '"nullable": true'),
        ("examples", "/001-forwarded", "/009-forwarded"),
        ("version", '"version": "0.1.0"', '"version": "0.1.1"'),
    ],
)
def test_a_hand_edited_part_is_named_with_its_line(world, capsys, part, old, new):
    path = world.path("routing", "0.1.0")
    before, found, after = path.read_text(encoding="utf-8").partition(f'\n "{part}"')
    assert old in found + after
    path.write_text(before + (found + after).replace(old, new, 1), encoding="utf-8")
    assert said(world, capsys).startswith(
        f"refused: {PATH}: line {line_of(world, part)}: `{part}` was edited after the release"
    )


def test_a_bundle_under_another_name_is_refused(world, capsys):
    shutil.copy(world.path("routing", "0.1.0"), world.path("routing", "0.2.0"))
    err = said(world, capsys, version="0.2.0")
    assert "this is the bundle of routing 0.1.0, under the name of routing 0.2.0" in err


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (HEAD, HEAD.rstrip(","), "broken JSON: Expecting ',' delimiter"),
        (HEAD, f"{HEAD} {HEAD}", "`head` in `database` is there twice"),
        ('"calls": [', '"calls": [], "calls": [', "`calls` is there twice"),
        ('"calls": [', '"extra": 1, "calls": [', "`extra` was added by hand"),
        ('"calls": [', '"called": [', "the part `calls` is missing"),
        ('"seals": {', '"seals": {"more": "",', "the seals were edited"),
    ],
)
def test_a_broken_bundle_is_refused_with_its_reason(world, capsys, old, new, reason):
    edit(world, old, new)
    err = said(world, capsys)
    assert err.startswith(f"refused: {PATH}: line ")
    assert reason in err


def test_broken_json_names_its_line(world, capsys):
    line = edit(world, HEAD, '"head": 0001x,')
    assert f"{PATH}: line {line}: broken JSON" in said(world, capsys)


def test_a_bundle_that_is_cut_short_is_refused(world, capsys):
    path = world.path("routing", "0.1.0")
    path.write_bytes(path.read_bytes()[:5000])
    assert "broken JSON" in said(world, capsys)


def test_a_bundle_that_is_no_text_is_refused(world, capsys):
    path = world.path("routing", "0.1.0")
    path.write_bytes(path.read_bytes().replace(b"routing", b"r\xffuting", 1))
    assert re.search(r"line \d+: not UTF-8", said(world, capsys))


def test_a_bundle_that_is_only_laid_out_otherwise_is_still_the_same(world, capsys):
    path = world.path("routing", "0.1.0")
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8"))), encoding="utf-8")
    assert can_upgrade(world) == 0


def test_an_edited_bundle_of_another_service_is_refused_too(world, capsys):
    edit(world, '"optional": false', '"optional": true', service="intake")
    assert "released/intake/0.1.0.json: line" in said(world, capsys)


def test_an_unknown_service_version_and_environment_are_refused_with_those_there_are(world, capsys):
    assert "there is no such service; there are: intake, routing" in said(
        world, capsys, service="rooting"
    )
    assert "routing 0.9.0 was not released; there are: 0.1.0" in said(
        world, capsys, version="0.9.0"
    )
    assert "VERSION=../x: a version is x.y.z; of routing there are: 0.1.0" in said(
        world, capsys, version="../x"
    )
    assert "overlays/pord/kustomization.yaml: there is no environment `pord`; there are: prod" in (
        said(world, capsys, env="pord")
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        (
            '  - name: minsheng/intake\n    newTag: "0.1.0"\n',
            "",
            2,
            "has no tag for minsheng/intake",
        ),
        ('"0.1.0"', '"0.1.7"', 4, "intake 0.1.7 is deployed and was not released"),
        ('"0.1.0"', '"latest"', 4, "'latest' is no x.y.z"),
        ('"0.1.0"', "0.1", 4, "'0.1' is no x.y.z"),
        ('    newTag: "0.1.0"\n', "", 3, "minsheng/intake has no `newTag`"),
        ("minsheng/routing", "minsheng/rooting", 6, "minsheng/rooting is no released service"),
        ("minsheng/routing", "minsheng/intake", 5, "minsheng/intake is there twice"),
        ("name: minsheng/intake", "image: minsheng/intake", 3, "an image without `name`"),
        ("images:", "image:", 1, "`images` is missing"),
        ("images:", "images: 5\nother:", 2, "`images` must be a list"),
        ("images:", "images: [\nother:", 3, "broken YAML"),
        ("images:", "images: \0", 2, "broken YAML: special characters are not allowed"),
        ("images:", f"deep: {'[' * 5000}", 1, "nested too deeply"),
        ('"0.1.0"', '"0.1.0"\n    newTag: "0.2.0"', 5, "`newTag` is there twice"),
        ("images:", "images:\n  - ? [a]\n    : b", 3, "an image without `name`"),
        ("resources:", "images: []\nresources:", 3, "`images` is there twice"),
    ],
)
def test_an_overlay_that_does_not_say_what_runs_is_refused(
    world, capsys, old, new, *, line, reason
):
    path = world.site.root / OVERLAY
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    err = said(world, capsys)
    assert err.startswith(f"refused: {OVERLAY}: line {line}: ") or reason == "broken YAML", err
    assert reason in err


def test_a_version_that_is_deployed_already_is_held_against_itself_and_says_so(world, capsys):
    assert can_upgrade(world) == 0
    assert re.search(r"note +routing 0\.1\.0 is what prod runs already", capsys.readouterr().out)


def test_edited_seals_are_refused(world, capsys):
    edit(world, '"all": "', '"all": "0')
    assert "the seals were edited after the release" in said(world, capsys)


def test_a_bundle_that_is_no_file_is_refused(world, capsys):
    path = world.path("routing", "0.1.0")
    path.unlink()
    path.mkdir()
    assert f"{PATH}: Is a directory" in said(world, capsys)


@pytest.mark.parametrize(
    ("text", "reason"),
    [('{\n"data"', "line 2: broken JSON"), ("{}", "line 1: no event, for it has no `data`")],
)
def test_a_broken_example_is_named(world, capsys, text, reason):
    name = "examples/routing.case.accepted.v1/001-forwarded-to-closed.json"
    (world.site.contract / name).write_text(text)
    assert f"tests/contract/{name}: {reason}" in said(world, capsys, service="supervision")


def test_other_images_of_an_overlay_are_none_of_the_gates_business(world):
    path = world.site.root / OVERLAY
    path.write_text(path.read_text() + "  - name: postgres\n    newTag: latest\n")
    assert can_upgrade(world) == 0


def test_the_tree_is_checked_against_every_overlay(world, capsys):
    world.deploy("dev")
    assert run(world, "tree") == 0
    assert capsys.readouterr().out.count("yes, it may be deployed") == 2 * len(SERVICES)


def test_what_of_the_tree_may_be_deployed_and_what_not_is_said_at_the_end(world, capsys):
    call = {"to": "satisfaction", "method": "GET", "path": "/v1/x", "as": "anyone", "answers": {}}
    world.caller("portal", call)
    assert run(world, "tree") == 1
    assert capsys.readouterr().out.endswith(
        "prod: these may be deployed, in this order: "
        "intake, routing, supervision, sync-municipal, console\n"
        "prod: refused: satisfaction\n\n"
    )


def test_without_an_overlay_there_is_nothing_to_check(world, capsys):
    shutil.rmtree(world.site.overlays)
    assert run(world, "tree") == 0
    assert "deploy/k8s/overlays: no overlay" in capsys.readouterr().out


def test_the_tree_may_be_deployed_to_every_environment(capsys):
    if not (ROOT / "deploy/k8s/overlays").exists():
        pytest.skip("deploy/k8s/overlays does not exist, so nothing is deployed")
    assert main(["tree"]) == 0, capsys.readouterr().out


class TestRelease:
    """`make release`, on a copy of the services' pyproject files."""

    @pytest.fixture(autouse=True)
    def _projects(self, world):
        shutil.rmtree(world.site.released)
        for path in ROOT.glob("services/*/pyproject.toml"):
            target = world.site.root / path.relative_to(ROOT)
            target.parent.mkdir(parents=True)
            shutil.copy(path, target)

    def release(self, world, version, service="routing"):
        return run(world, "release", "--service", service, "--version", version)

    def own_version(self, world, version):
        path = world.site.root / "services/routing/pyproject.toml"
        path.write_text(re.sub(r'(?m)^version = ".*"', f'version = "{version}"', path.read_text()))

    def test_it_writes_a_bundle_that_can_be_read_and_is_never_written_again(self, world, capsys):
        self.own_version(world, "0.1.0")
        assert self.release(world, "0.1.0") == 0
        first = world.path("routing", "0.1.0").read_bytes()
        assert world.site.bundle("routing", "0.1.0").name == "routing 0.1.0"
        assert self.release(world, "0.1.0") == 1
        assert f"{PATH}: routing 0.1.0 is released and is never" in capsys.readouterr().err
        assert world.path("routing", "0.1.0").read_bytes() == first

    @pytest.mark.parametrize("version", ["1", "0.1", "v0.1.0", "0.1.0-rc1", "00.1.0", "", "0.1.０"])
    def test_a_version_is_three_numbers(self, world, capsys, version):
        assert self.release(world, version) == 1
        assert "a version is x.y.z" in capsys.readouterr().err
        assert world.site.services() == []

    def test_a_version_is_higher_than_those_before(self, world, capsys):
        self.own_version(world, "0.10.0")
        assert self.release(world, "0.10.0") == 0
        self.own_version(world, "0.9.0")
        assert self.release(world, "0.9.0") == 1
        assert "routing 0.10.0 is released already" in capsys.readouterr().err

    def test_a_version_is_that_of_the_project(self, world, capsys):
        self.own_version(world, "0.1.0")
        assert self.release(world, "0.2.0") == 1
        err = capsys.readouterr().err
        assert re.search(
            r"services/routing/pyproject\.toml: line \d+: this is routing 0\.1\.0", err
        )

    @pytest.mark.parametrize(
        ("text", "reason"),
        [("[project", "broken TOML"), ("[project]", r"\[project\] has no 'version'")],
    )
    def test_a_project_without_a_version_is_named(self, world, capsys, text, reason):
        (world.site.root / "services/routing/pyproject.toml").write_text(text)
        assert self.release(world, "0.1.0") == 1
        assert re.search(rf"services/routing/pyproject\.toml: {reason}", capsys.readouterr().err)

    def test_golden_files_that_drifted_are_named(self, world, capsys, monkeypatch, tmp_path):
        self.own_version(world, "0.1.0")
        monkeypatch.setattr("golden.files", lambda: {ROOT / "tests/contract/http/x.json": "{}"})
        assert self.release(world, "0.1.0") == 1
        assert "http/x.json; run `make contract-update`" in capsys.readouterr().err
        assert world.site.services() == []

    def test_an_unknown_service_is_refused(self, world, capsys):
        assert self.release(world, "0.1.0", service="rooting") == 1
        assert "there are: intake, routing, supervision" in capsys.readouterr().err


def test_a_caller_that_is_not_written_as_it_should_be_is_named(world):
    for call, reason in (
        ({"to": "intake"}, "`method` is needed"),
        ({"to": "intake", "method": "GET", "path": "/", "as": "x", "answers": {}, "b": 1}, "`b`"),
        ({"to": "intak", "method": "GET", "path": "/", "as": "x", "answers": {}}, "no service `in"),
    ):
        world.caller("portal", call)
        with pytest.raises(BadInput, match=r"callers/portal\.json: calls\[0\]: .*" + reason):
            world.rows("intake", "0.1.0")


def test_a_field_named_like_a_keyword_is_a_field(world):
    named = event("petition.registered.v1", field("required", required=True, type="string"))
    world.release("intake", "0.2.0", named)
    assert world.refusals("intake", "0.2.0") == []
