"""Talks to switches and edges. Knows no service."""
