"""Command-line options that the measuring scripts have alike, and where they keep things."""

import argparse
from pathlib import Path

from .failure import Failure

HOME = Path(__file__).resolve().parents[3]
PEERS = HOME / "test" / "target" / "load" / "peers"
RESULTS = HOME / "test" / "target" / "load" / "results"
PAGE = HOME / "docs" / "benchmarks-data.md"


def names(allowed):
    """An argparse type: a comma-separated list whose entries must be among `allowed`."""
    def parse(text):
        values = [x.strip() for x in text.split(",") if x.strip()]
        unknown = [x for x in values if x not in allowed]
        if unknown or not values:
            raise argparse.ArgumentTypeError(f"{', '.join(unknown) or 'an empty list'} is not among {', '.join(allowed)}")
        return values
    return parse


def counts(text):
    """An argparse type: a comma-separated list of positive numbers."""
    if not all(x.strip().isdigit() and int(x) > 0 for x in text.split(",")):
        raise argparse.ArgumentTypeError(f"{text}: give whole numbers from 1 on, separated by commas")
    return [int(x) for x in text.split(",")]


def add_common(parser, routes, default_routes):
    """Adds what `run` and `idle` share."""
    parser.add_argument("--routes", type=names(routes), default=default_routes, metavar="LIST",
                        help=f"of {','.join(routes)} (default: {','.join(default_routes)})")
    parser.add_argument("--node-command", metavar="CMD",
                        help="how to start a node; {config} stands for its folder (default: ./heimdall proxy --config {config})")
    parser.add_argument("--node-port", type=int, metavar="N", help="measure a node that runs already and serves database bench on this port")
    parser.add_argument("--node-pid", type=int, metavar="PID", help="with --node-port: its process, for CPU and memory")
    parser.add_argument("--node-patience", type=int, default=300, metavar="S", help="seconds for a node to be ready, building included (300)")
    parser.add_argument("--port-base", type=int, default=6300, metavar="N", help="the first of nineteen ports in a row that are used (6300)")
    parser.add_argument("--peers", type=Path, default=PEERS, metavar="DIR", help="where setup unpacked (default: test/target/load/peers)")
    parser.add_argument("--postgres-bin", type=Path, metavar="DIR", help="PostgreSQL's programs (default: the newest of /usr/lib/postgresql)")
    parser.add_argument("--scale", type=int, default=10, help="pgbench scale of the database (10)")
    parser.add_argument("--work", type=Path, metavar="DIR", help="an empty folder for data and logs, kept (default: a temporary one, removed)")
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="where results go (default: test/target/load/results)")
    parser.add_argument("--page", type=Path, default=PAGE, metavar="FILE", help="page whose generated part is renewed (docs/benchmarks-data.md)")
    parser.add_argument("--no-page", action="store_true", help="leave the page alone: for trials")


class Kept:
    """A folder for data and logs that stays; the counterpart of a temporary one."""

    def __init__(self, folder):
        self._folder = folder

    def __enter__(self):
        self._folder.mkdir(parents=True, exist_ok=True)
        if any(self._folder.iterdir()):
            raise Failure(f"--work {self._folder} is not empty: give a folder that does not exist yet")
        return str(self._folder.resolve())

    def __exit__(self, *_):
        pass
