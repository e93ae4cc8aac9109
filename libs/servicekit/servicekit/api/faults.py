"""What is wrong with fields of a record as JSON: told when the record is read, stored nowhere."""

from collections.abc import Iterable

from servicekit.refusals import WrongField


def faults_document(faults: Iterable[WrongField]) -> list[dict[str, str]]:
    """A DanglingBody or WarningBody for each."""
    return [{"pointer": f.pointer, "code": f.code, "detail": f.detail, "hint": f.hint} for f in faults]
