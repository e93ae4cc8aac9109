"""Certificates that cannot be used are named with a sentence; renewed ones are shown without a restart."""

import socket
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from servicekit.settings import ClientFiles, ServerTlsSettings, WrongSetting
from servicekit.testing import FakeClock
from servicekit.testing.certificates import Authority
from servicekit.tls import ServerCertificate, channel_credentials, client_context

NAME = "KEEPLINE_GRPC__TLS"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "ca")


def settings(authority: Authority, **changed: Path) -> ServerTlsSettings:
    made = authority.issue("server")
    files = {"cert_file": made.cert_file, "key_file": made.key_file, "client_ca_file": authority.ca_file}
    return ServerTlsSettings(**{**files, **changed})


def missing(authority: Authority) -> tuple[dict[str, Path], str]:
    return {"cert_file": authority.ca_file.with_name("none")}, "CERT_FILE: cannot read .*: No such file"


def no_pem(authority: Authority) -> tuple[dict[str, Path], str]:
    path = authority.ca_file.with_name("text")
    path.write_text("hunter2")
    return {"cert_file": path}, "CERT_FILE: .* holds no certificate in PEM form"


def another_key(authority: Authority) -> tuple[dict[str, Path], str]:
    return {"key_file": authority.issue("other").key_file}, "KEY_FILE: .* is not the private key of"


def encrypted_key(authority: Authority) -> tuple[dict[str, Path], str]:
    path = authority.ca_file.with_name("encrypted")
    path.write_text("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n")
    return {"key_file": path}, "KEY_FILE: .* is not the private key of .* without a passphrase"


def expired(authority: Authority) -> tuple[dict[str, Path], str]:
    made = authority.issue("old", good_for=timedelta(seconds=-5))
    return {"cert_file": made.cert_file, "key_file": made.key_file}, "CERT_FILE: .* expired on "


def not_yet(authority: Authority) -> tuple[dict[str, Path], str]:
    made = authority.issue("early", good_for=timedelta(days=20))
    return {"cert_file": made.cert_file, "key_file": made.key_file}, "CERT_FILE: .* is not valid before "


def no_authority(authority: Authority) -> tuple[dict[str, Path], str]:
    return {"client_ca_file": authority.ca_file.with_name("none")}, "CLIENT_CA_FILE: cannot read"


WRONG = [missing, no_pem, another_key, encrypted_key, expired, not_yet, no_authority]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_certificate_that_cannot_be_used_is_named_at_the_start(
    authority: Authority, wrong: Callable[[Authority], tuple[dict[str, Path], str]]
) -> None:
    changed, said = wrong(authority)
    with pytest.raises(WrongSetting, match=f"{NAME}__{said}") as told:
        ServerCertificate(settings(authority, **changed), NAME)
    assert "hunter2" not in str(told.value)


def test_a_clients_files_are_checked_as_well(authority: Authority) -> None:
    made, other = authority.issue("client"), authority.issue("other")
    good = ClientFiles(ca_file=authority.ca_file, cert_file=made.cert_file, key_file=made.key_file)
    wrong = ClientFiles(ca_file=authority.ca_file, cert_file=made.cert_file, key_file=other.key_file)
    for use in (client_context, channel_credentials):
        assert use(good, "KEEPLINE_TLS")
        with pytest.raises(WrongSetting, match="KEEPLINE_TLS__KEY_FILE"):
            use(wrong, "KEEPLINE_TLS")
        with pytest.raises(WrongSetting, match="KEEPLINE_TLS__CA_FILE"):
            use(ClientFiles(ca_file=authority.ca_file.with_name("none")), "KEEPLINE_TLS")


def test_half_a_pair_is_no_setting(authority: Authority) -> None:
    with pytest.raises(ValueError, match="go together"):
        ServerTlsSettings(cert_file=authority.ca_file)
    with pytest.raises(ValueError, match="needs cert_file"):
        ServerTlsSettings(client_ca_file=authority.ca_file)
    with pytest.raises(ValueError, match="go together"):
        ClientFiles(key_file=authority.ca_file)


def shown(server: ssl.SSLContext, client: ssl.SSLContext) -> int:
    """The serial number of the certificate that a server with this context shows."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            taken, _ = listener.accept()
            with taken, server.wrap_socket(taken, server_side=True) as secured:
                secured.recv(1)

        thread = threading.Thread(target=accept)
        thread.start()
        with (
            socket.create_connection(listener.getsockname()) as opened,
            client.wrap_socket(opened, server_hostname="127.0.0.1") as secured,
        ):
            found = secured.getpeercert()
            secured.send(b"x")
        thread.join()
    assert found is not None
    return int(str(found["serialNumber"]), 16)


def test_a_renewed_certificate_is_shown_and_a_broken_one_is_told(authority: Authority) -> None:
    server = settings(authority)
    mine = authority.issue("client")
    client = client_context(
        ClientFiles(ca_file=authority.ca_file, cert_file=mine.cert_file, key_file=mine.key_file), "X"
    )
    certificate = ServerCertificate(server, NAME)
    context = certificate.context()
    first = shown(context, client)
    assert shown(context, client) == first
    authority.issue("server")
    shown(context, client)  # the handshake at which the change is seen may still show the old one
    second = shown(context, client)
    assert second != first
    assert server.cert_file is not None
    server.cert_file.write_text("broken")
    assert shown(context, client) == second
    assert "holds no certificate" in certificate.problem()
    authority.issue("server")
    shown(context, client)
    assert shown(context, client) not in (first, second)
    assert certificate.problem() == ""


def test_a_certificate_that_expires_while_it_is_shown_is_told(authority: Authority) -> None:
    made, clock = authority.issue("short", good_for=timedelta(hours=1)), FakeClock(datetime.now(UTC))
    files = ServerTlsSettings(cert_file=made.cert_file, key_file=made.key_file)
    certificate = ServerCertificate(files, NAME, clock)
    assert certificate.problem() == ""
    clock.advance(3601)
    assert "expired on" in certificate.problem()


def test_no_private_key_is_in_a_text(authority: Authority) -> None:
    certificate = ServerCertificate(settings(authority), NAME)
    assert "PRIVATE" not in repr(certificate) + str(vars(certificate)["_pair"])
