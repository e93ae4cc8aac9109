"""Kamailio, its files, the control plane and the broker."""
