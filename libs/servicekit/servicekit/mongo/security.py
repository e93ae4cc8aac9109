"""User, password and certificates for the database, as options of the driver."""

from typing import Any

from servicekit.settings import MongoSettings, WrongSetting
from servicekit.tls import read_authority, read_pair


def security(settings: MongoSettings) -> dict[str, Any]:
    """User, password and certificates, read now. Raises WrongSetting."""
    options: dict[str, Any] = {}
    if settings.username:
        options["username"] = settings.username
    if settings.password_file is not None:
        try:
            options["password"] = settings.password_file.read_text().strip()
        except OSError as error:
            reason = f"cannot read {settings.password_file}: {error.strerror}"
            raise WrongSetting("KEEPLINE_MONGO__PASSWORD_FILE", reason) from error
    tls, name = settings.tls, "KEEPLINE_MONGO__TLS"
    if tls.enabled:
        options["tls"] = True
    if tls.ca_file is not None:
        read_authority(tls.ca_file, f"{name}__CA_FILE")
        options["tlsCAFile"] = str(tls.ca_file)
    if tls.cert_key_file is not None:
        try:
            read_pair(tls.cert_key_file, tls.cert_key_file, name)
        except WrongSetting as wrong:
            raise WrongSetting(f"{name}__CERT_KEY_FILE", wrong.reason) from wrong
        options["tlsCertificateKeyFile"] = str(tls.cert_key_file)
    return options
