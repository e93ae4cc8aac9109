"""Settings of sip-config, from the environment (KEEPLINE_...)."""

from ipaddress import ip_address
from pathlib import Path
from typing import Self

from pydantic import AwareDatetime, Field, field_validator, model_validator

from servicekit.addresses import AddressPolicy
from servicekit.settings import OutwardSettings, SettingsGroup, StreamSettings, WrongSetting
from sip_config.domain.public_addresses import MediaAddress, PublicAddresses, SipAddress
from sip_config.domain.resources import DestinationState
from siptypes.endpoints import Transport
from siptypes.hosts import is_address, is_domain
from siptypes.reachable import Reachable


def _host(value: str) -> str:
    if not is_address(value) and not is_domain(value):
        raise ValueError("must be an address or a host name")
    return value


class SwitchSettings(SettingsGroup):
    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    """Its node id."""
    host: str
    """Address or host name where it takes SIP from the edges."""
    port: int = Field(ge=1, le=65535)
    """Port where it takes SIP from the edges."""
    state: DestinationState = DestinationState.ACTIVE
    """draining: it takes no new call. An operator's order over the API takes the place of this."""
    weight: int = Field(default=1, ge=1, le=100)
    """Its share of the calls among the active ones."""

    _is_host = field_validator("host")(_host)


class EdgeSettings(SettingsGroup):
    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    """Its node id."""
    host: str
    """The address that switches see."""

    @field_validator("host")
    @classmethod
    def _is_address(cls, value: str) -> str:
        return str(ip_address(value))


class SipAddressSettings(SettingsGroup):
    host: str
    port: int = Field(ge=1, le=65535)
    transport: Transport

    _is_host = field_validator("host")(_host)


class MediaAddressSettings(SettingsGroup):
    host: str
    first_port: int = Field(ge=1, le=65535)
    last_port: int = Field(ge=1, le=65535)

    _is_host = field_validator("host")(_host)

    @model_validator(mode="after")
    def _is_range(self) -> Self:
        if self.last_port < self.first_port:
            raise ValueError("last_port is below first_port")
        return self


class PublicSettings(SettingsGroup):
    """What providers, and firewalls before PBXs, are told."""

    sip: tuple[SipAddressSettings, ...] = ()
    """Where edges take calls from providers and send them from."""
    media: tuple[MediaAddressSettings, ...] = ()
    """Where switches take and send RTP, over UDP."""
    effective_at: AwareDatetime | None = None
    """Since when these hold, or from when on, RFC 3339."""


class QuotaSettings(SettingsGroup):
    trunks: int = Field(default=1000, ge=1)
    """Trunks of one tenant."""
    endpoints: int = Field(default=2000, ge=1)
    """Endpoints of one tenant, those of all its trunks together."""
    endpoints_per_trunk: int = Field(default=8, ge=1, le=32)
    """Endpoints of one trunk."""
    keys: int = Field(default=100, ge=1)
    """API keys of one tenant."""
    onboardings: int = Field(default=1000, ge=1)
    """Onboardings of one tenant."""


class AuditSettings(SettingsGroup):
    keep_days: int = Field(default=365, ge=1, le=3650)
    """Entries of the audit log are removed so many days after the change."""


class RejectionSettings(SettingsGroup):
    keep_days: int = Field(default=30, ge=1, le=365)
    """What was turned away is removed so many days after the last time."""
    window_minutes: int = Field(default=60, ge=1, le=1440)
    """Refusals that are alike are counted in one row so long."""
    rows: int = Field(default=1000, ge=10)
    """Rows of one tenant, and of strangers together; the oldest are removed."""
    rows_each_window: int = Field(default=50, ge=1)
    """Rows of one trunk and code in a window; the others are counted in one row together."""


class OnboardingSettings(SettingsGroup):
    abandoned_after_hours: int = Field(default=24, ge=1, le=24 * 90)
    """An open onboarding is abandoned after so long without a change."""
    keep_days: int = Field(default=400, ge=1, le=3650)
    """Onboardings are removed so many days after their last change; the statistics reach as far back."""


class Settings(OutwardSettings):
    sip_zone: str
    """Domain below which trunks get their SIP domains."""
    switches: tuple[SwitchSettings, ...] = Field(min_length=1)
    """Switches that edges send calls to."""
    edges: tuple[EdgeSettings, ...] = ()
    """Edges that switches may send to."""
    public: PublicSettings = PublicSettings()
    quotas: QuotaSettings = QuotaSettings()
    """What one tenant may have."""
    audit: AuditSettings = AuditSettings()
    rejections: RejectionSettings = RejectionSettings()
    onboardings: OnboardingSettings = OnboardingSettings()
    streams: StreamSettings = StreamSettings()
    phone_sources_target: str | None = None
    """gRPC address of phone-sources, host:port; none: no fix that brings in or moves a number is applied."""
    call_control_target: str | None = None
    """gRPC address of call-control, host:port; none: no fix that puts a number on a plan is applied."""
    instance_id: str = Field(default="1", pattern=r"^[A-Za-z0-9_-]{1,64}$")
    """Names this process among others of its kind; its next life takes over its work at once."""
    switch_password_file: Path | None = None
    """File with the password of the switches' requests (user "switch"); none: nothing is served to them."""

    @field_validator("sip_zone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        if not is_domain(value):
            raise ValueError("must be a domain in lower case, such as sip.example.com")
        return value

    def address_policy(self) -> AddressPolicy:
        """What tenants may name: nothing of the switches, the edges and the zone."""
        hosts = [*(switch.host for switch in self.switches), *(edge.host for edge in self.edges)]
        return self.addresses.policy(*hosts, self.sip_zone)

    def reachable(self) -> Reachable:
        return Reachable(self.address_policy(), tls=self.tls_from_edges)

    def public_addresses(self) -> PublicAddresses:
        """As tenants are told them."""
        sip = [SipAddress(one.host, one.port, one.transport) for one in self.public.sip]
        media = [MediaAddress(one.host, (one.first_port, one.last_port)) for one in self.public.media]
        return PublicAddresses(
            self.sip_zone, sip, media, self.public.effective_at, self.reachable().transports
        )

    def switch_password(self) -> str | None:
        if self.switch_password_file is None:
            return None
        try:
            return self.switch_password_file.read_text().strip()
        except OSError as error:
            raise WrongSetting(
                "KEEPLINE_SWITCH_PASSWORD_FILE", f"cannot be read: {error.strerror}"
            ) from error
