"""Kafka by aiokafka: four small things, topics, a producer, a follower of state and a group consumer."""

from servicekit.kafka.follower import StateFollower
from servicekit.kafka.group import GroupConsumer
from servicekit.kafka.handling import Handled, Handler, Read
from servicekit.kafka.headers import cloud_event
from servicekit.kafka.producer import Producer
from servicekit.kafka.records import Outgoing, Record, RecordProducer, RecordsRefused
from servicekit.kafka.topics import Topic, ensure_topics, load_topics

__all__ = [
    "GroupConsumer",
    "Handled",
    "Handler",
    "Outgoing",
    "Producer",
    "Read",
    "Record",
    "RecordProducer",
    "RecordsRefused",
    "StateFollower",
    "Topic",
    "cloud_event",
    "ensure_topics",
    "load_topics",
]
