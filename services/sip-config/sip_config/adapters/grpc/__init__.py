"""Faces gRPC clients: the trunks' API, and the nodes that watch their configuration."""
