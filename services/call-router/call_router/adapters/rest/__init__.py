"""Faces REST clients: agents, plans, dry runs and the call log."""
