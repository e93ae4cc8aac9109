"""Certificates for tests: an authority in a folder that issues what a test asks for."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Issued:
    """Files of one certificate; both_file holds chain and key, as MongoDB's tools want them."""

    cert_file: Path
    key_file: Path
    both_file: Path


class Authority:
    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._ca = trustme.CA()
        self.ca_file = folder / "ca.pem"
        self._ca.cert_pem.write_to_path(str(self.ca_file))

    def issue(self, name: str, *hosts: str, good_for: timedelta = _DAY) -> Issued:
        """hosts: names and addresses, loopback if none; good_for: from now, negative for one that expired.

        The same name again replaces its files.
        """
        until = datetime.now(UTC) + good_for
        identities = hosts or ("127.0.0.1", "localhost")
        made = self._ca.issue_cert(
            *identities, common_name=name, not_before=until - 9 * _DAY, not_after=until
        )
        key = load_pem_private_key(made.private_key_pem.bytes(), None)
        key_pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        chain = b"".join(blob.bytes() for blob in made.cert_chain_pems)
        contents = (chain, key_pem, chain + key_pem)
        files = Issued(*(self._folder / f"{name}.{part}" for part in ("crt", "key", "pem")))
        for path, content in zip((files.cert_file, files.key_file, files.both_file), contents, strict=True):
            temporary = path.with_suffix(".tmp")
            temporary.write_bytes(content)
            temporary.replace(path)
        return files
