"""Faces the broker: the state topics that are read."""
