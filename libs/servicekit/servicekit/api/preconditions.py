"""Which version of an object a request is meant for (RFC 9110, 13; RFC 6585, 3).

An entity tag is the version, "7". Where the answer has parts that change without the version, their hash
follows: "7-1f3a9c0b", so that If-None-Match is true; If-Match compares the version alone.
"""

import hashlib
import re
from dataclasses import dataclass

from servicekit.errors import Invalid, PreconditionRequired, Violation
from servicekit.refusals import changed_meanwhile

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_TAGS = re.compile(rf"\s*,*\s*{_TAG}(?:\s*,\s*(?:{_TAG})?)*\s*")
_VERSION = re.compile(r"(0|[1-9][0-9]{0,18})(-[0-9a-f]{8})?")


@dataclass(frozen=True, slots=True)
class Expected:
    """versions: any of them; None: whichever it has."""

    versions: frozenset[int] | None

    def check(self, kind: str, version: int) -> None:
        """Raises VersionMismatch."""
        if self.versions is not None and version not in self.versions:
            raise changed_meanwhile(kind, version)


WHICHEVER = Expected(None)


def exactly(version: int) -> Expected:
    return Expected(frozenset({version}))


def if_match(header: str | None) -> Expected:
    """Raises PreconditionRequired, and Invalid for what is no list of entity tags."""
    if header is None or not header.strip():
        raise required('send If-Match with the ETag that you read, or "If-Match: *" for whichever version')
    if header.strip() == "*":
        return WHICHEVER
    if not _TAGS.fullmatch(header):
        hint = 'send the ETag as it came, with its quotes: If-Match: "3"'
        wrong = Violation("/If-Match", "if_match_invalid", "this is no list of entity tags", hint)
        raise Invalid("if_match_invalid", "If-Match cannot be read", hint=hint, violations=[wrong])
    # a weak tag never matches here (RFC 9110, 13.1.1), and one that is none of ours neither
    found = (_VERSION.fullmatch(tag[1:-1]) for tag in re.findall(_TAG, header) if tag.startswith('"'))
    return Expected(frozenset(int(match[1]) for match in found if match))


def expected(version: int, any_version: bool) -> Expected:
    """Of a gRPC request. Raises PreconditionRequired."""
    if any_version:
        return WHICHEVER
    if version == 0:
        raise required("set expected_version to the version that you read, or any_version")
    return exactly(version)


def required(hint: str) -> PreconditionRequired:
    return PreconditionRequired(
        "precondition_required",
        "a change must say which version it is meant for, so that nobody else's is lost",
        hint=hint,
    )


def etag(version: int | str, computed: bytes = b"") -> str:
    """computed: what changes without the version, as it is sent."""
    suffix = f"-{hashlib.blake2s(computed, digest_size=4).hexdigest()}" if computed else ""
    return f'"{version}{suffix}"'


def not_modified(header: str | None, tag: str) -> bool:
    """header: If-None-Match, compared weakly (RFC 9110, 13.1.2)."""
    if header is None:
        return False
    if header.strip() == "*":
        return True
    return tag in (one.removeprefix("W/") for one in re.findall(_TAG, header))
