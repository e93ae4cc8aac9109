"""Who is asking: bearer tokens, for REST and gRPC alike; the tenant comes from the token and nowhere else."""

from servicekit.auth.principal import (
    Principal,
    Role,
    acting_as,
    principal,
    reading_tenant,
    require,
    writing_tenant,
)
from servicekit.auth.scopes import SCOPES, Deed, Resource
from servicekit.auth.tokens import TokenVerifier

__all__ = [
    "SCOPES",
    "Deed",
    "Principal",
    "Resource",
    "Role",
    "TokenVerifier",
    "acting_as",
    "principal",
    "reading_tenant",
    "require",
    "writing_tenant",
]
