"""Settings of health-monitor, from the environment (KEEPLINE_...)."""

from servicekit.settings import ServiceSettings, StreamSettings


class Settings(ServiceSettings):
    """What every service has; trunks and probes come by topics."""

    streams: StreamSettings = StreamSettings()
