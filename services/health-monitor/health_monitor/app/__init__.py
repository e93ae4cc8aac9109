"""Use cases: watching trunks, and telling those who watch us."""
