"""Writes proto/gen/python anew from proto/keepline: messages, gRPC stubs and their types.

The proto path starts with the Python package's name, so that generated imports are right as they are.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

PROTO = Path(__file__).parent
OUT = PROTO / "gen" / "python"


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
            (current / "__init__.py").write_text('"""Generated from proto/keepline; make proto writes it anew."""\n')
            current = current.parent
    (OUT / "keepline" / "py.typed").touch()
    # installed with the messages, so that every process knows the topics
    shutil.copy(PROTO / "topics.yaml", OUT / "keepline" / "topics.yaml")


def protoc(outputs: list[str], files: list[Path]) -> None:
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTO}", *outputs]
    subprocess.run([*command, *(str(f.relative_to(PROTO)) for f in files)], check=True, cwd=PROTO)


if __name__ == "__main__":
    main()
