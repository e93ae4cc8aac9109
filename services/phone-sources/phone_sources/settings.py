"""Settings of phone-sources, from the environment (KEEPLINE_...)."""

from servicekit.settings import ServiceSettings


class Settings(ServiceSettings):
    sip_config_target: str
    """gRPC address of sip-config, host:port; asked for a trunk that the state topic has not brought yet."""
