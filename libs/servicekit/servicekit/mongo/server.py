"""The connection with MongoDB, and whether it answers.

Majority writes into the journal, and no waiting longer than two seconds for a server.
"""

import asyncio
from collections.abc import Awaitable, Callable

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import WriteConcern, errors

from servicekit.documents import Document
from servicekit.errors import Problem
from servicekit.mongo.collection import MongoCollection
from servicekit.mongo.failures import in_our_words
from servicekit.mongo.security import security
from servicekit.settings import MongoSettings, WrongSetting
from servicekit.telemetry.logging import logger
from servicekit.telemetry.redaction import redacted

_log = logger(__name__)
SELECTION_MS = 2000
SOCKET_MS = 10_000
WATCH_SECONDS = 2.0


async def connect(settings: MongoSettings) -> "Mongo":
    """Does not wait for the server: a service starts without it and says so in its readiness."""
    return Mongo(settings)


class Mongo:
    def __init__(self, settings: MongoSettings) -> None:
        self._client = _client(settings)
        concern = WriteConcern(w="majority", j=True, wtimeout=5000)
        self._database = self._client.get_database(settings.database, write_concern=concern)
        self._problem = "not connected yet"

    def collection(self, name: str) -> MongoCollection:
        return MongoCollection(self._database.get_collection(name))

    def problem(self) -> str:
        """For readiness: what the last look found."""
        return self._problem

    async def look(self) -> None:
        """Asks for a document, because a ping is answered without a password."""
        await in_our_words(self._database.get_collection("leases").find_one({"_id": ""}))

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
                self._tell(problem.detail)
            else:
                self._tell("")
            await asyncio.sleep(WATCH_SECONDS)

    async def close(self) -> None:
        self._client.close()

    def _tell(self, problem: str) -> None:
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
