"""What would run in each environment: the right commands, locked in, watched, and ended gently."""

from __future__ import annotations

import dataclasses
import re
import secrets
from typing import Any

import pytest

from k8s.check import ENVIRONMENTS
from k8s.rendered import (
    OURS,
    SERVICES,
    Object,
    container,
    containers,
    given,
    objects,
    of_kind,
    pods,
    role_of,
    selects,
    service_of,
)
from k8s.sources import ROOT
from shared.cli import COMMANDS, PREPARATIONS, ForMigrating, ForTopology, web_options
from shared.settings import read_settings
from shared.testing import make_app, sample_secrets
from shared.web.app import create_app
from sync_municipal.settings import check_push

each_environment = pytest.mark.parametrize("environment", ENVIRONMENTS)
each_pod = pytest.mark.parametrize(
    ("environment", "pod"),
    [pytest.param(e, pod, id=f"{e} {name}") for e in ENVIRONMENTS for name, pod in pods(e).items()],
)
each_container = pytest.mark.parametrize(
    ("environment", "pod", "one"),
    [
        pytest.param(e, pod, one, id=f"{e} {name} {one['name']}")
        for e in ENVIRONMENTS
        for name, pod in pods(e).items()
        for one in containers(pod)
    ],
)
PREPARING = {"web": ["migrate"], "worker": ["migrate", "topology"]}
OTHER_ROLES = ["migrate"]
OTHER = secrets.token_urlsafe(32)
"""A value for what is in a Secret and in no local installation."""
OF_ALL = {"ACCESS_KEYS": "access-keys"}
"""Secrets that all services share, so that there is one place to change each."""
MAY_BE_LEFT_OUT = {"MAIL_BOXES", "MAIL_ACCOUNT"}
"""Secrets without which a process starts and does nothing."""


@each_environment
def test_every_role_of_every_service_is_deployed(environment) -> None:
    wanted = {
        f"{name}-{role}"
        for name, s in SERVICES.items()
        for role in ("web", *(["worker"] if s.talks else []), *s.roles)
    }
    assert set(of_kind(environment, "Deployment")) == wanted


@each_pod
def test_a_pod_prepares_what_its_role_needs_in_order(environment, pod) -> None:
    names = [one["name"] for one in pod["spec"]["initContainers"]]
    assert names == PREPARING.get(role_of(pod), OTHER_ROLES)


@each_container
def test_a_containers_command_is_one_of_its_service(environment, pod, one) -> None:
    service = service_of(pod)
    python, module, package, command, *_ = one["command"]
    assert (python, module, package) == ("python", "-m", service.package)
    assert command in {*COMMANDS, *PREPARATIONS, *service.roles, *service.commands, *service.tools}
    assert command == role_of(pod) or one["name"] != "app"


@each_container
def test_a_container_runs_the_overlays_version_of_its_service(environment, pod, one) -> None:
    image, _, tag = one["image"].partition(":")
    assert image == f"minsheng/{service_of(pod).name}"
    assert re.fullmatch(r"\d+\.\d+\.\d+", tag)


@each_container
def test_a_container_has_no_rights_and_writes_only_to_tmp(environment, pod, one) -> None:
    rights = one["securityContext"]
    assert rights["readOnlyRootFilesystem"] is True
    assert rights["allowPrivilegeEscalation"] is False
    assert rights["capabilities"] == {"drop": ["ALL"]}
    assert "runAsUser" not in rights
    volumes = {volume["name"]: volume for volume in pod["spec"]["volumes"]}
    writable = {m["mountPath"] for m in one["volumeMounts"] if not m.get("readOnly")}
    assert {web_options(host="", port=0, threads=1)["worker_tmp_dir"]} == {"/tmp"}
    assert writable == {"/tmp"} | ({"/tmp/uploads"} & {temporary(one)})
    assert {m["name"] for m in one["volumeMounts"]} <= set(volumes)
    assert "emptyDir" in volumes["tmp"]


def temporary(one: Object) -> str:
    """Where a process puts files that it needs for a moment."""
    entries = {entry["name"]: entry.get("value") for entry in one.get("env", ())}
    return entries.get("TMPDIR", "/tmp")  # noqa: S108 - a folder of the container


def test_files_that_are_received_are_on_disk_with_room_for_all_that_come_at_once() -> None:
    pod = pods("prod")["intake-web"]
    app = container(pod, "app")
    [volume] = [v for v in pod["spec"]["volumes"] if v["name"] == "uploads"]
    assert "medium" not in volume["emptyDir"]
    assert volume["emptyDir"]["sizeLimit"] == "2Gi"
    settings = given("prod", app)
    each = 3 * int(settings["ATTACHMENT_BYTES"])
    assert int(settings["WEB_THREADS"]) * each < 2 * 1024**3


@each_pod
def test_a_pod_runs_as_10001_without_a_token_of_the_cluster(environment, pod) -> None:
    user = pod["spec"]["securityContext"]
    assert (user["runAsUser"], user["runAsGroup"], user["runAsNonRoot"]) == (10001, 10001, True)
    assert user["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["spec"]["automountServiceAccountToken"] is False


@each_container
def test_a_container_says_what_it_needs_and_may_use(environment, pod, one) -> None:
    resources = one["resources"]
    assert set(resources["requests"]) == {"cpu", "memory"}
    assert "memory" in resources["limits"]


@each_pod
def test_a_pod_is_probed_where_it_answers(environment, pod) -> None:
    app = container(pod, "app")
    settings = given(environment, app)
    ports = {port["name"]: str(port["containerPort"]) for port in app["ports"]}
    is_web = role_of(pod) == "web"
    expected = {"metrics": settings["METRICS_PORT"]} | (
        {"http": settings["PORT"]} if is_web else {}
    )
    assert ports == expected
    port, ready = ("http", "/readyz") if is_web else ("metrics", "/healthz")
    assert app["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": port}
    assert app["startupProbe"]["httpGet"] == {"path": "/healthz", "port": port}
    assert app["readinessProbe"]["httpGet"] == {"path": ready, "port": port}
    for other in pod["spec"]["containers"]:
        assert {"livenessProbe", "readinessProbe"} <= set(other)


@each_pod
def test_a_pod_has_longer_to_end_than_its_process_takes(environment, pod) -> None:
    app = container(pod, "app")
    sleep = app.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    draining = float(given(environment, app)["DRAIN_SECONDS"])
    if role_of(pod) == "web":
        assert sleep >= 5, "the ingress must hear of it first"
        draining = web_options(host="", port=0, threads=1)["graceful_timeout"]
    assert pod["spec"]["terminationGracePeriodSeconds"] >= sleep + draining + 10


def settings_class(pod: Object, one: Object) -> Any:
    """What reads a container's environment; None for a tool, which reads none of it."""
    command = one["command"][3]
    known = {"migrate": ForMigrating, "topology": ForTopology}
    service = service_of(pod)
    return known.get(command, None if command in service.tools else service.settings)


def environment_of(environment: str, one: Object) -> dict[str, str]:
    """The process's environment, with sample values for what comes from Secrets."""
    values = given(environment, one)
    for entry in one.get("env", ()):
        secret = entry.get("valueFrom", {}).get("secretKeyRef")
        if secret and secret.get("optional"):
            continue
        text = sample_secrets().get(entry["name"], OTHER) if secret else entry["value"]
        values[entry["name"]] = re.sub(r"\$\((\w+)\)", lambda m: values[m[1]], text)
    return values


@each_container
def test_a_container_has_every_setting_it_needs_and_all_are_of_their_type(
    environment, pod, one
) -> None:
    cls = settings_class(pod, one)
    if cls is None:
        return
    values = environment_of(environment, one)
    read_settings(cls, values)
    if role_of(pod) == "worker" and one["name"] == "app":
        assert values["BUS_URL"].startswith("amqp://")
    if role_of(pod) == "push" and one["name"] == "app":
        check_push(read_settings(cls, values))


@each_container
def test_nothing_is_given_that_nobody_reads(environment, pod, one) -> None:
    entries = {entry["name"]: entry for entry in one.get("env", ())}
    used = {
        name
        for entry in entries.values()
        for name in re.findall(r"\$\((\w+)\)", entry.get("value", ""))
    }
    cls = settings_class(pod, one)
    known = {f.name.upper() for f in dataclasses.fields(cls)} if cls else {"CITY_TOKEN"}
    known |= {"TMPDIR"}
    assert set(given(environment, one)) | set(entries) <= known | used


@each_container
def test_a_secret_comes_from_the_services_own_secret_or_that_of_all(environment, pod, one) -> None:
    service = service_of(pod)
    secret = {f.name.upper() for f in dataclasses.fields(service.settings) if f.metadata["secret"]}
    assert not secret & set(given(environment, one))
    for entry in one.get("env", ()):
        reference = entry.get("valueFrom", {}).get("secretKeyRef")
        if reference and reference.get("optional"):
            own = {"name": f"{service.name}-secrets", "key": entry["name"], "optional": True}
            assert reference == own
        elif entry["name"] in secret:
            name = OF_ALL.get(entry["name"], f"{service.name}-secrets")
            assert reference.items() >= {"name": name, "key": entry["name"]}.items()
            assert reference.get("optional", False) == (entry["name"] in MAY_BE_LEFT_OUT)
        elif reference:
            assert reference["name"] in (f"{service.name}-database", f"{service.name}-bus")
            assert reference["key"] in ("username", "password")


@each_environment
def test_no_secret_has_a_value_here(environment) -> None:
    assert of_kind(environment, "Secret") == {}


@each_environment
def test_selectors_have_only_labels_that_never_change(environment) -> None:
    lasting = {f"{OURS}name", f"{OURS}component"}
    for deployment in of_kind(environment, "Deployment").values():
        selector = deployment["spec"]["selector"]
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        assert set(selector["matchLabels"]) == lasting
        assert selects(selector, labels)
        assert set(labels) == lasting | {f"{OURS}part-of"}
    for service in of_kind(environment, "Service").values():
        assert set(service["spec"]["selector"]) == lasting


@each_environment
def test_every_deployment_may_lose_a_pod_to_a_drain_and_only_one(environment) -> None:
    budgets = of_kind(environment, "PodDisruptionBudget")
    for name, pod in pods(environment).items():
        labels = pod["metadata"]["labels"]
        [budget] = [b for b in budgets.values() if selects(b["spec"]["selector"], labels)]
        assert budget["metadata"]["name"] == name
    for budget in budgets.values():
        assert budget["spec"]["maxUnavailable"] == 1
        assert budget["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"
        assert "minAvailable" not in budget["spec"]


@each_environment
def test_web_grows_by_load_and_is_replaced_without_a_gap(environment) -> None:
    scalers = of_kind(environment, "HorizontalPodAutoscaler")
    web = {n: d for n, d in of_kind(environment, "Deployment").items() if n.endswith("-web")}
    assert {s["spec"]["scaleTargetRef"]["name"] for s in scalers.values()} == set(web)
    for deployment in web.values():
        assert "replicas" not in deployment["spec"], "an apply would undo the autoscaler"
        rolling = deployment["spec"]["strategy"]["rollingUpdate"]
        assert rolling == {"maxSurge": 1, "maxUnavailable": 0}


def test_prod_has_two_of_each_process() -> None:
    for scaler in of_kind("prod", "HorizontalPodAutoscaler").values():
        assert scaler["spec"]["minReplicas"] >= 2
    for deployment in of_kind("prod", "Deployment").values():
        assert deployment["spec"].get("replicas", 2) == 2


@each_environment
def test_everything_that_has_metrics_is_read(environment) -> None:
    monitors = of_kind(environment, "PodMonitor").values()
    for pod in pods(environment).values():
        [monitor] = [
            m for m in monitors if selects(m["spec"]["selector"], pod["metadata"]["labels"])
        ]
        [endpoint] = monitor["spec"]["podMetricsEndpoints"]
        assert endpoint["port"] in {port["name"] for port in container(pod, "app")["ports"]}


@each_environment
def test_the_public_door_opens_public_routes_alone(environment) -> None:
    public = {
        name
        for name, service in SERVICES.items()
        if any(route.path.startswith("/v1/public/") for route in service.api.routes)
    }
    doors = of_kind(environment, "Ingress")
    wanted = {f"/{name}/(v1/public/.*)": f"{name}-web" for name in public - {"intake"}}
    wanted["/intake/(v1/public/.*|open311/v2/.*)"] = "intake-web"
    assert paths(doors["public"]) == wanted
    with_pages = {f"{name}-web" for name, service in SERVICES.items() if service.pages}
    for_staff = [set(paths(doors[name]).values()) for name in ("staff", "staff-pages")]
    assert for_staff == [{f"{name}-web" for name in SERVICES} - with_pages, with_pages]
    assert set.union(*for_staff) == set(of_kind(environment, "Service"))
    assert paths(doors["public-wechat"]) == {"/intake/(v1/wechat/[a-z0-9_]+)": "intake-web"}
    for name, door in (("public", "v1/public"), ("staff", "v1")):
        files = {f"/intake/({door}/petitions/[^/]+/attachments)": "intake-web"}
        if name == "public":
            files["/intake/(v1/public/drafts/[^/]+/files)"] = "intake-web"
        assert paths(doors[f"{name}-attachments"]) == files


@each_environment
def test_citizens_reach_the_pages_that_are_theirs_and_staff_reach_all(
    environment, tmp_path
) -> None:
    doors = of_kind(environment, "Ingress")
    public, staff = ([*paths(doors[f"{name}-pages"])][0] for name in ("public", "staff"))
    app = make_app(SERVICES["console"], tmp_path)
    rules = list(create_app(app).url_map.iter_rules())
    app.close()
    assert {rule.endpoint.partition(".")[0] for rule in rules} >= {"portal", "office", "static"}
    for rule in rules:
        path = "".join("x" if is_variable else part for is_variable, part in rule._trace)[1:]
        of_citizens = rule.endpoint.startswith("portal.") or rule.endpoint in OF_BOTH
        assert bool(reached(public, path)) == of_citizens, rule
        assert bool(reached(staff, path)) == (rule.endpoint not in ("healthz", "readyz")), rule
    for of_a_service in (
        "/intake/v1/petitions",
        "/routing/v1/public/x",
        "/sync-municipal",
        "/intake",
    ):
        assert not reached(public, of_a_service)
        assert not reached(staff, of_a_service)
    assert not reached(public, "/OFFICE")
    assert reached(public, "/officer")


OF_BOTH = {"static", "icons", "choose_language"}


def reached(pattern: str, path: str) -> re.Match[str] | None:
    """Whether ingress-nginx sends a path there: its patterns are anchored and heed no case."""
    return re.match(pattern, path, re.I)


def paths(ingress: Object) -> dict[str, str]:
    [rule] = ingress["spec"]["rules"]
    assert [rule["host"]] == ingress["spec"]["tls"][0]["hosts"]
    return {p["path"]: p["backend"]["service"]["name"] for p in rule["http"]["paths"]}


@each_environment
def test_both_doors_limit_rate_and_size(environment) -> None:
    settings = given(environment, container(pods(environment)["intake-web"], "app"))
    for ingress in of_kind(environment, "Ingress").values():
        notes = {k.split("/")[1]: v for k, v in ingress["metadata"]["annotations"].items()}
        assert {"limit-rpm", "limit-rps"} & set(notes)
        is_for_files = ingress["metadata"]["name"].endswith(("-attachments", "-pages"))
        assert notes["proxy-body-size"] == ("21m" if is_for_files else "1m")
        assert notes["ssl-redirect"] == "true"
    assert settings["MAX_BODY_BYTES"] == str(1024**2)
    assert settings["ATTACHMENT_BYTES"] == str(20 * 1024**2)
    assert settings["TRUSTED_PROXIES"] == "1"
    pages = given(environment, container(pods(environment)["console-web"], "app"))
    assert int(pages["MAX_BODY_BYTES"]) == 21 * 1024**2


@each_environment
def test_everything_is_in_the_environments_namespace_which_refuses_rights(environment) -> None:
    [namespace] = of_kind(environment, "Namespace").values()
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    name = namespace["metadata"]["name"]
    others = [thing for thing in objects(environment) if thing is not namespace]
    assert {thing["metadata"]["namespace"] for thing in others} == {name}


def referenced(value: Any) -> set[str]:
    """Names of Secrets and ConfigMaps that somebody must have made."""
    if isinstance(value, list):
        return {name for inner in value for name in referenced(inner)}
    if not isinstance(value, dict):
        return set()
    found = {name for inner in value.values() for name in referenced(inner)}
    for key in ("secretKeyRef", "configMap", *BY_NAME):
        if isinstance(value.get(key), dict):
            found.add(value[key]["name"])
    return found | ({value["secretName"]} if "secretName" in value else set())


BY_NAME = ("passwordSecret", "importCredentialsSecret", "accessKeyId", "secretAccessKey")
MADE_BY_OPERATORS = {"postgresql-ca"}


@each_environment
def test_operating_tells_of_everything_that_must_be_made_by_hand(environment) -> None:
    text = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    for name in referenced(objects(environment)) - MADE_BY_OPERATORS:
        service, _, kind = name.rpartition("-")
        shown = f"<service>-{kind}" if service in SERVICES else name
        assert f"`{shown}`" in text, name
    for service in SERVICES.values():
        for field in dataclasses.fields(service.settings):
            if field.metadata["secret"]:
                assert re.search(rf"--from-(literal|file)={field.name.upper()}\b", text)
