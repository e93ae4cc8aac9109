"""python -m harness: the demo and its calls, on this machine."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Coroutine, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from harness import metrics_page
from harness.call import call as place_call
from harness.codes.pages import FOLDER
from harness.codes.pages import files as code_files
from harness.codes.pages import read as read_codes
from harness.components.kamailio import edge_run
from harness.demo import CALLER
from harness.demo import demo as run_demo
from harness.load import BENCHMARKS
from harness.load import load as run_load
from harness.nginx_check import nginx_checks
from harness.openapi import files as openapi_files
from harness.process import NotReady
from harness.settings_page import generated, without_meaning
from harness.show import on_terminal
from harness.state import DemoState, running_demo

_SHOWN = 10
app = typer.Typer(help="Keepline on this machine: a demo, calls into it, and checks.", no_args_is_help=True)


@app.command()
def demo(
    once: Annotated[
        bool, typer.Option(envvar="ONCE", help="leave after the call; so it is without a terminal")
    ] = False,
) -> None:
    """Start everything, place a call and tell what happened; stay up in a terminal."""
    _leave(run_demo(Console(), stay=on_terminal() and not once))


@app.command()
def call(
    number: Annotated[str, typer.Option(help="the number to dial; the demo's when left out")] = "",
    caller: Annotated[str, typer.Option(help="who calls")] = CALLER,
    hold: Annotated[float, typer.Option(help="seconds of talk", min=1, max=600)] = 2.0,
) -> None:
    """Dial the running demo, answer as its agent, and listen on both sides."""
    state = _running()
    _leave(place_call(Console(), state, number or state.number, caller, hold))


@app.command()
def token() -> None:
    """Print a token of the running demo's tenant, good for an hour."""
    sys.stdout.write(_running().with_new_token().token + "\n")


@app.command()
def env() -> None:
    """Print where the running demo is, and a token, as variables of a shell."""
    state = _running().with_new_token()
    for name, value in state.variables.items():
        sys.stdout.write(f"export {name}={value}\n")


def _running() -> DemoState:
    state = running_demo()
    if state is None:
        sys.stderr.write("No demo is running here: type `make demo` in another terminal first.\n")
        raise typer.Exit(1)
    return state


@app.command()
def load(
    names: Annotated[
        list[str] | None, typer.Argument(help=f"any of {', '.join(BENCHMARKS)}; all if none")
    ] = None,
) -> None:
    """Run the benchmarks, one after another; they take minutes."""
    if unknown := set(names or ()) - set(BENCHMARKS):
        sys.stderr.write(f"There is no benchmark {', '.join(sorted(unknown))}: {', '.join(BENCHMARKS)}.\n")
        raise typer.Exit(2)
    raise typer.Exit(0 if run_load(Console(), names or []) else 1)


@app.command()
def check() -> None:
    """Let Kamailio and nginx read their configurations."""
    with TemporaryDirectory() as folder:
        run = edge_run(Path(folder) / "edge")
        run.prepare()
        commands = [run.check_argv(), *nginx_checks(Path(folder))]
        done = [
            subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
            for command in commands
        ]
    for one in done:
        # nginx says with 0 what it would rather have otherwise
        if one.returncode != 0 or "[warn]" in one.stderr:
            sys.stderr.write(one.stderr)
            raise typer.Exit(1)


@app.command()
def settings(
    check: Annotated[bool, typer.Option("--check", help="only say what differs")] = False,
) -> None:
    """Write docs/settings.md, the list of known settings and docs/metrics.md from the code."""
    if nameless := without_meaning():
        sys.stderr.write(f"Say under these fields what they mean: {', '.join(nameless)}\n")
        raise typer.Exit(1)
    _write({**generated(), **metrics_page.generated()}, check, "make settings")


@app.command()
def codes(
    check: Annotated[bool, typer.Option("--check", help="only say what differs")] = False,
) -> None:
    """Write docs/problems and the services' catalogue from the codes that the sources can raise."""
    found = read_codes()
    for fault in found.faults:
        sys.stderr.write(f"{fault}\n")
    if found.faults:
        raise typer.Exit(1)
    files = code_files(found.pages)
    for left in set(FOLDER.glob("*.md")) - set(files):
        if not check:
            left.unlink()
        sys.stderr.write(
            f"{left}: no source raises this code{', run make codes' if check else '; removed'}\n"
        )
    _write(files, check, "make codes")


@app.command()
def openapi(
    check: Annotated[bool, typer.Option("--check", help="only say what differs")] = False,
) -> None:
    """Write docs/openapi.json, the description of all services' REST API together."""
    _write(openapi_files(), check, "make openapi")


def _write(files: Mapping[Path, str], check: bool, target: str) -> NoReturn:
    """Ends with 1 when it only looked and something differs."""
    stale = [path for path in files if not path.exists() or path.read_text() != files[path]]
    for path in stale:
        if not check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(files[path])
    for path in stale[:_SHOWN]:
        sys.stderr.write(f"{path}: {f'stale, run {target}' if check else 'written'}\n")
    if len(stale) > _SHOWN:
        sys.stderr.write(f"and {len(stale) - _SHOWN} more\n")
    raise typer.Exit(1 if check and stale else 0)


def _leave(work: Coroutine[None, None, bool]) -> None:
    """Ends with 0 when it went well; SIGTERM stops everything as Ctrl-C does."""

    async def stoppable() -> bool:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work

    try:
        good = asyncio.run(stoppable())
    except NotReady as not_ready:
        sys.stderr.write(f"{not_ready}\n")
        raise typer.Exit(1) from None
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.stderr.write("Stopped.\n")
        raise typer.Exit(os.EX_TEMPFAIL) from None
    raise typer.Exit(0 if good else 1)


def main() -> None:
    app()


if __name__ == "__main__":
    main()
