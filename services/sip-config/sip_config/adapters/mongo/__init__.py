"""Faces the database: one collection a file."""
