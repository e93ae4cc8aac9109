"""How to start a FreeSWITCH with Keepline's configuration: its command line and environment.

Nothing is started here: whoever supervises processes does that. The configuration folder is used as
it is, because all that differs between nodes comes from the environment; the rest of FreeSWITCH's
folders live under a folder of the caller's.
"""

import ipaddress
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_PASSWORD = re.compile(r"[A-Za-z0-9_-]{16,128}\Z")
_URL = re.compile(r"https?://[A-Za-z0-9.:\[\]-]{1,255}/[A-Za-z0-9/_.-]{0,255}\Z")
MOST_ROUTERS = 8
_ADDRESS = re.compile(r"[A-Za-z0-9.:-]{1,255}\Z")


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    port: int

    def __post_init__(self) -> None:
        if not _ADDRESS.match(self.host) or not 0 < self.port < 65536:  # noqa: PLR2004
            raise ValueError(f"not an address: {self.host[:40]!r}:{self.port}")

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class XmlCurl:
    """sip-config's answer to a switch: its address and the password of the user `switch`."""

    url: str
    password: str

    def __post_init__(self) -> None:
        _check_password(self.password, "the password of the user switch")
        if not _URL.match(self.url):
            raise ValueError(f"not an address of sip-config: {self.url[:80]!r}")


@dataclass(frozen=True, slots=True)
class FreeSwitchSettings:
    sip: Address
    esl: Address
    edge: Address
    password: str
    rtp_ports: tuple[int, int] = (16384, 32767)
    edge_cidr: str = "127.0.0.0/8"
    log_levels: str = "notice,warning,err,crit,alert"
    xml_curl: XmlCurl | None = None
    routers: tuple[Address, ...] = ()
    """Asked in this order for each call; on loopback, because the switch connects without a time-out."""

    def __post_init__(self) -> None:
        _check_password(self.password, "the event socket's password")
        if len(self.routers) > MOST_ROUTERS or not all(map(_is_on_loopback, self.routers)):
            raise ValueError(f"routers are up to {MOST_ROUTERS} addresses in 127.0.0.0/8")


@dataclass(frozen=True, slots=True)
class FreeSwitchLaunch:
    command: tuple[str, ...]
    environment: Mapping[str, str]
    folders: tuple[Path, ...]
    log_file: Path
    # FreeSWITCH writes its whole configuration, with the password, beside its log.
    umask: int = 0o077

    def make_folders(self) -> None:
        for folder in self.folders:
            folder.mkdir(parents=True, exist_ok=True)


def find_freeswitch(environ: Mapping[str, str] = os.environ) -> Path | None:
    """FREESWITCH_BIN names it, else PATH has it, else there is none."""
    named = environ.get("FREESWITCH_BIN")
    if named:
        path = Path(named)
        if not os.access(path, os.X_OK) or not path.is_file():
            raise ValueError(f"FREESWITCH_BIN={named} is not a program")
        return path
    found = shutil.which("freeswitch", path=environ.get("PATH", ""))
    return Path(found) if found else None


def find_allocator(libraries: Path = Path("/usr/lib")) -> Path | None:
    """Debian's libjemalloc2, else none: with it a call costs the switch a fifth less than with libc's."""
    return next(iter(sorted(libraries.glob("*-linux-gnu/libjemalloc.so.2"))), None)


def freeswitch_launch(
    binary: Path, configuration: Path, folder: Path, settings: FreeSwitchSettings
) -> FreeSwitchLaunch:
    """`configuration` is the repository's infra/freeswitch; `folder` is this process's own."""
    own = {name: folder / name for name in ("log", "db", "run", "temp", "cache", "storage", "certs")}
    unused = dict.fromkeys(("scripts", "htdocs", "recordings", "grammar", "sounds"), folder / "unused")
    command = [str(binary), "-nf", "-np", "-nonat", "-nocal", "-conf", str(configuration.resolve())]
    for name, path in (own | unused).items():
        command += [f"-{name}", str(path.resolve())]
    return FreeSwitchLaunch(
        command=tuple(command),
        environment=_environment(settings) | _preloaded(find_allocator()),
        folders=(*own.values(), folder / "unused"),
        log_file=folder / "log" / "freeswitch.log",
    )


def _environment(settings: FreeSwitchSettings) -> dict[str, str]:
    values = {
        "SIP_IP": settings.sip.host,
        "SIP_PORT": str(settings.sip.port),
        "RTP_IP": settings.sip.host,
        "RTP_FIRST_PORT": str(settings.rtp_ports[0]),
        # the switch takes even ports only, and warns of an odd end
        "RTP_LAST_PORT": str(settings.rtp_ports[1] & ~1),
        "ESL_IP": settings.esl.host,
        "ESL_PORT": str(settings.esl.port),
        "ESL_PASSWORD": settings.password,
        "EDGE": str(settings.edge),
        "EDGE_CIDR": settings.edge_cidr,
        "LOG_LEVELS": settings.log_levels,
    }
    if settings.routers:
        values["ROUTERS"] = "|".join(map(str, settings.routers))
    if settings.xml_curl is not None:
        values |= {
            "XML_CURL": "on",
            "XML_CURL_URL": settings.xml_curl.url,
            "XML_CURL_PASSWORD": settings.xml_curl.password,
        }
    return {f"KEEPLINE_FREESWITCH_{name}": value for name, value in values.items()}


def _preloaded(allocator: Path | None) -> dict[str, str]:
    return {"LD_PRELOAD": str(allocator)} if allocator is not None else {}


def _is_on_loopback(address: Address) -> bool:
    try:
        return ipaddress.IPv4Address(address.host).is_loopback
    except ValueError:
        return False


def _check_password(password: str, what: str) -> None:
    """What these letters spell is the same in XML, in the preprocessor and in a header."""
    if not _PASSWORD.match(password):
        raise ValueError(f"{what} is 16 to 128 letters, digits, - and _")
