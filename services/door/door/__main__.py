"""python -m door: runs nginx by its settings, tells its lines and its counts. It needs no root.

nginx gets the signals: SIGQUIT lets it finish what is under way, SIGTERM ends it. Renewed certificates are
read without one.
"""

import os
import resource
import shutil
import signal
import threading

from door.measures import Measures, status_socket
from door.pages import write_pages
from door.renewal import Certificates
from door.rules import read_template, rendered
from door.settings import Settings
from door.web import write_page
from servicekit.foreign import Foreign
from servicekit.foreign.reading import of_nginx
from servicekit.settings import WrongSetting, load, refuse, told_if_asked
from servicekit.telemetry.export import Telemetry

NAME = "door"
_FOLDERS = ("bodies", "answers", "unused")


def prepared(settings: Settings) -> list[str]:
    """Writes nginx's folder and answers its command line. Raises WrongSetting."""
    folder = settings.data_dir.absolute()
    try:
        for name in _FOLDERS:
            (folder / name).mkdir(parents=True, exist_ok=True)
        # of an nginx that was killed; it would not listen there again
        status_socket(folder).unlink(missing_ok=True)
        write_pages(folder / "pages", settings.door.documents)
        write_page(folder, settings.web)
        (folder / "nginx.conf").write_text(rendered(read_template(settings), settings))
    except OSError as error:
        raise WrongSetting("KEEPLINE_DATA_DIR", f"cannot be written: {error}") from error
    conf = str(folder / "nginx.conf")
    return [_binary(settings.door.binary), "-p", str(folder), "-e", "stderr", "-c", conf]


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


def _run(settings: Settings) -> int:
    """nginx's exit code. Raises WrongSetting."""
    certificates = Certificates(settings)
    command = prepared(settings)
    _allow_connections(settings.door.connections)
    measures = Measures(status_socket(settings.data_dir))
    nginx = Foreign(NAME, command, of_nginx, environment={**os.environ, "TZ": "UTC"}, heard=measures.heard)
    over = threading.Event()
    watching = threading.Thread(
        target=certificates.watch, args=(lambda: nginx.send_signal(signal.SIGHUP), over), daemon=True
    )
    watching.start()
    try:
        return nginx.run()
    finally:
        over.set()


def main() -> None:
    told_if_asked(NAME, Settings)
    settings = load(Settings)
    try:
        telemetry = Telemetry.start(NAME, settings.log, settings.telemetry)
    except WrongSetting as wrong:
        refuse(wrong)
    try:
        code = _run(settings)
    except WrongSetting as wrong:
        refuse(wrong)
    finally:
        telemetry.close()
    raise SystemExit(code)


if __name__ == "__main__":
    main()
