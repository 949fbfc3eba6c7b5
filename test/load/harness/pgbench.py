"""One pgbench run through one route, with everything that was used while it ran."""

import math
import os
import re
import resource
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from . import machine
from .routes import PASSWORD, SCRAM, SCRAM_LIGHT, TRUSTED

# Reads by key, and one write in twenty: to a table that is not read, and to the one that is.
READ_HEAVY, READ_HEAVY_SAME = "read-heavy", "read-heavy-same"
# Those that a comparison with other proxies goes through, and all.
USUAL_MODES = ("simple", "extended", "prepared", "mixed", "connect", "scram", "scram-light")
MODES = (*USUAL_MODES, "transaction", "rows")
_CONNECTING = {"connect": TRUSTED, "scram": SCRAM, "scram-light": SCRAM_LIGHT}
# Formatting a line for every transaction would take processor time from the routes; a tenth still gives thousands of samples a second.
_SAMPLING = 0.1
# Short reads, short writes and long reads with their shares; prepared. Latencies are those of the first. The long ones sleep: what they wait
# for is not the processor.
_ACCOUNT = "\\set aid random(1, 100000 * :scale)\n"
_MIXED = ((_ACCOUNT + "SELECT abalance FROM pgbench_accounts WHERE aid = :aid;\n", 80),
          (_ACCOUNT + "UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid = :aid;\n", 15),
          (_ACCOUNT + "SELECT abalance, pg_sleep(0.02) FROM pgbench_accounts WHERE aid = :aid;\n", 5))


# What an application does in a transaction, statement by statement.
_TRANSACTION = (_ACCOUNT + "BEGIN;\nSELECT abalance FROM pgbench_accounts WHERE aid = :aid;\n"
                "UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid = :aid;\n"
                "SELECT abalance FROM pgbench_accounts WHERE aid = :aid;\n"
                "INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (1, 1, :aid, 1, CURRENT_TIMESTAMP);\nCOMMIT;\n")


# A thousand rows of some 100 bytes.
_ROWS = "\\set aid random(1, 100000 * :scale - 999)\nSELECT * FROM pgbench_accounts WHERE aid BETWEEN :aid AND :aid + 999;\n"


_SCRIPTS = {"mixed": _MIXED, "transaction": ((_TRANSACTION, 1),), "rows": ((_ROWS, 1),),
            READ_HEAVY: (_MIXED[0][:1] + (95,), (_ACCOUNT + "INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) "
                                                 "VALUES (1, 1, :aid, 1, CURRENT_TIMESTAMP);\n", 5)),
            READ_HEAVY_SAME: (_MIXED[0][:1] + (95,), _MIXED[1][:1] + (5,))}


# pgbench waits for a preparation in the thread that all clients share: those in transactions, whose connections it may take, would wait for it.
_PROTOCOLS = {"transaction": "extended", "rows": "prepared", "mixed": "prepared", READ_HEAVY: "prepared", READ_HEAVY_SAME: "prepared"} | dict.fromkeys(_CONNECTING, "simple")


@dataclass
class Row:
    """One run. Latencies are in milliseconds, CPU in microseconds per transaction, `foreign` and `steal` in processors."""

    date: str
    mode: str
    clients: int
    round: int
    route: str
    attempt: int
    seconds: float
    transactions: int = 0
    tps: float = 0.0
    p50_ms: float = math.nan
    p99_ms: float = math.nan
    proxy_us: float = math.nan
    database_us: float = math.nan
    client_us: float = math.nan
    rss_kib: int = 0
    foreign: float = math.nan
    steal: float = math.nan
    failure: str = ""

    def disturbed(self, limit):
        return self.foreign + self.steal > limit


