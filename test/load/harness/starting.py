"""How a node behaves just after its start: until it is ready, in the first seconds of traffic, and without any."""

import http.client
import math
import os
import re
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from . import compilations, machine, results
from .failure import Failure
from .pgbench import percentile
from .routes import TRUSTED, Bench

FIRST, STEADY = 5, 20
_SAMPLING = 0.1
# A node that is ready has pools to fill and classes to load still.
_SETTLING = 10


@dataclass
class StartRow:
    """One start. Times are in seconds, those of processors too; `foreign` is in processors."""

    date: str
    variant: str
    round: int
    mode: str
    ready_s: float = math.nan
    ready_cpu_s: float = math.nan
    idle_kib: int = 0
    first_tps: float = math.nan
    first_p99_ms: float = math.nan
    first_us: float = math.nan
    steady_tps: float = math.nan
    steady_p99_ms: float = math.nan
    steady_us: float = math.nan
    minute_cpu_s: float = math.nan
    minute_compiler_s: float = math.nan
    minute_transactions: int = 0
    foreign: float = math.nan
    failure: str = ""


class Starts(Bench):
    """Starts nodes by commands of several variants, and hurries no client in before they are ready."""

    def __init__(self, options, processes, work):
        super().__init__(options, processes, work)
        self._given, self._ended = options, processes

    def begin(self, command):
        """Starts a node; when it began, and its route once /readyz says that it is ready."""
        self._given.node_command = command
        port = self._given.port_base + 3
        self._check_free(port, "the node")
        began = time.monotonic()
        route = self._node("node", port)
        self._ended.await_ready(route.child, lambda: ready(port + 1), self._given.node_patience)
        route.pid = route.child.pid
        return began, route


def ready(port):
    """Returns once the node says that it is ready; asks more often than others do, as it is the time that counts."""
    deadline = time.monotonic() + 0.1
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/readyz")
            status = connection.getresponse().status
        finally:
            connection.close()
        if status == 200:
            return
        if time.monotonic() > deadline:
            raise Failure(f"/readyz answers {status}")
        time.sleep(0.01)


def idle(bench, variant, command, round_):
    """The memory of a node that nobody uses."""
    row = StartRow(_now(), variant, round_, "idle")
    began, route = bench.begin(command)
    row.ready_s = time.monotonic() - began
    row.ready_cpu_s = machine.Snapshot().seconds([route.pid])
    time.sleep(_SETTLING)
    row.idle_kib = machine.resident_kib(route.pid)
    bench.stop_route(route)
    return row


def deoptimised(bench, variant, command, round_, *traffic):
    """The same as `busy`, whose times mean little then, and what Java compiled in the first seconds."""
    with tempfile.TemporaryDirectory(prefix="load-") as folder:
        log = Path(folder) / "compilations.log"
        former = os.environ.get("JDK_JAVA_OPTIONS", "")
        os.environ["JDK_JAVA_OPTIONS"] = f"{former} {compilations.OPTIONS}{log}".strip()
        try:
            row, ready_at = busy(bench, variant, command, round_, *traffic)
        finally:
            os.environ["JDK_JAVA_OPTIONS"] = former
        with log.open(errors="replace") as lines:
            return row, compilations.compiled(lines, ready_at, FIRST)


