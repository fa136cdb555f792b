"""The operators' kinds, field by field, as far as we use them.

    CloudNativePG 1.26         Cluster, Database, ScheduledBackup
    Barman Cloud plugin 0.11   ObjectStore
    RabbitMQ operators         RabbitmqCluster (2.17), Vhost, Exchange, User, permissions (1.17)
    Prometheus Operator        PodMonitor, PrometheusRule

A shape is a type, [shape] for a list, (values) for an enumeration, {field: shape} for an object
with these fields and no other; `!` marks a field that must be there. A field that is missing here
is added once it was looked up in the operator's documentation.
"""

from typing import Any


class Core(str):
    """A shape that Kubernetes itself defines, by its name after `io.k8s.`."""


RESOURCES = Core("api.core.v1.ResourceRequirements")
NAMED = {"name!": str}
SECRET_KEY = {"name!": str, "key!": str}
STORAGE = {"size!": str, "storageClass": str}
ANY: type = dict

CLUSTER = {
    "instances!": int,
    "imageName": str,
    "primaryUpdateStrategy": ("unsupervised", "supervised"),
    "primaryUpdateMethod": ("restart", "switchover"),
    "enableSuperuserAccess": bool,
    "enablePDB": bool,
    "bootstrap": {
        "initdb": {
            "database!": str,
            "owner!": str,
            "encoding": str,
            "dataChecksums": bool,
            "postInitSQL": [str],
        },
        "recovery": {
            "source!": str,
            "recoveryTarget": {"targetTime": str, "targetLSN": str, "backupID": str},
        },
    },
    "externalClusters": [
        {
            "name!": str,
            "plugin!": {
                "name!": str,
                "parameters": {"barmanObjectName!": str, "serverName": str},
            },
        }
    ],
    "managed": {
        "roles": [
            {
                "name!": str,
                "ensure": ("present", "absent"),
                "login": bool,
                "connectionLimit": int,
                "passwordSecret": NAMED,
                "inRoles": [str],
            }
        ]
    },
    "postgresql": {
        "pg_hba": [str],
        "parameters": {
            "max_connections": str,
            "shared_buffers": str,
            "timezone": str,
            "log_timezone": str,
        },
        "synchronous": {
            "method!": ("any", "first"),
            "number!": int,
            "dataDurability": ("required", "preferred"),
        },
    },
    "plugins": [
        {
            "name!": str,
            "enabled": bool,
            "isWALArchiver": bool,
            "parameters": {"barmanObjectName!": str, "serverName": str},
        }
    ],
    "affinity": {
        "enablePodAntiAffinity": bool,
        "podAntiAffinityType": ("preferred", "required"),
        "topologyKey": str,
        "nodeSelector": ANY,
    },
    "storage!": STORAGE,
    "walStorage": STORAGE,
    "resources": RESOURCES,
}

DATABASE = {
    "cluster!": NAMED,
    "name!": str,
    "owner!": str,
    "ensure": ("present", "absent"),
    "encoding": str,
    "databaseReclaimPolicy": ("retain", "delete"),
    "connectionLimit": int,
}

SCHEDULED_BACKUP = {
    "schedule!": str,
    "cluster!": NAMED,
    "immediate": bool,
    "suspend": bool,
    "backupOwnerReference": ("none", "self", "cluster"),
    "method": ("plugin", "volumeSnapshot"),
    "pluginConfiguration": {"name!": str, "parameters": ANY},
}

_ARCHIVED = {
    "compression": ("gzip", "bzip2", "snappy", "lz4", "zstd"),
    "encryption": ("AES256", "aws:kms"),
    "maxParallel": int,
}
OBJECT_STORE = {
    "retentionPolicy": str,
    "configuration!": {
        "destinationPath!": str,
        "endpointURL": str,
        "endpointCA": SECRET_KEY,
        "s3Credentials": {"accessKeyId!": SECRET_KEY, "secretAccessKey!": SECRET_KEY},
        "wal": _ARCHIVED,
        "data": {
            "compression": ("gzip", "bzip2", "snappy"),
            "encryption": ("AES256", "aws:kms"),
            "jobs": int,
        },
    },
}

RABBITMQ_CLUSTER = {
    "replicas": int,
    "image": str,
    "terminationGracePeriodSeconds": int,
    "persistence": {"storage": str, "storageClassName": str},
    "resources": RESOURCES,
    "rabbitmq": {"additionalConfig": str, "advancedConfig": str, "additionalPlugins": [str]},
    "tls": {"secretName": str, "caSecretName": str, "disableNonTLSListeners": bool},
    "affinity": Core("api.core.v1.Affinity"),
    "tolerations": [Core("api.core.v1.Toleration")],
}

_IN_RABBITMQ = {"rabbitmqClusterReference!": {"name!": str, "namespace": str}}
VHOST = _IN_RABBITMQ | {"name!": str, "defaultQueueType": ("quorum", "classic", "stream")}
EXCHANGE = _IN_RABBITMQ | {
    "name!": str,
    "vhost": str,
    "type": ("direct", "topic", "fanout", "headers"),
    "durable": bool,
    "autoDelete": bool,
}
USER = _IN_RABBITMQ | {
    "importCredentialsSecret": NAMED,
    "tags": [("management", "policymaker", "monitoring", "administrator")],
}
PERMISSION = _IN_RABBITMQ | {
    "vhost!": str,
    "userReference!": NAMED,
    "permissions!": {"configure": str, "write": str, "read": str},
}
TOPIC_PERMISSION = _IN_RABBITMQ | {
    "vhost!": str,
    "userReference!": NAMED,
    "permissions!": {"exchange!": str, "write": str, "read": str},
}

POD_MONITOR = {
    "selector!": Core("apimachinery.pkg.apis.meta.v1.LabelSelector"),
    "podMetricsEndpoints!": [
        {
            "port!": str,
            "path": str,
            "params": {"family": [str]},
            "interval": str,
            "scrapeTimeout": str,
            "honorLabels": bool,
        }
    ],
}
PROMETHEUS_RULE = {
    "groups!": [
        {
            "name!": str,
            "interval": str,
            "rules!": [
                {
                    "alert": str,
                    "record": str,
                    "expr!": str,
                    "for": str,
                    "keep_firing_for": str,
                    "labels": ANY,
                    "annotations": ANY,
                }
            ],
        }
    ]
}

SPECS: dict[tuple[str, str], dict[str, Any]] = {
    ("postgresql.cnpg.io/v1", "Cluster"): CLUSTER,
    ("postgresql.cnpg.io/v1", "Database"): DATABASE,
    ("postgresql.cnpg.io/v1", "ScheduledBackup"): SCHEDULED_BACKUP,
    ("barmancloud.cnpg.io/v1", "ObjectStore"): OBJECT_STORE,
    ("rabbitmq.com/v1beta1", "RabbitmqCluster"): RABBITMQ_CLUSTER,
    ("rabbitmq.com/v1beta1", "Vhost"): VHOST,
    ("rabbitmq.com/v1beta1", "Exchange"): EXCHANGE,
    ("rabbitmq.com/v1beta1", "User"): USER,
    ("rabbitmq.com/v1beta1", "Permission"): PERMISSION,
    ("rabbitmq.com/v1beta1", "TopicPermission"): TOPIC_PERMISSION,
    ("monitoring.coreos.com/v1", "PodMonitor"): POD_MONITOR,
    ("monitoring.coreos.com/v1", "PrometheusRule"): PROMETHEUS_RULE,
}
