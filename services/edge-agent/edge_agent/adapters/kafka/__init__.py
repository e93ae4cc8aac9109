"""Faces the broker: probe reports and refusals."""
