"""Who may talk to whom: all is denied, and these doors are open, at both ends."""

from __future__ import annotations

import pytest

from k8s.check import ENVIRONMENTS
from k8s.rendered import Object, of_kind, pods, role_of, selects

each_environment = pytest.mark.parametrize("environment", ENVIRONMENTS)

POSTGRESQL = {"cnpg.io/cluster": "postgresql"}
RABBITMQ = {
    "app.kubernetes.io/name": "rabbitmq",
    "app.kubernetes.io/component": "rabbitmq",
    "app.kubernetes.io/part-of": "rabbitmq",
}

OF_OURS = {"app.kubernetes.io/part-of": "minsheng"}

Doors = set[tuple[str, int]]

TO_ALL: Doors = {("kube-system", 53)}
OUT: dict[str, Doors] = {
    "web": {("postgresql", 5432)},
    "worker": {("postgresql", 5432), ("rabbitmq", 5672)},
    "push": {("postgresql", 5432)},
    "mail": {("postgresql", 5432)},
    "postgresql": {("postgresql", 5432), ("postgresql", 8000)},
    "rabbitmq": {("rabbitmq", 4369), ("rabbitmq", 25672)},
}
IN: dict[str, Doors] = {
    "web": {("ingress-nginx", 8000), ("web", 8000), ("monitoring", 9100)},
    "worker": {("monitoring", 9100)},
    "push": {("monitoring", 9100)},
    "mail": {("monitoring", 9100)},
    "postgresql": {
        *((role, 5432) for role in ("web", "worker", "push", "mail", "postgresql", "cnpg-system")),
        *(("postgresql", 8000), ("cnpg-system", 8000), ("monitoring", 9187)),
    },
    "rabbitmq": {
        *(("worker", 5672), ("rabbitmq", 4369), ("rabbitmq", 25672)),
        *(("rabbitmq-system", 15672), ("monitoring", 15692)),
    },
}
OUTSIDE: dict[str, dict[str, Doors]] = {
    "dev": {"postgresql": {("192.0.2.20/32", 443), ("192.0.2.20/32", 6443)}},
    "prod": {
        "push": {("192.0.2.10/32", 443)},
        "postgresql": {("192.0.2.20/32", 443), ("192.0.2.20/32", 6443), ("192.0.2.30/32", 443)},
    },
}
"""Addresses that differ by environment: city, API server, backup store, mail, sign-in."""
AMONG: dict[tuple[str, str], dict[str, Doors]] = {
    ("routing", "web"): {"egress": {("web", 8000)}},
    ("intake", "web"): {
        "ingress": {("mail", 8000)},
        "egress": {("192.0.2.40/32", 443)},
    },
    ("console", "web"): {"egress": {("web", 8000)}},
    ("intake", "worker"): {"egress": {("192.0.2.40/32", 443)}},
    ("intake", "mail"): {"egress": {("web", 8000), ("192.0.2.40/32", 443)}},
}
"""What one service alone does: routing asks intake who the petitioner is, intake keeps files,
`mail` posts to intake, and the console asks all."""
GATEWAYS: dict[str, Doors] = {"prod": {("192.0.2.40/32", 443), ("192.0.2.40/32", 587)}}
"""Where intake's worker alone sends notices to petitioners."""
for places in OUTSIDE.values():
    places["web"] = {("192.0.2.50/32", 443)}
    places["mail"] = {("192.0.2.40/32", 993), ("192.0.2.50/32", 443)}
    places["rabbitmq"] = {("192.0.2.20/32", 443), ("192.0.2.20/32", 6443)}


def workloads(environment: str) -> list[tuple[str, dict[str, str]]]:
    """Every pod with its role: those of the services and those that the operators make."""
    found = [(role_of(pod), pod["metadata"]["labels"]) for pod in pods(environment).values()]
    return [*found, ("postgresql", POSTGRESQL), ("rabbitmq", RABBITMQ)]


def among(labels: dict[str, str], way: str) -> Doors:
    """What is open to this pod alone among those of its role."""
    name, role = (labels.get(f"app.kubernetes.io/{part}", "") for part in ("name", "component"))
    return AMONG.get((name, role), {}).get(way, set())


def doors(environment: str, labels: dict[str, str], way: str) -> Doors:
    """What a pod may talk to ("egress") or is heard from ("ingress"): (whom, port)."""
    end = "to" if way == "egress" else "from"
    found: Doors = set()
    for policy in of_kind(environment, "NetworkPolicy").values():
        spec = policy["spec"]
        assert {k.capitalize() for k in ("egress", "ingress") if k in spec} <= set(
            spec["policyTypes"]
        )
        if not selects(spec["podSelector"], labels):
            continue
        for rule in spec.get(way, ()):
            assert rule.get("ports"), f"{policy['metadata']['name']} opens every port"
            for peer in rule[end]:
                for whom in peers(environment, peer):
                    found |= {(whom, port["port"]) for port in rule["ports"]}
    return found


def peers(environment: str, peer: Object) -> set[str]:
    """The roles, the namespace or the address that a peer of a rule means."""
    if "ipBlock" in peer:
        return {peer["ipBlock"]["cidr"]}
    if "namespaceSelector" in peer:
        return {peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]}
    return {role for role, labels in workloads(environment) if selects(peer["podSelector"], labels)}


@each_environment
def test_everything_is_denied_to_everybody_first(environment) -> None:
    deny = of_kind(environment, "NetworkPolicy")["deny-all"]["spec"]
    assert deny == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


@each_environment
def test_each_pod_talks_to_whom_it_must_and_to_no_other(environment) -> None:
    for role, labels in workloads(environment):
        outside = OUTSIDE[environment].get(role, set()) | among(labels, "egress")
        if role == "worker" and labels["app.kubernetes.io/name"] == "intake":
            outside = outside | GATEWAYS.get(environment, set())
        assert doors(environment, labels, "egress") == OUT[role] | TO_ALL | outside, role


@each_environment
def test_web_is_heard_by_web_where_routing_asks_intake_and_the_console_all(environment) -> None:
    policies = of_kind(environment, "NetworkPolicy")
    ends = {
        "routing-to-intake": ("routing", "egress", "to", {"app.kubernetes.io/name": "intake"}),
        "intake-from-routing": ("intake", "ingress", "from", {"app.kubernetes.io/name": "routing"}),
        "console-to-services": ("console", "egress", "to", OF_OURS),
        "services-from-console": (None, "ingress", "from", {"app.kubernetes.io/name": "console"}),
    }
    for name, (own, way, end, other) in ends.items():
        spec = policies[name]["spec"]
        assert spec["podSelector"]["matchLabels"].get("app.kubernetes.io/name") == own
        [rule] = spec[way]
        [peer] = rule[end]
        web = {"app.kubernetes.io/component": "web"}
        assert peer["podSelector"]["matchLabels"] == other | web


@each_environment
def test_each_pod_hears_whom_it_must_and_no_other(environment) -> None:
    for role, labels in workloads(environment):
        heard = IN[role] | among(labels, "ingress")
        assert doors(environment, labels, "ingress") == heard, role
