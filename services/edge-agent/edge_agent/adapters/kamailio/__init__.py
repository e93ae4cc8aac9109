"""Faces Kamailio: commands, probes and what it reports."""
