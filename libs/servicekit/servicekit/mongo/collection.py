"""A collection by Motor: the real twin of servicekit.testing.collection."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from motor.motor_asyncio import AsyncIOMotorCollection
from pymongo import InsertOne, ReplaceOne, ReturnDocument, errors

from servicekit.documents import Document, Filter, Sort, Update, Write
from servicekit.errors import Problem
from servicekit.mongo.failures import in_our_words, of_many

_BATCH = 500
_BY_ID: Sort = (("_id", 1),)


class MongoCollection:
    def __init__(self, collection: "AsyncIOMotorCollection[Document]") -> None:
        self._collection = collection

    @property
    def name(self) -> str:
        return str(self._collection.name)

    async def insert_one(self, document: Document) -> None:
        await in_our_words(self._collection.insert_one(document))

    async def find_one(self, query: Filter) -> Document | None:
        return await in_our_words(self._collection.find_one(query))

    async def find(
        self,
        query: Filter,
        *,
        sort: Sort = _BY_ID,
        limit: int = 0,
        projection: Mapping[str, Any] | None = None,
    ) -> list[Document]:
        cursor = self._collection.find(query, projection, sort=list(sort), limit=limit)
        return await in_our_words(cursor.to_list(None))

    async def scan(self, query: Filter, *, sort: Sort = _BY_ID) -> AsyncIterator[Document]:
        cursor = self._collection.find(query, sort=list(sort), batch_size=_BATCH)
        while batch := await in_our_words(cursor.to_list(_BATCH)):
            for document in batch:
                yield document

    async def find_one_and_update(
        self, query: Filter, update: Update, *, upsert: bool = False
    ) -> Document | None:
        return await in_our_words(
            self._collection.find_one_and_update(
                query, update, upsert=upsert, return_document=ReturnDocument.AFTER
            )
        )

    async def update_one(self, query: Filter, update: Update, *, upsert: bool = False) -> int:
        return (await in_our_words(self._collection.update_one(query, update, upsert=upsert))).matched_count

    async def update_many(self, query: Filter, update: Update) -> int:
        return (await in_our_words(self._collection.update_many(query, update))).matched_count

    async def replace_one(self, query: Filter, document: Document, *, upsert: bool = False) -> int:
        return (
            await in_our_words(self._collection.replace_one(query, document, upsert=upsert))
        ).matched_count

    async def write_many(self, writes: Sequence[Write]) -> Mapping[int, Problem]:
        operations = [
            InsertOne(write.document)
            if write.over is None
            else ReplaceOne(write.over, write.document, upsert=True)
            for write in writes
        ]
        try:
            await in_our_words(self._collection.bulk_write(operations, ordered=False))
        except errors.BulkWriteError as error:
            return of_many(error)
        return {}

    async def delete_one(self, query: Filter) -> int:
        return (await in_our_words(self._collection.delete_one(query))).deleted_count

    async def delete_many(self, query: Filter) -> int:
        return (await in_our_words(self._collection.delete_many(query))).deleted_count

    async def count_documents(self, query: Filter) -> int:
        return await in_our_words(self._collection.count_documents(query))

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
        await in_our_words(self._collection.create_index(list(keys), **options))
