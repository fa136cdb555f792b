"""A manifest with a typo is refused with the file, the line and the reason."""

import shutil
from pathlib import Path

import kubernetes_validate
import pytest

from k8s import check
from k8s.check import NoKubectl, find_kubectl
from k8s.custom_resources import SPECS
from k8s.rendered import objects
from k8s.schemas import VERSIONS
from k8s.sources import DEPLOY

KUBECTL = find_kubectl()


@pytest.fixture
def deploy(tmp_path: Path) -> Path:
    """A copy of the manifests to spoil, beside the alert rules that overlays list."""
    shutil.copytree(DEPLOY.parent / "prometheus", tmp_path / "prometheus")
    return shutil.copytree(DEPLOY, tmp_path / "k8s")


def edit(file: Path, old: str, new: str) -> int:
    """Replace the first `old` in a file; returns its line."""
    text = file.read_text()
    assert old in text, f"{file.name} has no {old!r}"
    file.write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def test_the_manifests_are_valid() -> None:
    wrongs, counts = check.check(kubectl=KUBECTL)
    assert [str(wrong) for wrong in wrongs] == []
    assert set(counts) == {"base", "overlays/dev", "overlays/prod"}


@pytest.mark.parametrize("version", VERSIONS)
def test_kubernetes_validate_says_the_same(version) -> None:
    ours = [thing for thing in objects("prod") if (thing["apiVersion"], thing["kind"]) not in SPECS]
    assert len(ours) > 40
    for thing in ours:
        kubernetes_validate.validate(thing, version, strict=True)


IN_FILES = [
    ("base/intake/web.yaml", "  name: intake-web", "   name: intake-web", "no YAML"),
    ("base/intake/web.yaml", "kind: Deployment", "kind: Deployment\nkind: Service", "twice"),
    ("base/intake/worker.yaml", "replicas: 2", "replica: 2", "spec has no field 'replica'"),
    ("base/intake/worker.yaml", "replicas: 2", "replicas: two", "spec.replicas: 'two' is not"),
    ("base/routing/worker.yaml", "kind: Deployment", "kind: Deploiment", "no kind Deploiment"),
    ("base/network.yaml", "policyTypes: [Ingress,", "policyType: [Ingress,", "'policyType'"),
    ("base/intake/stores.yaml", "  owner: intake", "  ownr: intake", "has no field 'ownr'"),
    ("base/intake/stores.yaml", "vhost: minsheng", "vhost: 7", "7 is not of type 'string'"),
    ("base/postgresql.yaml", "instances: 1", "instances: one", "spec.instances: 'one' is not"),
    ("base/postgresql.yaml", "memory: 2Gi", "memory: [2Gi]", "is not valid"),
    ("base/kustomization.yaml", "patches:", "patch:", "has no field 'patch'"),
    ("base/kustomization.yaml", "  - intake", "  - intakes", "there is no intakes"),
    (
        "base/kustomization.yaml",
        "    envs: [settings.env]",
        "    envs: [set.env]",
        "no file set.env",
    ),
    ("base/kustomization.yaml", "every-web.yaml", "every-wbe.yaml", "there is no file every-wbe"),
    ("overlays/prod/rabbitmq.yaml", "name: rabbitmq", "name: rabbit", "finds no target"),
    ("overlays/dev/kustomization.yaml", "name: public.*}", "name: pubic}", "finds no target"),
    ("overlays/prod/kustomization.yaml", "minsheng/intake", "minsheng/intak", "no container has"),
    ("base/settings.env", "WEB_THREADS", "WEB_TREADS", "no service has a setting 'WEB_TREADS'"),
    ("overlays/dev/few-pods.yaml", "value: 1", "valeu: 1", "an operation has no field 'valeu'"),
]
"""(file, what stands there, the typo, words of the refusal): found without kubectl."""


@pytest.mark.parametrize("kubectl", [KUBECTL, None], ids=["kubectl", "no kubectl"])
@pytest.mark.parametrize("typo", IN_FILES, ids=lambda typo: typo[3])
def test_a_typo_in_a_file_is_refused(deploy, kubectl, typo) -> None:
    file, old, new, words = typo
    line = edit(deploy / file, old, new)
    [wrong] = check.check(deploy, kubectl=kubectl)[0]
    assert words in wrong.reason
    assert wrong.file.samefile(deploy / file)
    # Where YAML ends is known only from the line after.
    assert wrong.line in (line, line + 1)


RENDERED = [
    ("base/every-pod.yaml", "revisionHistoryLimit", "revisionHistoryLimits", "has no field"),
    ("base/every-web.yaml", "periodSeconds: 2", "periodSeconds: soon", "'soon' is not"),
    ("overlays/dev/few-pods.yaml", "value: 2", "value: many", "'many' is not"),
    ("overlays/dev/city-simulator.yaml", "tcpSocket", "tcpSoket", "has no field 'tcpSoket'"),
    ("overlays/prod/postgresql.yaml", "method: any", "methode: any", "has no field 'methode'"),
]
"""Typos in patches, which are whole objects only once kubectl has put them in."""


@pytest.mark.parametrize(("file", "old", "new", "words"), RENDERED)
def test_a_typo_in_a_patch_is_refused_where_it_stands(deploy, file, old, new, words) -> None:
    line = edit(deploy / file, old, new)
    [wrong] = check.check(deploy, kubectl=KUBECTL)[0]
    assert (wrong.file, wrong.line) == (deploy / file, line)
    assert words in wrong.reason


def test_what_kubectl_alone_refuses_is_told_in_its_words(deploy) -> None:
    edit(deploy / "overlays/dev/few-pods.yaml", "/spec/minReplicas", "/spec/min/replicas")
    [wrong] = check.check(deploy, kubectl=KUBECTL)[0]
    assert wrong.file == deploy / "overlays/dev/kustomization.yaml"
    assert "kubectl kustomize" in wrong.reason


def fake_kubectl(folder: Path, version: str) -> str:
    """A program that says it is kubectl of some version, as one on an old machine would."""
    program = folder / "kubectl"
    program.write_text(
        f"""#!/bin/sh\necho '{{"clientVersion": {{"gitVersion": "{version}"}}}}'\n"""
    )
    program.chmod(0o755)
    return str(folder)


def test_an_old_or_missing_kubectl_is_said(tmp_path) -> None:
    with pytest.raises(NoKubectl, match="not installed"):
        find_kubectl(str(tmp_path))
    with pytest.raises(NoKubectl, match=r"v1\.20\.2, older than 1\.21"):
        find_kubectl(fake_kubectl(tmp_path, "v1.20.2"))
    assert find_kubectl(fake_kubectl(tmp_path, "v1.21.0")).version == "v1.21.0"


def test_without_kubectl_the_bases_objects_are_checked() -> None:
    wrongs, counts = check.check(kubectl=None)
    assert wrongs == []
    assert set(counts) == {"base"}
    assert counts["base"] > 60


def test_the_command_exits_1_and_names_file_line_and_reason(deploy, monkeypatch, capsys) -> None:
    edit(deploy / "base/intake/worker.yaml", "replicas: 2", "replica: 2")
    monkeypatch.setattr(check, "DEPLOY", deploy)
    assert check.main() == 1
    said = capsys.readouterr().out
    assert "base/intake/worker.yaml:12: Deployment intake-worker: spec has no field" in said
