"""Faces sip-config: SwitchConfig by gRPC."""
