"""TLS and passwords on the way between processes. All off unless set; files are PEM."""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, field_validator, model_validator


class SettingsGroup(BaseModel):
    """Settings with a common first name: KEEPLINE_<GROUP>__<NAME>."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class ServerTlsSettings(SettingsGroup):
    cert_file: Path | None = None
    """Certificate that this server shows, with its chain (PEM); none: no TLS."""
    key_file: Path | None = None
    """Private key of the certificate (PEM, without a passphrase)."""
    client_ca_file: Path | None = None
    """Authority whose certificate a client must show (mutual TLS); none: clients need no certificate."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("cert_file and key_file go together")
        if self.client_ca_file is not None and self.cert_file is None:
            raise ValueError("client_ca_file needs cert_file and key_file")
        return self


class ClientFiles(SettingsGroup):
    ca_file: Path | None = None
    """Authority of the server's certificate (PEM); none: those of the system."""
    cert_file: Path | None = None
    """Certificate to show to the server, with its chain (PEM); none: none is shown."""
    key_file: Path | None = None
    """Private key of that certificate (PEM, without a passphrase)."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("cert_file and key_file go together")
        return self


class ClientTlsSettings(ClientFiles):
    enabled: bool = False
    """Whether other services are called over TLS."""


class MongoTlsSettings(SettingsGroup):
    enabled: bool = False
    """Whether the database is asked over TLS."""
    ca_file: Path | None = None
    """Authority of the database's certificate (PEM); none: those of the system."""
    cert_key_file: Path | None = None
    """Certificate and private key to show to the database, in one file (PEM)."""


class SaslSettings(SettingsGroup):
    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    """How the password is shown to the broker."""
    username: str = ""
    """User name at the broker."""
    password_file: Path | None = None
    """File with the password at the broker, read again for each connection."""


Protocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]


class KafkaSecurity(SettingsGroup):
    protocol: Protocol = "PLAINTEXT"
    """Kafka's security.protocol."""
    tls: ClientFiles = ClientFiles()
    sasl: SaslSettings = SaslSettings()

    @field_validator("protocol", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _has_a_password(self) -> Self:
        if self.protocol.startswith("SASL") and not (self.sasl.username and self.sasl.password_file):
            raise ValueError(f"{self.protocol} needs sasl__username and sasl__password_file")
        return self
