"""Lets nginx read what the door makes of its settings."""

from collections.abc import Iterator
from pathlib import Path

from door.__main__ import prepared
from door.routes import SERVICES
from door.settings import Settings
from harness.components.door import DOCUMENTS, RULES
from servicekit.testing.certificates import Authority


def nginx_checks(folder: Path) -> Iterator[list[str]]:
    """Commands that let nginx read what is made of the smallest settings, and of all of them."""
    authority = Authority(folder / "authority")
    made, ca = authority.issue("door"), str(authority.ca_file)
    certificate = {"cert_file": str(made.cert_file), "key_file": str(made.key_file)}
    whole = {
        "http": {"listen": "127.0.0.1:1", "tls": {**certificate, "client_ca_file": ca}},
        "tls": {"enabled": True, "ca_file": ca, **certificate},
        "cors": {"origins": ["https://app.example.org", "http://127.0.0.1:5173"]},
        "proxies": ["10.0.0.0/8", "fd00::/8"],
    }
    least = {"http": {"listen": "127.0.0.1:1"}, "grpc": {"listen": "127.0.0.1:2"}}
    for name, more in (("least", least), ("whole", whole)):
        data = folder / name
        data.mkdir()
        settings = Settings.model_validate({**_common(data), **more})
        yield [*prepared(settings), "-t"]


def _common(data: Path) -> dict[str, object]:
    services = {name: {"http": "127.0.0.1:1", "grpc": "127.0.0.1:1"} for name in SERVICES}
    return {"services": services, "data_dir": data, "door": {"rules": RULES, "documents": DOCUMENTS}}
