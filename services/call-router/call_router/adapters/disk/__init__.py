"""Faces the disk that two routers beside one switch share."""
