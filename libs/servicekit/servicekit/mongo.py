"""MongoDB by Motor. This is the one file that names the driver, so that another can take its place.

Majority writes into the journal, no waiting longer than two seconds for a server, and never the driver's own
exceptions: `documents` lists what is raised.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from bson.errors import InvalidDocument
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection
from pymongo import InsertOne, ReplaceOne, ReturnDocument, WriteConcern, errors

from servicekit.documents import (
    Collection,
    Document,
    DocumentRefused,
    DuplicateKey,
    Filter,
    Sort,
    Update,
    Write,
)
from servicekit.errors import Problem, Unavailable
from servicekit.mongo_security import security
from servicekit.settings import MongoSettings, WrongSetting
from servicekit.telemetry.logging import logger
from servicekit.telemetry.redaction import redacted

__all__ = ["Collection", "Document", "DocumentRefused", "DuplicateKey", "Mongo", "connect"]

T = TypeVar("T")

_log = logger(__name__)
SELECTION_MS = 2000
SOCKET_MS = 10_000
WATCH_SECONDS = 2.0
_BATCH = 500
# answers of the server that a time-out or a lost cursor gives, and not the question
_AWAY = (errors.WTimeoutError, errors.ExecutionTimeout, errors.CursorNotFound)
_UNTRUSTED = "CERTIFICATE_VERIFY_FAILED"
_NOT_LET_IN = "AuthenticationFailed"  # the driver hides it in the text of a time-out
# codes of mongodb/mongo, src/mongo/base/error_codes.yml, where the same question fails again: BadValue,
# FailedToParse, TypeMismatch, PathNotViable, ImmutableField, DocumentValidationFailure, BSONObjectTooLarge,
# and a document that an update makes too large
_OF_THE_DOCUMENT = frozenset({2, 9, 14, 28, 66, 121, 10334, 17419, 17420})
_DUPLICATE = 11000
_BY_ID: Sort = (("_id", 1),)


async def connect(settings: MongoSettings) -> "Mongo":
    """Does not wait for the server: a service starts without it and says so in its readiness."""
    return Mongo(settings)


class Mongo:
    def __init__(self, settings: MongoSettings) -> None:
        self._client = _client(settings)
        concern = WriteConcern(w="majority", j=True, wtimeout=5000)
        self._database = self._client.get_database(settings.database, write_concern=concern)
        self._problem = "not connected yet"

    def collection(self, name: str) -> "MongoCollection":
        return MongoCollection(self._database.get_collection(name))

    def problem(self) -> str:
        """For readiness: what the last look found."""
        return self._problem

    async def look(self) -> None:
        """Asks for a document, because a ping is answered without a password."""
        await _told(self._database.get_collection("leases").find_one({"_id": ""}))

    async def watch(self, prepare: Callable[[], Awaitable[None]] | None = None) -> None:
        """Keeps `problem` true; run it as a task. `prepare` makes indexes as soon as the server answers, and
        until it succeeded once, what it met is the problem."""
        prepared = prepare is None
        while True:
            try:
                await self.look()
                if prepare is not None and not prepared:
                    await prepare()
                    prepared = True
            except Problem as problem:
                self._told(problem.detail)
            else:
                self._told("")
            await asyncio.sleep(WATCH_SECONDS)

    async def close(self) -> None:
        self._client.close()

    def _told(self, problem: str) -> None:
        if problem and problem != self._problem:
            _log.warning("the database fails us", reason=problem)
        elif self._problem and not problem:
            _log.info("the database answers")
        self._problem = problem


def _client(settings: MongoSettings) -> "AsyncIOMotorClient[Document]":
    options = security(settings)
    try:
        return AsyncIOMotorClient(
            settings.uri,
            **options,
            serverSelectionTimeoutMS=SELECTION_MS,
            connectTimeoutMS=SELECTION_MS,
            socketTimeoutMS=SOCKET_MS,
            tz_aware=True,
            appname="keepline",
        )
    except (errors.ConfigurationError, ValueError) as error:
        raise WrongSetting("KEEPLINE_MONGO__URI", str(redacted(str(error)))) from error


class MongoCollection:
    def __init__(self, collection: "AsyncIOMotorCollection[Document]") -> None:
        self._collection = collection

    @property
    def name(self) -> str:
        return str(self._collection.name)

    async def insert_one(self, document: Document) -> None:
        await _told(self._collection.insert_one(document))

    async def find_one(self, query: Filter) -> Document | None:
        return await _told(self._collection.find_one(query))

    async def find(
        self,
        query: Filter,
        *,
        sort: Sort = _BY_ID,
        limit: int = 0,
        projection: Mapping[str, Any] | None = None,
    ) -> list[Document]:
        cursor = self._collection.find(query, projection, sort=list(sort), limit=limit)
        return await _told(cursor.to_list(None))

    async def scan(self, query: Filter, *, sort: Sort = _BY_ID) -> AsyncIterator[Document]:
        cursor = self._collection.find(query, sort=list(sort), batch_size=_BATCH)
        while batch := await _told(cursor.to_list(_BATCH)):
            for document in batch:
                yield document

    async def find_one_and_update(
        self, query: Filter, update: Update, *, upsert: bool = False
    ) -> Document | None:
        return await _told(
            self._collection.find_one_and_update(
                query, update, upsert=upsert, return_document=ReturnDocument.AFTER
            )
        )

    async def update_one(self, query: Filter, update: Update, *, upsert: bool = False) -> int:
        return (await _told(self._collection.update_one(query, update, upsert=upsert))).matched_count

    async def update_many(self, query: Filter, update: Update) -> int:
        return (await _told(self._collection.update_many(query, update))).matched_count

    async def replace_one(self, query: Filter, document: Document, *, upsert: bool = False) -> int:
        return (await _told(self._collection.replace_one(query, document, upsert=upsert))).matched_count

    async def write_many(self, writes: Sequence[Write]) -> Mapping[int, Problem]:
        operations = [
            InsertOne(write.document)
            if write.over is None
            else ReplaceOne(write.over, write.document, upsert=True)
            for write in writes
        ]
        try:
            await _told(self._collection.bulk_write(operations, ordered=False))
        except errors.BulkWriteError as error:
            return _of_many(error)
        return {}

    async def delete_one(self, query: Filter) -> int:
        return (await _told(self._collection.delete_one(query))).deleted_count

    async def delete_many(self, query: Filter) -> int:
        return (await _told(self._collection.delete_many(query))).deleted_count

    async def count_documents(self, query: Filter) -> int:
        return await _told(self._collection.count_documents(query))

    async def create_index(
        self,
        keys: Sort,
        *,
        unique: bool = False,
        partial: Filter | None = None,
        expire_after_seconds: int | None = None,
    ) -> None:
        options: dict[str, Any] = {"unique": unique}
        if partial is not None:
            options["partialFilterExpression"] = partial
        if expire_after_seconds is not None:
            options["expireAfterSeconds"] = expire_after_seconds
        await _told(self._collection.create_index(list(keys), **options))


async def _told(operation: Awaitable[T]) -> T:
    """Awaits the driver and tells its failures in our own words."""
    try:
        return await operation
    except InvalidDocument as error:  # not of the driver's family; also what is too large to be sent
        raise DocumentRefused(type(error).__name__) from error
    except errors.BulkWriteError:
        raise
    except errors.PyMongoError as error:
        raise _problem(error) from error


def _of_many(error: errors.BulkWriteError) -> Mapping[int, Problem]:
    """Raises when it is open whether anything was written for good."""
    details = error.details or {}
    if details.get("writeConcernErrors"):
        raise Unavailable("storage_unavailable", "the database is busy", retry_after=2) from error
    problems = {one["index"]: _of_one(one) for one in details.get("writeErrors", ())}
    for problem in problems.values():
        if isinstance(problem, Unavailable):
            raise problem from error
    return problems


def _of_one(found: Mapping[str, Any]) -> Problem:
    code = found.get("code")
    if code == _DUPLICATE:
        return DuplicateKey(found.get("keyPattern") or {"_id": 1})
    if code in _OF_THE_DOCUMENT:
        return DocumentRefused(f"code {code}")
    return _refused(f"code {code}")


def _problem(error: errors.PyMongoError) -> Problem:
    if isinstance(error, errors.DuplicateKeyError):
        return DuplicateKey((error.details or {}).get("keyPattern", {}))
    if isinstance(error, errors.ServerSelectionTimeoutError) and _NOT_LET_IN in str(error):
        return _refused(_NOT_LET_IN)
    if not isinstance(error, errors.OperationFailure) or isinstance(error, _AWAY):
        untrusted = _UNTRUSTED in str(error)
        detail = "the database's certificate is not trusted" if untrusted else "the database does not answer"
        return Unavailable("storage_unavailable", detail, retry_after=2)
    if error.has_error_label("RetryableWriteError") or error.timeout:
        return Unavailable("storage_unavailable", "the database is busy", retry_after=2)
    why = str((error.details or {}).get("codeName") or f"code {error.code}")
    if error.code in _OF_THE_DOCUMENT:
        return DocumentRefused(why)
    return _refused(why)


def _refused(why: str) -> Unavailable:
    return Unavailable("storage_refused", f"the database refuses us ({why})", retry_after=5)
