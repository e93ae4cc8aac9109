"""The edge agent and the world: Kamailio, its files, sip-config and the broker."""
