"""Results as files, and what is concluded from them."""

import csv
import dataclasses
import json
import statistics

from .pgbench import Row

BASE = "pgbouncer"


def load_rows(path, kind=Row):
    """The rows of a result file, in the order in which they were measured."""
    convert = {x.name: x.type for x in dataclasses.fields(kind)}
    with open(path, newline="", encoding="utf-8") as file:
        return [kind(**{key: convert[key](value) for key, value in line.items()}) for line in csv.DictReader(file)]


class RowFile:
    """Writes rows as they come, so that a run cut short keeps what it measured."""

    def __init__(self, path, kind, append=False):
        fresh = not (append and path.exists())
        self._file = open(path, "w" if fresh else "a", newline="", encoding="utf-8")
        self._writer = csv.DictWriter(self._file, [x.name for x in dataclasses.fields(kind)], lineterminator="\n")
        if fresh:
            self._writer.writeheader()

    def add(self, row):
        values = dataclasses.asdict(row)
        self._writer.writerow({k: f"{v:.4f}" if isinstance(v, float) else v for k, v in values.items()})
        self._file.flush()

    def close(self):
        self._file.close()


def save_facts(path, facts):
    path.write_text(json.dumps(facts, indent=2) + "\n")


def load_facts(path):
    """What was recorded about the machine, the routes and the settings of a measurement."""
    return json.loads(path.read_text(encoding="utf-8"))


def best_attempts(rows):
    """By (mode, clients, route): by round, the least disturbed attempt that did not fail."""
    chosen = {}
    for row in rows:
        rounds = chosen.setdefault((row.mode, row.clients, row.route), {})
        known = rounds.get(row.round)
        if not row.failure and (known is None or row.foreign + row.steal < known.foreign + known.steal):
            rounds[row.round] = row
    return chosen


@dataclasses.dataclass
class Spread:
    """Median and extent of a figure over rounds; `marked` when only disturbed rounds were to be had."""

    median: float
    low: float
    high: float
    count: int
    marked: bool = False


def spread(values, marked=False):
    values = [x for x in values if x == x]
    return Spread(statistics.median(values), min(values), max(values), len(values), marked) if values else None


def figures(chosen, key, column, limit):
    """The spread of `column` over the undisturbed rounds of one combination, over all of them when none was undisturbed."""
    rows = list(chosen.get(key, {}).values())
    quiet = [x for x in rows if not x.disturbed(limit)]
    return spread([getattr(x, column) for x in quiet or rows], not quiet)


def ratios(chosen, mode, clients, route, column, limit, base=BASE):
    """The spread of `route` / `base`, each ratio taken within one round, over rounds in which both were undisturbed if there is one."""
    one, other = chosen.get((mode, clients, route), {}), chosen.get((mode, clients, base), {})
    pairs = [(one[x], other[x]) for x in sorted(one.keys() & other.keys())]
    quiet = [x for x in pairs if not x[0].disturbed(limit) and not x[1].disturbed(limit)]
    return spread([getattr(a, column) / getattr(b, column) for a, b in quiet or pairs if getattr(b, column)], not quiet)
