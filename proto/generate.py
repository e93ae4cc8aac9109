"""Writes proto/gen/python anew from proto/keepline: messages, gRPC stubs and their types.

The proto path starts with the Python package's name, so that generated imports are right as they are.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

PROTO = Path(__file__).parent
OUT = PROTO / "gen" / "python"
ABOUT = '"""Generated from proto/keepline; make proto writes it anew."""\n'


def main() -> None:
    files = sorted(PROTO.glob("keepline/**/*.proto"))
    with_service = [f for f in files if re.search(r"^service \w+", f.read_text(), re.MULTILINE)]
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    protoc([f"--python_out={OUT}", f"--mypy_out={OUT}"], files)
    # protoc would write empty service files for the others
    protoc([f"--grpc_python_out={OUT}", f"--mypy_grpc_out={OUT}"], with_service)
    for folder in {p.parent for p in OUT.rglob("*.py")} | {OUT / "keepline"}:
        current = folder
        while current != OUT:
            (current / "__init__.py").write_text(ABOUT)
            current = current.parent
    (OUT / "keepline" / "py.typed").touch()
    # installed with the messages, so that every process knows the topics
    shutil.copy(PROTO / "topics.yaml", OUT / "keepline" / "topics.yaml")


def protoc(outputs: list[str], files: list[Path]) -> None:
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTO}", *outputs]
    command += [str(file.relative_to(PROTO)) for file in files]
    # protoc looks for its plugins on PATH; they are installed beside this Python
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    subprocess.run(command, check=True, cwd=PROTO, env=environment)  # noqa: S603  our own files only


if __name__ == "__main__":
    main()
