"""python -m servicekit.foreign kamailio --as edge -- COMMAND: see servicekit.foreign."""

import argparse

from servicekit.foreign.reading import of_kamailio, of_nginx
from servicekit.foreign.running import Foreign

KINDS = {"kamailio": of_kamailio, "nginx": of_nginx}


def main() -> None:
    parser = argparse.ArgumentParser(prog="servicekit.foreign")
    parser.add_argument("kind", choices=sorted(KINDS), help="whose form its lines have")
    parser.add_argument("--as", dest="service", required=True, help="service that its lines name")
    parser.add_argument("command", nargs="+")
    asked = parser.parse_args()
    raise SystemExit(Foreign(asked.service, asked.command, KINDS[asked.kind]).run())


if __name__ == "__main__":
    main()
