"""What the driver raises, in our own words: `servicekit.documents` lists what comes out."""

from collections.abc import Awaitable, Mapping
from typing import Any, TypeVar

from bson.errors import InvalidDocument
from pymongo import errors

from servicekit.documents import DocumentRefused, DuplicateKey
from servicekit.errors import Problem, Unavailable

T = TypeVar("T")

# answers of the server that a time-out or a lost cursor gives, and not the question
_AWAY = (errors.WTimeoutError, errors.ExecutionTimeout, errors.CursorNotFound)
_UNTRUSTED = "CERTIFICATE_VERIFY_FAILED"
_NOT_LET_IN = "AuthenticationFailed"  # the driver hides it in the text of a time-out
# codes of mongodb/mongo, src/mongo/base/error_codes.yml, where the same question fails again: BadValue,
# FailedToParse, TypeMismatch, PathNotViable, ImmutableField, DocumentValidationFailure, BSONObjectTooLarge,
# and a document that an update makes too large
_OF_THE_DOCUMENT = frozenset({2, 9, 14, 28, 66, 121, 10334, 17419, 17420})
_DUPLICATE = 11000


async def in_our_words(operation: Awaitable[T]) -> T:
    """Awaits the driver and tells its failures in our own words."""
    try:
        return await operation
    except InvalidDocument as error:  # not of the driver's family; also what is too large to be sent
        raise DocumentRefused(type(error).__name__) from error
    except errors.BulkWriteError:
        raise
    except errors.PyMongoError as error:
        raise _problem(error) from error


def of_many(error: errors.BulkWriteError) -> Mapping[int, Problem]:
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
