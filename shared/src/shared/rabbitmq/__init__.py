"""RabbitMQ: the bus between separate processes; the only place that knows kombu and pika.

- `RabbitPublisher`: pika, one thread, pipelined, every outcome settled by its own delivery tag.
- `RabbitReceiver`: kombu, raw bodies, acks only what the store has committed.
- `declare_topology`: the exchange, one quorum queue a service, one binding a subscribed type.

Works with RabbitMQ 3.10 to 4.x. Uses no transactions, priorities, message TTLs or dead-letter
exchanges.
"""

from shared.rabbitmq.publisher import RabbitPublisher
from shared.rabbitmq.receiver import RabbitReceiver
from shared.rabbitmq.topology import declare_topology, purge_queue, queue_depth

__all__ = [
    "RabbitPublisher",
    "RabbitReceiver",
    "declare_topology",
    "purge_queue",
    "queue_depth",
]
