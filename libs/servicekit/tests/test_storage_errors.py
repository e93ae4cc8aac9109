"""Each failure of the driver has one meaning for us, and none of them comes through as the driver's own."""

import pytest
from pymongo import errors

from servicekit.documents import DocumentRefused, DuplicateKey
from servicekit.errors import Problem, Unavailable
from servicekit.mongo.failures import in_our_words


def operation_failure(code: int, name: str, *, label: str = "") -> errors.OperationFailure:
    details = {"code": code, "codeName": name, "errorLabels": [label] if label else []}
    return errors.OperationFailure(f"{name} as the server words it", code, details)


FAILURES: list[tuple[str, Exception, type[Problem], str]] = [
    ("no server", errors.ServerSelectionTimeoutError("gone"), Unavailable, "storage_unavailable"),
    (
        "a wrong password, waited for",
        errors.ServerSelectionTimeoutError("{'code': 18, 'codeName': 'AuthenticationFailed'}"),
        Unavailable,
        "storage_refused",
    ),
    ("the connection broke", errors.AutoReconnect("gone"), Unavailable, "storage_unavailable"),
    ("no majority in time", errors.WTimeoutError("slow", 64), Unavailable, "storage_unavailable"),
    ("too slow", errors.ExecutionTimeout("slow", 50), Unavailable, "storage_unavailable"),
    ("a lost cursor", errors.CursorNotFound("gone", 43), Unavailable, "storage_unavailable"),
    (
        "an election",
        operation_failure(10107, "NotWritablePrimary", label="RetryableWriteError"),
        Unavailable,
        "storage_unavailable",
    ),
    ("the client was closed", errors.InvalidOperation("closed"), Unavailable, "storage_unavailable"),
    ("a wrong password", operation_failure(18, "AuthenticationFailed"), Unavailable, "storage_refused"),
    ("no right", operation_failure(13, "Unauthorized"), Unavailable, "storage_refused"),
    ("another index", operation_failure(85, "IndexOptionsConflict"), Unavailable, "storage_refused"),
    ("a quota", operation_failure(8000, "AtlasError"), Unavailable, "storage_refused"),
    ("a full disk", operation_failure(14031, "OutOfDiskSpace"), Unavailable, "storage_refused"),
    ("a full disk, of a write", errors.WriteError("full", 14031, {}), Unavailable, "storage_refused"),
    ("too large", errors.DocumentTooLarge("17 MB"), DocumentRefused, "document_refused"),
    ("too large for the server", operation_failure(17419, "x"), DocumentRefused, "document_refused"),
    ("against the schema", errors.WriteError("no", 121, {}), DocumentRefused, "document_refused"),
    (
        "a taken key",
        errors.DuplicateKeyError("taken", 11000, {"keyPattern": {"domain": 1}}),
        DuplicateKey,
        "duplicate_key",
    ),
]


@pytest.mark.parametrize(("name", "raised", "kind", "code"), FAILURES, ids=[row[0] for row in FAILURES])
async def test_failures_of_the_driver_are_told_in_our_own_words(
    name: str, raised: Exception, kind: type[Problem], code: str
) -> None:
    async def operation() -> None:
        raise raised

    with pytest.raises(kind) as told:
        await in_our_words(operation())
    assert told.value.code == code
    assert "as the server words it" not in str(told.value)  # it may hold a user's name or a host
