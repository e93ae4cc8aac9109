"""Faces the broker: the topics that are read and the call events that are written."""
