"""Reads and writes of one table through a node with the query cache and one without: what the cache gives, or costs, where the table is written."""

from . import results

SHARES = (1, 5, 20, 50)
KINDS = ("key", "expression", "range")
MODES = tuple(f"{kind}-{share}" for kind in KINDS for share in SHARES)
TARGET = 0.98
_KEYS = 10_000
_CONDITIONS = {"key": "aid = :aid", "expression": "aid = 0 + :aid", "range": "aid BETWEEN :aid AND :aid + 9"}


def scripts():
    """What pgbench runs by mode: so many of a hundred statements write rows by what the others read them by."""
    def of(kind, share):
        key, condition = f"\\set aid random(1, {_KEYS})\n", _CONDITIONS[kind]
        read = key + f"SELECT sum(abalance) FROM pgbench_accounts WHERE {condition};\n"
        write = key + f"UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE {condition};\n"
        return "prepared", ((read, 100 - share), (write, share))
    return {f"{kind}-{share}": of(kind, share) for kind in KINDS for share in SHARES}


def ratios(rows, mode, clients):
    """Throughput of the node with the cache to that of the one without, round by round."""
    def tps(route):
        return {x.round: x.tps for x in rows if x.route == route and x.mode == mode and x.clients == clients and not x.failure}
    with_cache, without = tps("node-cached"), tps("node-plain")
    return [with_cache[number] / without[number] for number in sorted(with_cache) if without.get(number)]


def table(rows, hits):
    """The figures as text; `hits` has the share of statements that the cache has answered, by mode and clients."""
    lines = ["| statements | clients | rounds | with cache to without | from the cache | target |", "|---|--:|--:|--:|--:|---|"]
    for clients in sorted({x.clients for x in rows}):
        for mode in MODES:
            found = results.spread(ratios(rows, mode, clients))
            if not found:
                continue
            kind, share = mode.split("-")
            verdict = "met" if found.median >= TARGET else f"missed by {(1 - found.median / TARGET) * 100:.0f} %"
            lines.append(f"| by {kind}, {share} % writes | {clients} | {found.count} | {found.median:.2f} ({found.low:.2f}–{found.high:.2f}) "
                         f"| {hits.get((mode, clients), 0) * 100:.0f} % | {verdict} |")
    return "\n".join(lines) + "\n"
