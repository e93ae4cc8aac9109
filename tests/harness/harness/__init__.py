"""Starts a world of real components, dials it, answers as an agent, and listens."""
