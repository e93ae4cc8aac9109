"""Faces gRPC clients: the same use cases as REST, and the router's own Route."""
