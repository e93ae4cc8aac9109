"""What is generated from the settings of all processes: docs/settings.md and servicekit's known.txt."""

import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from harness.paths import REPOSITORY
from servicekit.settings import ProcessSettings
from servicekit.settings.environment import names_of
from servicekit.settings.listing import Row, rows

PAGE = REPOSITORY / "docs" / "settings.md"
KNOWN = REPOSITORY / "libs" / "servicekit" / "servicekit" / "settings" / "known.txt"
SWITCH_VALUES = REPOSITORY / "infra" / "freeswitch" / "vars.xml"
_SWITCH_VALUE = re.compile(r'<!--(.*?)-->|cmd="([\w-]+)" data="\w+=([^"]*)"', re.DOTALL)
_HEAD = """\
# Settings

Every process reads its settings from the environment. `__` nests, a list is JSON, a secret is the path
of a file. A process that finds a wrong setting, or a `KEEPLINE_` variable that is none of these, names
each of them and ends with 2. A setting of another component in the same environment is fine, and so is
what Kubernetes adds (`KEEPLINE_..._SERVICE_HOST`, `KEEPLINE_..._PORT`). `python -m <component> --help`
prints its part of this page, which `make settings` writes.

Files that settings name are read at the start, secrets too; who changes one restarts the process. Read
again while it runs are: the token issuer's keys (`AUTH__JWKS_FILE`), an edge agent's token (`TOKEN_FILE`),
certificates that servers show and believe (`HTTP__TLS__...`, `GRPC__TLS__...`; by the door `TLS__...` too),
and what Kafka asks for (`KAFKA__SASL__...`, `KAFKA__TLS__...`, at each new connection). Secrets of API keys
change without a gap in three steps, with a restart of all services after each: the new one as the last line,
then as the first, then, once no key of the old one is in use, alone.
"""
_SWITCH_HEAD = """
FreeSWITCH reads its own, in infra/freeswitch/vars.xml.

| name | default | meaning |
|---|---|---|"""


def generated() -> dict[Path, str]:
    """The files and what they must hold."""
    processes = dict(_processes())
    switch = _switch_values()
    names = {name for cls in processes.values() for name in names_of(cls)} | set(switch)
    return {PAGE: _page(processes, switch), KNOWN: "".join(f"{name}\n" for name in sorted(names))}


def without_meaning() -> list[str]:
    """Settings whose field has no string under it, or in vars.xml no comment before it."""
    found = {row.name for _, cls in _processes() for row in rows(cls) if not row.meaning}
    found |= {name for name, (_, meaning) in _switch_values().items() if not meaning}
    return sorted(found)


def _processes() -> Iterator[tuple[str, type[ProcessSettings]]]:
    """Each process by what follows `python -m`, and the class of its settings."""
    for folder in sorted((REPOSITORY / "services").iterdir()):
        package = folder.name.replace("-", "_")
        if (folder / package / "__main__.py").exists():
            yield from _of_package(package)


def _of_package(package: str) -> Iterator[tuple[str, type[ProcessSettings]]]:
    root = importlib.import_module(package)
    found = [m.name for m in pkgutil.walk_packages(root.__path__, f"{package}.") if _holds_settings(m.name)]
    for name in found:
        for value in vars(importlib.import_module(name)).values():
            if isinstance(value, type) and issubclass(value, ProcessSettings) and value.__module__ == name:
                inner = value.__name__.removesuffix("Settings").lower()
                yield ".".join(part for part in (name.rpartition(".")[0], inner) if part), value


def _holds_settings(module: str) -> bool:
    return module.rpartition(".")[2] == "settings"


def _switch_values() -> dict[str, tuple[str, str]]:
    """FreeSWITCH reads its variables in vars.xml: a comment with the meaning, the default, the variable.
    Default and meaning by name."""
    found: dict[str, tuple[str, str]] = {}
    before = meaning = ""
    for comment, command, value in _SWITCH_VALUE.findall(SWITCH_VALUES.read_text()):
        if comment:
            meaning = " ".join(comment.split())
        elif command == "env-set":
            found[value.removeprefix("$")] = before, meaning
            meaning = ""
        else:
            before = value if command == "set" else "made at random"
    return found


def _page(processes: Mapping[str, type[ProcessSettings]], switch: Mapping[str, tuple[str, str]]) -> str:
    users: dict[Row, list[str]] = defaultdict(list)
    for process, cls in processes.items():
        for row in rows(cls):
            users[row].append(process)
    lines = [_HEAD, "| name | type | default | meaning | component |", "|---|---|---|---|---|"]
    for row, of in sorted(users.items()):
        component = "all" if len(of) == len(processes) else ", ".join(f"`{name}`" for name in of)
        default = row.default if row.default in ("", "required") else f"`{row.default}`"
        cells = (f"`{row.name}`", row.kind, default, row.meaning, component)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    lines.append(_SWITCH_HEAD)
    for name, (default, meaning) in sorted(switch.items()):
        shown = f"`{default}`" if default else ""
        told = meaning.replace("|", "\\|")
        lines.append(f"| `{name}` | {shown} | {told} |")
    return "\n".join(lines) + "\n"
