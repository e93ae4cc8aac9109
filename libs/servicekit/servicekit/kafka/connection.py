"""How every Kafka client here connects: addresses, and TLS and SASL as the settings say.

A certificate that is not trusted and a password that is not accepted stand in aiokafka's log only; its error
is that it was "unable to bootstrap". `why` connects once more to have it in words for readiness.
"""

import logging
import ssl
from typing import Any

from aiokafka.conn import create_conn
from aiokafka.errors import KafkaError, SaslAuthenticationFailed, UnsupportedSaslMechanismError

from servicekit.deadlines import within
from servicekit.settings import KafkaSettings, WrongSetting, host_port
from servicekit.tls import client_context

# at debug it writes each request whole, the password of PLAIN among them (seen with aiokafka 0.14.0)
logging.getLogger("aiokafka.conn").addFilter(lambda record: record.levelno > logging.DEBUG)

Broker = KafkaSettings | str
"""Settings, or the addresses of brokers that want neither TLS nor a password."""
_SECONDS = 3.0


def client_options(broker: Broker) -> dict[str, Any]:
    """Arguments of aiokafka's clients; password and certificates are read now. Raises WrongSetting."""
    if isinstance(broker, str):
        return {"bootstrap_servers": broker}
    options: dict[str, Any] = {
        "bootstrap_servers": broker.bootstrap,
        "security_protocol": broker.protocol,
    }
    if broker.protocol.endswith("SSL"):
        options["ssl_context"] = client_context(broker.tls, "KEEPLINE_KAFKA__TLS")
    if broker.protocol.startswith("SASL"):
        options |= {
            "sasl_mechanism": broker.sasl.mechanism,
            "sasl_plain_username": broker.sasl.username,
            "sasl_plain_password": _password(broker),
        }
    return options


async def why(broker: Broker, otherwise: str) -> str:
    """Why a broker that wants TLS or a password cannot be used, in words; `otherwise` when it is not that."""
    if isinstance(broker, str) or broker.protocol == "PLAINTEXT":
        return otherwise
    try:
        options = client_options(broker)
        host, port = host_port(options.pop("bootstrap_servers").split(",")[0])
        connection = await within(_SECONDS, create_conn(host, port, request_timeout_ms=2000, **options))
        connection.close()
    except WrongSetting as wrong:
        return str(wrong)
    except ssl.SSLCertVerificationError as wrong:
        return f"the broker's certificate is not trusted: {wrong.verify_message}"
    except ssl.SSLError as wrong:
        return f"the broker does not agree on TLS ({wrong.reason})"
    except (SaslAuthenticationFailed, UnsupportedSaslMechanismError):
        return f"the broker does not accept {broker.sasl.username}'s password ({broker.sasl.mechanism})"
    except (KafkaError, OSError, TimeoutError):
        pass
    return otherwise


def _password(broker: KafkaSettings) -> str:
    name, path = "KEEPLINE_KAFKA__SASL__PASSWORD_FILE", broker.sasl.password_file
    if path is None:
        raise WrongSetting(name, "is not set")
    try:
        return path.read_text().strip()
    except OSError as error:
        raise WrongSetting(name, f"cannot read {path}: {error.strerror}") from error
