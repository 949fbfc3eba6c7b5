"""Many idle clients over few server connections: what each costs, and that every one of them still works."""

import math
import os
import re
import resource
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from . import machine
from .failure import Failure
from .routes import TRUSTED
from .wire import Client

_SPARE_FILES = 500
_SPARE_PORTS = 3000


@dataclass
class IdleRow:
    """One round. Memory is resident memory of the proxy in KiB; the two `heap` figures are the live Java heap after a collection, if asked for."""

    date: str
    round: int
    route: str
    clients: int
    opened_per_s: float = math.nan
    held_s: float = 0.0
    rss_empty_kib: int = 0
    rss_idle_kib: int = 0
    rss_in_turn_kib: int = 0
    rss_at_once_kib: int = 0
    rss_closed_kib: int = 0
    heap_empty_kib: int = 0
    heap_idle_kib: int = 0
    in_turn_per_s: float = math.nan
    at_once_s: float = math.nan
    server_connections: int = 0
    distinct_servers: int = 0
    files_left: int = 0
    busy_tps: float = math.nan
    busy_p99_ms: float = math.nan
    failure: str = ""

    def each_kib(self, column="rss_idle_kib"):
        """KiB of one client, by what `column` has more than the empty proxy."""
        return (getattr(self, column) - self.rss_empty_kib) / self.clients


class Idlers:
    """Opens the clients, holds them, has each run a query in turn and then all at once, and closes them."""

    def __init__(self, database_port, route, clients, hold, heap):
        self._database_port, self._route, self._hold, self._heap = database_port, route, hold, heap
        self._row = IdleRow(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), 0, route.name, clients)
        self._clients = []
        self._servers = set()

    def run(self, round_, busy=None):
        """Returns the row of this round; `busy` is called while all clients are idle and gives (transactions a second, p99 ms)."""
        row = self._row
        row.round = round_
        try:
            self._watch = self._watcher()
            files = machine.open_files(self._route.pid) if self._route.pid else 0
            row.rss_empty_kib = self._settled()
            row.heap_empty_kib = self._live_heap()
            self._open()
            self._hold_idle()
            row.rss_idle_kib = self._settled()
            row.heap_idle_kib = self._live_heap()
            self._query_in_turn()
            row.rss_in_turn_kib = self._settled()
            self._query_at_once()
            row.rss_at_once_kib = self._settled()
            if busy:
                row.busy_tps, row.busy_p99_ms = busy()
            self._count_servers()
            row.distinct_servers = len(self._servers)
            self._close()
            row.rss_closed_kib = self._settled()
            row.files_left = self._files_above(files)
        except (OSError, Failure) as problem:
            row.failure = f"{type(problem).__name__}: {problem}"[:300]
        finally:
            self._close()
        return row

    def _open(self):
        begin = time.monotonic()
        for number in range(self._row.clients):
            try:
                self._clients.append(self._client(self._route.port))
            except (OSError, Failure) as problem:
                raise Failure(f"client {number + 1} of {self._row.clients} could not log in: {problem}") from problem
        self._row.opened_per_s = self._row.clients / (time.monotonic() - begin)
        self._count_servers()

    def _hold_idle(self):
        begin = time.monotonic()
        while time.monotonic() - begin < self._hold:
            time.sleep(min(1.0, self._hold))
            self._count_servers()
        self._row.held_s = time.monotonic() - begin

    def _query_in_turn(self):
        begin = time.monotonic()
        for number, client in enumerate(self._clients):
            self._ask(client, number)
            self._check(number, client)
        self._row.in_turn_per_s = self._row.clients / (time.monotonic() - begin)
        self._count_servers()

    def _query_at_once(self):
        begin = time.monotonic()
        for number, client in enumerate(self._clients):
            self._ask(client, number)
        self._count_servers()
        for number, client in enumerate(self._clients):
            self._check(number, client)
        self._row.at_once_s = time.monotonic() - begin
        self._count_servers()

    def _check(self, number, client):
        rows = client.receive()
        if len(rows) != 1 or str(rows[0][0]) != str(number):
            raise Failure(f"client {number} asked for {number} and was given {rows}")
        self._servers.add(rows[0][1])

    def _client(self, port):
        return Client(port, TRUSTED)

    def _watcher(self):
        return Client(self._database_port, "postgres", "postgres")

    def _ask(self, client, number):
        client.send(f"select {number}, pg_backend_pid()")

    def _count_servers(self):
        found = self._watch.query(f"select count(*) from pg_stat_activity where datname = 'bench' and usename = '{TRUSTED}'")
        self._row.server_connections = max(self._row.server_connections, int(found[0][0]))

    def _close(self):
        for client in self._clients:
            client.close()
        self._clients = []

    def _files_above(self, files, patience=20):
        """Descriptors the proxy has more than before the clients, less its server connections, once it had time to close them."""
        if not self._route.pid:
            return 0
        deadline = time.monotonic() + patience
        while True:
            left = machine.open_files(self._route.pid) - files - self._row.server_connections
            if left <= 0 or time.monotonic() > deadline:
                return max(0, left)
            time.sleep(0.2)

    def _settled(self, patience=10):
        """Resident memory once it moved by less than half a per cent in a second, or as it is after `patience` seconds."""
        if not self._route.pid:
            return 0
        deadline = time.monotonic() + patience
        last = machine.resident_kib(self._route.pid)
        while time.monotonic() < deadline:
            time.sleep(1)
            now = machine.resident_kib(self._route.pid)
            if abs(now - last) <= last / 200:
                return now
            last = now
        return last

    def _live_heap(self):
        """KiB in use on the Java heap after a full collection; 0 when not asked for or when the proxy is no Java process."""
        if not self._heap or not self._route.pid:
            return 0
        for pid in machine.Snapshot().tree([self._route.pid]):
            program = os.readlink(f"/proc/{pid}/exe")
            jcmd = os.path.join(os.path.dirname(program), "jcmd")
            if os.path.basename(program) == "java" and os.access(jcmd, os.X_OK):
                subprocess.run([jcmd, str(pid), "GC.run"], capture_output=True, timeout=60, check=False)
                said = subprocess.run([jcmd, str(pid), "GC.heap_info"], capture_output=True, text=True, timeout=60, check=False).stdout
                return used_heap_kib(said)
        return 0


def used_heap_kib(said):
    """Adds up what the collector's generations have in use; metadata is not heap."""
    scale = {"K": 1, "M": 1024, "G": 1048576}
    lines = [x for x in said.splitlines() if not re.match(r"\s*(Metaspace|class space)", x)]
    return sum(int(n) * scale[unit] for line in lines for n, unit in re.findall(r"\bused (\d+)([KMG])\b", line))


def allow_files(clients):
    """Raises the soft limit of open files, which the proxies inherit, or says what is in the way."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < clients + _SPARE_FILES:
        raise Failure(f"{clients} clients need {clients + _SPARE_FILES} open files, this machine allows {hard}: raise it (ulimit -Hn) or lower --clients")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    low, high = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    if clients > high - low - _SPARE_PORTS:
        raise Failure(f"{clients} clients on one address need as many local ports, this machine has {high - low}: "
                      f"widen net.ipv4.ip_local_port_range or lower --clients")
