"""How the start of a world looks: a live display on a terminal, plain lines elsewhere, nothing in tests."""

import sys
from typing import Protocol, Self, TextIO

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


class Show(Protocol):
    def starts(self, name: str) -> None: ...

    def ready(self, name: str, says: str, seconds: float) -> None: ...

    def failed(self, name: str) -> None: ...


class Quiet:
    def starts(self, name: str) -> None:
        pass

    def ready(self, name: str, says: str, seconds: float) -> None:
        pass

    def failed(self, name: str) -> None:
        pass


class Lines(Quiet):
    def __init__(self, out: TextIO) -> None:
        self._out = out

    def ready(self, name: str, says: str, seconds: float) -> None:
        self._out.write(f"  {name:<15} ready in {seconds:4.1f} s  {says}\n")
        self._out.flush()

    def failed(self, name: str) -> None:
        self._out.write(f"  {name:<15} did not come up\n")
        self._out.flush()


class Live:
    """Use as a context: the display goes away with its last state on the screen."""

    def __init__(self, console: Console) -> None:
        columns = (SpinnerColumn(finished_text="[green]✓"), TextColumn("{task.fields[name]:<15}"))
        self._progress = Progress(
            *columns, TimeElapsedColumn(), TextColumn("{task.description}"), console=console
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def starts(self, name: str) -> None:
        self._tasks[name] = self._progress.add_task("[dim]starting", name=name, total=1)

    def ready(self, name: str, says: str, seconds: float) -> None:
        self._progress.update(self._tasks[name], description=says, completed=1)

    def failed(self, name: str) -> None:
        self._progress.update(self._tasks[name], description="[red]did not come up")


def on_terminal() -> bool:
    return sys.stdout.isatty() and sys.stdin.isatty()
