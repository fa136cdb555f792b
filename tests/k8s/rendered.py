"""The overlays as kubectl renders them, for tests that look at what would be applied."""

from __future__ import annotations

from functools import cache
from typing import Any

from k8s.check import ENVIRONMENTS, find_kubectl
from k8s.sources import DEPLOY
from shared.service import Service, find_services

Object = dict[str, Any]

SERVICES: dict[str, Service] = {service.name: service for service in find_services()}
TALKING = {name: service for name, service in SERVICES.items() if service.talks}
"""Services that tell or hear anything: with a worker, a queue and a user in RabbitMQ."""
OURS = "app.kubernetes.io/"


@cache
def objects(environment: str) -> list[Object]:
    """Everything that `kubectl apply -k` would send for an environment."""
    assert environment in ENVIRONMENTS
    return find_kubectl().kustomize(DEPLOY / "overlays" / environment)


def of_kind(environment: str, kind: str) -> dict[str, Object]:
    """The objects of a kind, by name."""
    found = [thing for thing in objects(environment) if thing["kind"] == kind]
    return {thing["metadata"]["name"]: thing for thing in found}


def pods(environment: str) -> dict[str, Object]:
    """The pod template of each Deployment, by its name."""
    return {name: d["spec"]["template"] for name, d in of_kind(environment, "Deployment").items()}


def containers(pod: Object) -> list[Object]:
    """All containers of a pod template, those that only prepare first."""
    return [*pod["spec"].get("initContainers", ()), *pod["spec"]["containers"]]


def container(pod: Object, name: str) -> Object:
    [found] = [one for one in containers(pod) if one["name"] == name]
    return found


def service_of(thing: Object) -> Service:
    """The service that a labelled object is of."""
    return SERVICES[thing["metadata"]["labels"][f"{OURS}name"]]


def role_of(thing: Object) -> str:
    """web, worker or a role of the service's own."""
    return str(thing["metadata"]["labels"][f"{OURS}component"])


def given(environment: str, thing: Object) -> dict[str, str]:
    """The settings that a container gets from ConfigMaps, by name."""
    maps = of_kind(environment, "ConfigMap")
    found: dict[str, str] = {}
    for source in thing.get("envFrom", ()):
        found |= maps[source["configMapRef"]["name"]]["data"]
    return found


def selects(selector: Object, labels: dict[str, str]) -> bool:
    """Whether a label selector means a pod with these labels; {} means every pod."""
    assert set(selector) <= {"matchLabels"}, "these tests read matchLabels alone"
    return selector.get("matchLabels", {}).items() <= labels.items()