def busy(bench, variant, command, round_, program, mode, clients, seconds):
    """The first minute of a node that gets all the traffic at once, and when it was ready, in seconds since the epoch."""
    row = StartRow(_now(), variant, round_, mode)
    began, route = bench.begin(command)
    ready_at = time.time()
    row.ready_s = time.monotonic() - began
    before = machine.Snapshot()
    row.ready_cpu_s = before.seconds([route.pid])
    own = [os.getpid(), bench.postmaster.pid, route.pid]
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None, prefix="load-") as folder:
        child = subprocess.Popen(
            [str(x) for x in (program, "-n", "-S", "-M", mode, "-c", clients, "-j", 1, "-T", seconds, "-l", f"--sampling-rate={_SAMPLING}",
                              f"--log-prefix={folder}/log", "-h", "127.0.0.1", "-p", route.port, "-U", TRUSTED, "bench")],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
        started, marks = time.time(), []
        try:
            for wanted in (FIRST, seconds - STEADY, seconds):
                while time.time() < started + wanted and child.poll() is None:
                    time.sleep(max(0.0, min(0.05, started + wanted - time.time())))
                marks.append((time.time(), machine.Snapshot().seconds([route.pid])))
            output, _ = child.communicate(timeout=20)
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
        after = machine.Snapshot()
        row.minute_cpu_s = marks[-1][1]
        row.minute_compiler_s = machine.compiler_seconds(route.pid)
        row.foreign = max(0.0, after.foreign(own) - before.foreign(own)) / (after.taken - before.taken)
        done = re.search(r"^number of transactions actually processed: (\d+)", output, re.M)
        if child.returncode != 0 or not done:
            row.failure = f"pgbench exit {child.returncode}: {output.strip()[-200:]}"
        else:
            row.minute_transactions = int(done.group(1))
            _conclude(row, ended([x.read_text() for x in Path(folder).glob("log.*")]), started, before.seconds([route.pid]), marks)
    bench.stop_route(route)
    return row, ready_at


def ended(logs):
    """When each logged transaction ended, in seconds since the epoch, and how many milliseconds it took."""
    lines = (line.split() for log in logs for line in log.splitlines())
    return [(int(x[4]) + int(x[5]) / 1e6, int(x[2]) / 1000) for x in lines if x[2].isdigit()]


def _conclude(row, transactions, started, used, marks):
    (first, used_first), (steady, used_steady), (end, used_end) = marks
    row.first_tps, row.first_p99_ms, row.first_us = _between(transactions, started, first, used_first - used)
    row.steady_tps, row.steady_p99_ms, row.steady_us = _between(transactions, steady, end, used_end - used_steady)


def _between(transactions, begin, end, seconds):
    latencies = [took for at, took in transactions if begin <= at < end]
    count = len(latencies) / _SAMPLING
    return count / (end - begin), percentile(latencies, 99), seconds * 1e6 / count if count else math.nan


def _now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def table(rows):
    """A Markdown table: a line for each variant and mode, medians over the rounds."""
    lines = ["| variant | load | rounds | ready s | CPU s until then | idle MiB | first 5 s: TPS to steady | p99 to steady | CPU of a transaction to steady | CPU s of the first minute | of it compilers | CPU µs a transaction in it |",
             "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"]
    for variant, mode in dict.fromkeys((x.variant, x.mode) for x in rows):
        mine = [x for x in rows if (x.variant, x.mode) == (variant, mode) and not x.failure]
        if mine:
            lines.append(f"| {variant} | {mode} | {len(mine)} | " + " | ".join(_figures(mine, mode)) + " |")
    lines += [f"\nRound {x.round} of {x.variant}, {x.mode}, failed: {x.failure}" for x in rows if x.failure]
    return "\n".join(lines)


def _figures(rows, mode):
    def median(value, digits):
        found = results.spread([value(x) for x in rows])
        return f"{found.median:.{digits}f}" if found else "–"
    always = [median(lambda x: x.ready_s, 1), median(lambda x: x.ready_cpu_s, 1)]
    if mode == "idle":
        return always + [median(lambda x: x.idle_kib / 1024, 0)] + ["–"] * 6
    return always + ["–", median(lambda x: x.first_tps / x.steady_tps, 2), median(lambda x: x.first_p99_ms / x.steady_p99_ms, 1),
                     median(lambda x: x.first_us / x.steady_us, 1), median(lambda x: x.minute_cpu_s, 1), median(lambda x: x.minute_compiler_s, 1),
                     median(lambda x: x.minute_cpu_s * 1e6 / x.minute_transactions, 1)]
