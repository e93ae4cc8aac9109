"""Use cases: what a tenant does with trunks, and what edges are told."""
