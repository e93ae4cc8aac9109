"""Settings of health-monitor, from the environment (KEEPLINE_...)."""

from pydantic import BaseModel, ConfigDict, Field

from servicekit.settings import ServiceSettings


class EdgeSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    # its JSON-RPC
    rpc_url: str = Field(pattern=r"^https?://")


class Settings(ServiceSettings):
    edges: tuple[EdgeSettings, ...] = Field(min_length=1)
    # seconds between two looks at each edge
    poll_seconds: float = Field(default=2.0, gt=0, le=60)
