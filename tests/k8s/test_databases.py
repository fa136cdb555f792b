"""A database and a user for each service, closed to the others, with connections for all pods."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from psycopg import sql

from k8s.check import ENVIRONMENTS
from k8s.rendered import SERVICES, Object, container, given, of_kind, service_of
from local.postgres import PrivatePostgres

each_environment = pytest.mark.parametrize("environment", ENVIRONMENTS)

RESERVE = 20
"""Connections of PostgreSQL's superuser, the operator, metrics, backups and a person who looks."""


def cluster(environment: str) -> Object:
    [found] = of_kind(environment, "Cluster").values()
    return found["spec"]


def most_pods(environment: str, name: str, deployment: Object) -> int:
    """The most pods of a Deployment that may run, those of a rollout's surge aside."""
    scalers = of_kind(environment, "HorizontalPodAutoscaler").values()
    scaled = [s["spec"] for s in scalers if s["spec"]["scaleTargetRef"]["name"] == name]
    return scaled[0]["maxReplicas"] if scaled else deployment["spec"]["replicas"]


def most_connections(environment: str) -> dict[str, int]:
    """Connections each service may hold: all pods' pools, twice.

    Twice, since while everything rolls at once each pod's predecessor may still drain. A pod that
    still prepares holds fewer connections than its pool will, so this counts init containers too.
    """
    most = dict.fromkeys(SERVICES, 0)
    for name, deployment in of_kind(environment, "Deployment").items():
        pod = deployment["spec"]["template"]
        pool = int(given(environment, container(pod, "app"))["WEB_THREADS"])
        most[service_of(pod).name] += 2 * pool * most_pods(environment, name, deployment)
    return most


@each_environment
def test_each_service_has_connections_for_all_its_pods_in_a_rollout(environment) -> None:
    roles = {role["name"]: role for role in cluster(environment)["managed"]["roles"]}
    assert set(roles) == set(SERVICES)
    for name, most in most_connections(environment).items():
        assert roles[name]["connectionLimit"] >= most, name


@each_environment
def test_all_services_at_their_limits_stay_under_max_connections(environment) -> None:
    spec = cluster(environment)
    limits = sum(role["connectionLimit"] for role in spec["managed"]["roles"])
    assert limits + RESERVE <= int(spec["postgresql"]["parameters"]["max_connections"])


@each_environment
def test_each_service_owns_a_database_of_its_name(environment) -> None:
    databases = of_kind(environment, "Database")
    assert set(databases) == set(SERVICES)
    for name, database in databases.items():
        spec = database["spec"]
        assert (spec["name"], spec["owner"], spec["cluster"]["name"]) == (name, name, "postgresql")
        assert spec["databaseReclaimPolicy"] == "retain"
    roles = {role["name"]: role for role in cluster(environment)["managed"]["roles"]}
    for name, role in roles.items():
        assert role["passwordSecret"] == {"name": f"{name}-database"}
        assert role["login"] is True


@each_environment
def test_no_pooler_stands_between(environment) -> None:
    """A transaction pooler would break the fences, which are advisory locks."""
    assert of_kind(environment, "Pooler") == {}


def test_prod_answers_when_a_stand_by_has_it_and_keeps_backups() -> None:
    spec = cluster("prod")
    assert spec["instances"] == 3
    assert spec["postgresql"]["synchronous"] == {
        "method": "any", "number": 1, "dataDurability": "required",
    }  # fmt: skip
    [archiver] = spec["plugins"]
    [store] = of_kind("prod", "ObjectStore").values()
    [backup] = of_kind("prod", "ScheduledBackup").values()
    assert archiver["isWALArchiver"] is True
    assert archiver["parameters"]["barmanObjectName"] == store["metadata"]["name"]
    assert backup["spec"]["pluginConfiguration"]["name"] == archiver["name"]
    [rabbitmq] = of_kind("prod", "RabbitmqCluster").values()
    assert rabbitmq["spec"]["replicas"] == 3


@pytest.fixture
def guarded() -> PrivatePostgres:
    """A PostgreSQL with TLS and the manifests' rules of who comes in, besides its administrator."""
    with PrivatePostgres() as server:
        data = server.folder / "data"
        make_certificate(data)
        admin = urlsplit(server.admin_url).username
        rules = [f"host all {admin} 127.0.0.1/32 scram-sha-256"]
        rules += cluster("prod")["postgresql"]["pg_hba"]
        (data / "pg_hba.conf").write_text("\n".join(rules) + "\n")
        with connect(server.admin_url) as connection:
            connection.execute("ALTER SYSTEM SET ssl = on")
            connection.execute("SELECT pg_reload_conf()")
        yield server


def make_certificate(folder: Path) -> None:
    """server.key and server.crt, owned as the folder is."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    owner = folder.stat()
    for file, content in (("server.key", secret), ("server.crt", certificate.public_bytes(pem))):
        (folder / file).write_bytes(content)
        (folder / file).chmod(0o600)
        os.chown(folder / file, owner.st_uid, owner.st_gid)


def connect(url: str, **more: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True, **more)


@pytest.mark.servers
def test_a_service_comes_into_its_own_database_by_tls_and_into_no_other(guarded) -> None:
    urls = {name: guarded.create_database(name) for name in SERVICES}
    with connect(guarded.admin_url) as admin:
        for name in SERVICES:
            # The rules alone must keep the others out, as the operator leaves this right to all.
            admin.execute(
                sql.SQL("GRANT CONNECT ON DATABASE {} TO PUBLIC").format(sql.Identifier(name))
            )
    for name, url in urls.items():
        with connect(url, sslmode="require") as own:
            assert own.execute("SELECT current_database()").fetchone() == (name,)
        for other in (*SERVICES, "postgres"):
            if other != name:
                with pytest.raises(psycopg.OperationalError, match="rejects connection"):
                    connect(url, dbname=other, sslmode="require")
        with pytest.raises(psycopg.OperationalError, match="rejects connection"):
            connect(url, sslmode="disable")
