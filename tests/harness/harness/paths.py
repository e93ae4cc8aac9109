"""Where things are in the checkout."""

import os
import shutil
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
RUN = REPOSITORY / ".run"


def fresh_run_folder(name: str) -> Path:
    """An empty folder of this process below .run; what earlier processes that are gone left is removed."""
    RUN.mkdir(exist_ok=True)
    for left in RUN.glob(f"{name}-*"):
        pid = left.name.rpartition("-")[2]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            shutil.rmtree(left, ignore_errors=True)
    folder = RUN / f"{name}-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder
