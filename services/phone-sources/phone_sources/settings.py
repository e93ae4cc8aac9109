"""Settings of phone-sources, from the environment (KEEPLINE_...)."""

from servicekit.settings import ServiceSettings


class Settings(ServiceSettings):
    # gRPC address of sip-config, asked for a trunk that the state topic has not brought yet
    sip_config_target: str
