"""REST: FastAPI with one way of refusing (RFC 9457), one way of signing in and open health endpoints."""

from servicekit.auth import Principal, Role, principal, require
from servicekit.http.app import authenticated, create_app
from servicekit.http.refused import refuses

__all__ = [
    "Principal",
    "Role",
    "authenticated",
    "create_app",
    "principal",
    "refuses",
    "require",
]
