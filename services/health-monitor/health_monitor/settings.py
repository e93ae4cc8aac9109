"""Settings of health-monitor, from the environment (KEEPLINE_...)."""

from pydantic import Field

from servicekit.settings import ServiceSettings, SettingsGroup


class EdgeSettings(SettingsGroup):
    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    """Its node id."""
    rpc_url: str = Field(pattern=r"^https?://")
    """Its JSON-RPC."""


class Settings(ServiceSettings):
    edges: tuple[EdgeSettings, ...] = Field(min_length=1)
    """Edges that are watched, each with its JSON-RPC address."""
    poll_seconds: float = Field(default=2.0, gt=0, le=60)
    """Seconds between two looks at each edge."""
