"""What a role allows, and an API key by its scopes."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from servicekit.auth import (
    Principal,
    Resource,
    Role,
    acting_as,
    principal,
    reading_tenant,
    require,
    writing_tenant,
)
from servicekit.errors import Forbidden, Unauthenticated


def test_the_role_must_be_one_of_those_required() -> None:
    with pytest.raises(Unauthenticated):
        principal()
    with acting_as(Principal("t", "s", Role.VIEWER)):
        assert require(Role.OWNER, Role.VIEWER).tenant_id == "t"
        with pytest.raises(Forbidden) as refused:
            require(Role.OWNER, Role.ADMIN)
    assert "owner or admin" in refused.value.hint


SCOPED: list[tuple[str, str, bool, bool]] = [
    ("trunks:read", "trunks", True, False),
    ("trunks:write", "trunks", True, True),
    ("numbers:write", "trunks", False, False),
]


@pytest.mark.parametrize(("scope", "resource", "reads", "writes"), SCOPED)
def test_an_api_key_may_do_what_its_scopes_say(
    scope: str, resource: Resource, reads: bool, writes: bool
) -> None:
    key = Principal("t", "key:key_1", Role.ADMIN, key_id="key_1", scopes=frozenset({scope}))
    with acting_as(key):
        assert _allowed(lambda: reading_tenant(resource)) is reads
        assert _allowed(lambda: writing_tenant(resource)) is writes
        assert not _allowed(reading_tenant)  # what names no resource is closed to keys
    with acting_as(replace(key, role=Role.VIEWER)):
        assert _allowed(lambda: reading_tenant(resource)) is reads
        assert not _allowed(lambda: writing_tenant(resource))


def _allowed(ask: Callable[[], str]) -> bool:
    try:
        return ask() == "t"
    except Forbidden:
        return False
