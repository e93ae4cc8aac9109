"""Which service answers which path: the one place that says so.

What is not here is not reached through the door: SwitchConfig, which nodes ask of sip-config itself, a
router's own dry run (call-control's Simulate says the same), and what switches fetch.
"""

from collections.abc import Mapping

SERVICES = ("sip_config", "phone_sources", "call_control", "health_monitor")
"""As the settings name them."""

REST: Mapping[str, str] = {
    "/api/v1/sip/": "sip_config",
    "/api/v1/keys": "sip_config",
    "/api/v1/audit": "sip_config",
    "/api/v1/phone/": "phone_sources",
    "/api/v1/agents": "call_control",
    "/api/v1/routing/": "call_control",
    "/api/v1/calls": "call_control",
    "/api/v1/health/": "health_monitor",
}
"""By the beginning of the path."""

GRPC: Mapping[str, str] = {
    "keepline.sip.v1.SipTrunkService": "sip_config",
    "keepline.sip.v1.SipRejectionService": "sip_config",
    "keepline.sip.v1.OnboardingService": "sip_config",
    "keepline.sip.v1.NetworkService": "sip_config",
    "keepline.auth.v1.ApiKeyService": "sip_config",
    "keepline.audit.v1.AuditLog": "sip_config",
    "keepline.phone.v1.PhoneService": "phone_sources",
    "keepline.routing.v1.CallRoutingManager": "call_control",
    "keepline.routing.v1.CallLog": "call_control",
    "keepline.health.v1.AgentHealth": "health_monitor",
    "keepline.health.v1.TrunkHealth": "health_monitor",
}
"""By the service's full name."""


def title(service: str) -> str:
    """As people write it: sip-config."""
    return service.replace("_", "-")
