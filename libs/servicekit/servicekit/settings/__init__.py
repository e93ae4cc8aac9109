"""Settings from the environment: prefix KEEPLINE_, `__` nests, secrets are paths of files.

What is wrong is found at start, all of it at once, and told by the name that the operator typed. A KEEPLINE_
variable that is no setting of any component is wrong too; what Kubernetes puts there is passed over.
"""

from servicekit.settings.environment import PREFIX
from servicekit.settings.groups import (
    ISSUER_ADDRESS,
    AddressSettings,
    ApiSettings,
    AuthSettings,
    GrpcSettings,
    HttpSettings,
    KafkaSettings,
    LimitSettings,
    LogSettings,
    MongoSettings,
    OutwardSettings,
    ProcessSettings,
    ServiceSettings,
    StreamSettings,
    TelemetrySettings,
    host_port,
)
from servicekit.settings.in_transit import ClientFiles, ClientTlsSettings, ServerTlsSettings, SettingsGroup
from servicekit.settings.loading import (
    EXIT_WRONG_SETTING,
    WrongSetting,
    load,
    refuse,
    told_if_asked,
)

__all__ = [
    "EXIT_WRONG_SETTING",
    "ISSUER_ADDRESS",
    "PREFIX",
    "AddressSettings",
    "ApiSettings",
    "AuthSettings",
    "ClientFiles",
    "ClientTlsSettings",
    "GrpcSettings",
    "HttpSettings",
    "KafkaSettings",
    "LimitSettings",
    "LogSettings",
    "MongoSettings",
    "OutwardSettings",
    "ProcessSettings",
    "ServerTlsSettings",
    "ServiceSettings",
    "SettingsGroup",
    "StreamSettings",
    "TelemetrySettings",
    "WrongSetting",
    "host_port",
    "load",
    "refuse",
    "told_if_asked",
]
