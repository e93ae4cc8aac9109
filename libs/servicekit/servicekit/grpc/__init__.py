"""gRPC: one server with health, reflection and the interceptors, and one way of making channels."""

from servicekit.auth import Principal, Role, principal, require
from servicekit.grpc.client import channel
from servicekit.grpc.server import GrpcServer
from servicekit.grpc.status import problem_of

__all__ = ["GrpcServer", "Principal", "Role", "channel", "principal", "problem_of", "require"]
