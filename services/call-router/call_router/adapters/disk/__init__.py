"""Faces the disk: the routing table's copy, and what two routers beside one switch share."""
