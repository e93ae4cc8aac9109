"""python -m door: becomes nginx, by its settings. It decides nothing, and needs no root.

SIGHUP makes nginx read renewed certificates, SIGQUIT lets it finish what is under way, SIGTERM ends it.
"""

import os
import resource
import shutil
from typing import NoReturn

from door.pages import write_pages
from door.rules import read_template, rendered
from door.settings import Settings
from servicekit.settings import WrongSetting, load, refuse, told_if_asked

_FOLDERS = ("bodies", "answers", "unused")


def prepared(settings: Settings) -> list[str]:
    """Writes nginx's folder and answers its command line. Raises WrongSetting."""
    folder = settings.data_dir.absolute()
    try:
        for name in _FOLDERS:
            (folder / name).mkdir(parents=True, exist_ok=True)
        write_pages(folder / "pages", settings.door.documents)
        (folder / "nginx.conf").write_text(rendered(read_template(settings), settings))
    except OSError as error:
        raise WrongSetting("KEEPLINE_DATA_DIR", f"cannot be written: {error}") from error
    return [
        _binary(settings.door.binary),
        "-p",
        str(folder),
        "-e",
        "stderr",
        "-c",
        str(folder / "nginx.conf"),
    ]


def _binary(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        raise WrongSetting("KEEPLINE_DOOR__BINARY", f"{name} is not installed")
    return found


def _allow_connections(most: int) -> None:
    """Each may cost two descriptors."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(2 * most + 64, hard) if hard != resource.RLIM_INFINITY else 2 * most + 64
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def main() -> NoReturn:
    told_if_asked("door", Settings)
    settings = load(Settings)
    try:
        command = prepared(settings)
    except WrongSetting as wrong:
        refuse(wrong)
    _allow_connections(settings.door.connections)
    environment = {**os.environ, "TZ": "UTC"}
    try:
        os.execve(command[0], command, environment)  # noqa: S606 - the operator's own
    except OSError as error:
        refuse(WrongSetting("KEEPLINE_DOOR__BINARY", f"cannot be run: {error.strerror}"))


if __name__ == "__main__":
    main()
