"""MongoDB by Motor. This folder alone names the driver, so that another can take its place."""

from servicekit.documents import Collection, Document, DocumentRefused, DuplicateKey
from servicekit.mongo.collection import MongoCollection
from servicekit.mongo.server import Mongo, connect

__all__ = [
    "Collection",
    "Document",
    "DocumentRefused",
    "DuplicateKey",
    "Mongo",
    "MongoCollection",
    "connect",
]