class Pgbench:
    """Runs `pgbench -S`, or a mix of reads and writes, and takes the times of `postmasters`, of the proxies in `own` and of everything else on the machine."""

    def __init__(self, program, seconds, postmasters, own, threads=1, scale=10, scripts=None):
        """`scripts` has more modes by name: a protocol, and texts with their shares."""
        self._program, self._seconds, self._threads, self._scale = program, seconds, threads, scale
        self._postmasters, self._own = postmasters, own
        more = scripts or {}
        self._scripts = _SCRIPTS | {name: texts for name, (_, texts) in more.items()}
        self._protocols = _PROTOCOLS | {name: protocol for name, (protocol, _) in more.items()}

    def run(self, route, mode, clients, round_, attempt, seconds=None):
        row = Row(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), mode, clients, round_, route.name, attempt, seconds or self._seconds)
        connecting = mode in _CONNECTING
        # pgbench waits for one connection before it begins the next in the same thread, so logging in needs a thread for each client.
        threads = clients if connecting else min(self._threads, clients)
        command = [self._program, "-n", "-M", self._protocols.get(mode, mode), "-c", clients, "-j", threads, "-T", row.seconds,
                   "-h", "127.0.0.1", "-p", route.port, "-U", _CONNECTING.get(mode, TRUSTED), "-l"]
        command += ["-C"] if connecting else [f"--sampling-rate={_SAMPLING}"]
        command += ["-D", f"scale={self._scale}"] if mode in self._scripts else ["-S"]
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        with tempfile.TemporaryDirectory(dir=memory, prefix="load-") as folder:
            for index, (script, share) in enumerate(self._scripts.get(mode, ())):
                path = Path(folder) / f"script-{index}.sql"
                path.write_text(script)
                command += ["-f", f"{path}@{share}"]
            self._measure([str(x) for x in command] + ["--log-prefix=" + folder + "/log", "bench"], Path(folder), route, row)
            if not row.failure:
                logs = [x.read_text() for x in Path(folder).glob("log.*")]
                latencies = cycle_times(logs) if connecting else transaction_times(logs, "0")
                row.p50_ms, row.p99_ms = percentile(latencies, 50), percentile(latencies, 99)
        return row

    def _measure(self, command, folder, route, row):
        environment = dict(os.environ, PGPASSWORD=PASSWORD, PGSSLMODE="disable", PGGSSENCMODE="disable", LC_ALL="C")
        own = [os.getpid(), *self._postmasters, *self._own]
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        before = machine.settled_snapshot(own)
        began = before.taken
        with open(folder / "output", "wb") as output:
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=environment,
                                     start_new_session=True)
        try:
            deadline = began + row.seconds + 20
            while True:
                try:
                    child.wait(1)
                    break
                except subprocess.TimeoutExpired:
                    row.rss_kib = max(row.rss_kib, machine.resident_kib(route.pid) if route.pid else 0)
                    if time.monotonic() > deadline:
                        row.failure = f"pgbench did not end {row.seconds + 20:.0f} s after it began"
                        break
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
        after = machine.settled_snapshot(own)
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        wall = after.taken - before.taken
        row.foreign = max(0.0, after.foreign(own) - before.foreign(own)) / wall
        row.steal = (after.steal - before.steal) / wall
        text = (folder / "output").read_text(errors="replace")
        done = re.search(r"^number of transactions actually processed: (\d+)", text, re.M)
        rate = re.search(r"^tps = ([\d.]+) \(", text, re.M)
        complaint = re.search(r"^.*(?:error|ERROR|FATAL|aborted).*$", text, re.M)
        if row.failure or complaint or child.returncode != 0 or not done or int(done.group(1)) == 0:
            row.failure = row.failure or (complaint.group(0)[:200] if complaint else f"pgbench exit {child.returncode}, no transactions")
            return
        row.transactions, row.tps = int(done.group(1)), float(rate.group(1))
        each = 1e6 / row.transactions
        row.proxy_us = (after.seconds([route.pid]) - before.seconds([route.pid])) * each if route.pid else math.nan
        row.database_us = (after.seconds(self._postmasters) - before.seconds(self._postmasters)) * each
        row.client_us = (now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime) * each


def transaction_times(logs, script="0"):
    """Milliseconds of each logged transaction of one script (third column, in microseconds; the fourth is the script)."""
    lines = [line.split() for log in logs for line in log.splitlines()]
    return [int(x[2]) / 1000 for x in lines if x[2].isdigit() and x[3] == script]


def cycle_times(logs):
    """Milliseconds from one completed transaction of a client to its next: disconnect, connect, log in, query.

    With -C pgbench's own latency begins after the log-in; its log has the moment at which each transaction ended (columns five and six).
    """
    times = []
    for log in logs:
        last = {}
        for line in log.splitlines():
            columns = line.split()
            end = int(columns[4]) * 1000 + int(columns[5]) / 1000
            if columns[0] in last:
                times.append(end - last[columns[0]])
            last[columns[0]] = end
    return times


def percentile(values, percent):
    """The smallest value that `percent` per cent of the values do not exceed; not a number for none."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]
