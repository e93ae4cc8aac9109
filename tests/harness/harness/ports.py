"""Free ports on loopback, for whatever is started here."""

from switchlink.testing.free_ports import free_port

__all__ = ["free_port"]
