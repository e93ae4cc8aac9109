"""Faces the database: one collection a file. The router imports nothing of this (.importlinter)."""
