"""Faces the edge's files: tables.db and dispatcher.list."""
