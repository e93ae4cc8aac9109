"""Certificates from files: checked at the start in words, and read again when they change.

A server looks at its files at each handshake, so that a renewed certificate is shown without a restart. New
files that are broken leave the old ones in force and are told in readiness. What a client shows is read once.
"""

import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import grpc
from cryptography import x509

from servicekit.clock import Clock, SystemClock
from servicekit.settings import ClientFiles, ServerTlsSettings, WrongSetting
from servicekit.telemetry.logging import logger

_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate chain with its key, and the time until which it is good."""

    chain: bytes
    key: bytes = field(repr=False)
    until: datetime


class ServerCertificate:
    """What a server shows. name: of its settings, such as KEEPLINE_GRPC__TLS."""

    def __init__(self, settings: ServerTlsSettings, name: str, clock: Clock | None = None) -> None:
        if settings.cert_file is None or settings.key_file is None:
            raise ValueError("there is no certificate to show")
        self._cert, self._key, self._ca = settings.cert_file, settings.key_file, settings.client_ca_file
        self._name, self._clock = name, clock or SystemClock()
        self._seen = self._fingerprint()
        self._pair = read_pair(self._cert, self._key, name)
        self._trusted = read_authority(self._ca, f"{name}__CLIENT_CA_FILE") if self._ca else None
        self._problem = ""

    def problem(self) -> str:
        """For readiness: why the files could not be read again, or that the certificate has expired."""
        if self._problem:
            return self._problem
        return _expired(self._pair.until, f"the certificate of {self._cert}", self._clock.now())

    def grpc_credentials(self) -> grpc.ServerCredentials:
        return grpc.dynamic_ssl_server_credentials(
            self._grpc_configuration(),
            self._grpc_changed,  # type: ignore[arg-type]  # None: no change
            require_client_authentication=self._ca is not None,
        )

    def context(self) -> ssl.SSLContext:
        """For a server of this process. Authorities of clients that are added are trusted without a restart,
        those that are taken away only after one."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self._ca is not None:
            context.verify_mode = ssl.CERT_REQUIRED
        self._load(context)
        context.sni_callback = lambda _socket, _name, used: self._load(used) if self.changed() else None
        return context

    def changed(self) -> bool:
        """Looks at the files; True when other ones are in force now."""
        try:
            seen = self._fingerprint()
            if seen == self._seen:
                return False
            self._seen = seen
            pair = read_pair(self._cert, self._key, self._name)
            trusted = read_authority(self._ca, f"{self._name}__CLIENT_CA_FILE") if self._ca else None
        except WrongSetting as wrong:
            self._problem = str(wrong)
            _log.warning("keeping the old certificate", reason=self._problem)
            return False
        self._pair, self._trusted, self._problem = pair, trusted, ""
        _log.info("showing a new certificate", file=str(self._cert), until=pair.until.isoformat())
        return True

    def _load(self, context: ssl.SSLContext) -> None:
        context.load_cert_chain(self._cert, self._key)
        if self._trusted is not None:
            context.load_verify_locations(cadata=self._trusted.decode())

    def _grpc_configuration(self) -> grpc.ServerCertificateConfiguration:
        return grpc.ssl_server_certificate_configuration([(self._pair.key, self._pair.chain)], self._trusted)

    def _grpc_changed(self) -> grpc.ServerCertificateConfiguration | None:
        return self._grpc_configuration() if self.changed() else None

    def _fingerprint(self) -> tuple[tuple[int, int], ...]:
        files = [path for path in (self._cert, self._key, self._ca) if path is not None]
        found = []
        for path in files:
            try:
                stat = path.stat()
                found.append((stat.st_mtime_ns, stat.st_ino))
            except OSError:
                found.append((0, 0))
        return tuple(found)


def client_context(files: ClientFiles, name: str) -> ssl.SSLContext:
    """For a client: checks the server's certificate and host name. Raises WrongSetting."""
    if files.ca_file is not None:
        read_authority(files.ca_file, f"{name}__CA_FILE")
    context = ssl.create_default_context(cafile=files.ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if files.cert_file is not None and files.key_file is not None:
        read_pair(files.cert_file, files.key_file, name)
        context.load_cert_chain(files.cert_file, files.key_file)
    return context


def channel_credentials(files: ClientFiles, name: str) -> grpc.ChannelCredentials:
    """For gRPC clients. Raises WrongSetting."""
    trusted = read_authority(files.ca_file, f"{name}__CA_FILE") if files.ca_file is not None else None
    if files.cert_file is None or files.key_file is None:
        return grpc.ssl_channel_credentials(trusted)
    pair = read_pair(files.cert_file, files.key_file, name)
    return grpc.ssl_channel_credentials(trusted, pair.key, pair.chain)


def read_pair(cert_file: Path, key_file: Path, name: str) -> Pair:
    """Raises WrongSetting with a sentence: unreadable, no certificate, another key, expired."""
    chain = _read(cert_file, f"{name}__CERT_FILE")
    key = _read(key_file, f"{name}__KEY_FILE")
    until = _good_until(chain, cert_file, f"{name}__CERT_FILE")
    try:
        # an empty passphrase, because the library would ask for one on the terminal
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert_file, key_file, password="")
    except (ssl.SSLError, OSError, ValueError) as error:
        reason = f"{key_file} is not the private key of {cert_file}, in PEM form and without a passphrase"
        raise WrongSetting(f"{name}__KEY_FILE", reason) from error
    return Pair(chain, key, until)


def read_authority(path: Path, name: str) -> bytes:
    """Certificates to trust. Raises WrongSetting with a sentence."""
    content = _read(path, name)
    _good_until(content, path, name)
    return content


def _read(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise WrongSetting(name, f"cannot read {path}: {error.strerror}") from error


def _good_until(content: bytes, path: Path, name: str) -> datetime:
    try:
        first = x509.load_pem_x509_certificates(content)[0]
    except ValueError as error:
        raise WrongSetting(name, f"{path} holds no certificate in PEM form") from error
    now = datetime.now(UTC)
    if first.not_valid_before_utc > now:
        raise WrongSetting(
            name, f"{path} is not valid before {first.not_valid_before_utc:%Y-%m-%d %H:%M} UTC"
        )
    expired = _expired(first.not_valid_after_utc, str(path), now)
    if expired:
        raise WrongSetting(name, expired)
    return first.not_valid_after_utc


def _expired(until: datetime, what: str, now: datetime) -> str:
    return f"{what} expired on {until:%Y-%m-%d %H:%M} UTC" if until <= now else ""
