"""A server of SQL Server's protocol that is no limit, the ways to it, and one run of clients through one of them."""

import json
import math
import os
import resource
import shlex
import signal
import socket
import struct
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from . import machine, packages, results
from .failure import Failure
from .idlers import Idlers
from .options import HOME
from .process import check_free
from .routes import POOL_SIZE, Route, node_version

ROUTES = ("direct", "haproxy", "node")
BATCH = "batch"
USER = "bench"
_ENDS = Path(__file__).resolve().parent / "TdsEnds.java"
# What runs a measurement's own ends: one thread each, and no more compilers than needed.
_JAVA = ["java", "-XX:+UseSerialGC", "-Xmx256m"]


@dataclass
class SqlServerRow:
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
    average_ms: float = math.nan
    p99_ms: float = math.nan
    proxy_us: float = math.nan
    server_us: float = math.nan
    client_us: float = math.nan
    rss_kib: int = 0
    foreign: float = math.nan
    steal: float = math.nan
    failure: str = ""

    def disturbed(self, limit):
        return self.foreign + self.steal > limit


class SqlServerBench:
    """Starts the server and routes to it in a folder of its own; everything ends with the `Processes` it was given."""

    def __init__(self, options, processes, work):
        self._options, self._processes, self._work = options, processes, Path(work)
        self.server = None

    @property
    def port(self):
        return self._options.port_base

    def start_server(self):
        """Compiles both ends and starts the server."""
        self._classes = self._folder("ends")
        subprocess.run(["javac", "-d", self._classes, _ENDS], check=True)
        check_free(self.port, "the server")
        self.server = self._processes.start("the server", self._ends("server", self.port), self._classes / "log")
        self._processes.await_ready(self.server, lambda: TdsClient(self.port).close(), 20)
        return "a server that answers from memory"

    def _ends(self, *words):
        return [*_JAVA, "-cp", str(self._classes), "TdsEnds", *map(str, words)]

    def start_route(self, name):
        """Starts one route and returns it when it answers a batch."""
        if name == "direct":
            return Route(name, self.port, settings="no proxy")
        port = self.port + ROUTES.index(name)
        check_free(port, f"route {name}")
        route = (self._haproxy if name == "haproxy" else self._node)(name, port)
        self._processes.await_ready(route.child, lambda: TdsClient(port).close(), self._options.node_patience if name == "node" else 20)
        route.pid = route.child.pid
        if name == "node":
            route.version = node_version(route.pid)
        print(f"route {name}: port {port}, {route.version} ({route.settings})", flush=True)
        return route

    def stop_route(self, route):
        if route.child:
            self._processes.stop(route.child)

    def _haproxy(self, name, port):
        folder = self._folder(name)
        (folder / "haproxy.cfg").write_text(f"""global
  maxconn 2000
defaults
  mode tcp
  timeout connect 5s
  timeout client 1h
  timeout server 1h
listen database
  bind 127.0.0.1:{port}
  server one 127.0.0.1:{self.port}
""")
        child = self._processes.start("HAProxy", packages.command(self._options.peers, "haproxy") + ["-db", "-f", folder / "haproxy.cfg"], folder / "log")
        return Route(name, port, version=packages.version_of(self._options.peers, "haproxy"), settings=f"TCP mode, default threads ({machine.processors()})", child=child)

    def _node(self, name, port):
        folder = self._folder(name)
        documents = {
            "node.json": {"loops": 1, "http": {"enabled": False}},
            "sources/bench.json": {"url": f"jdbc:sqlserver://127.0.0.1:{self.port};databaseName=bench", "user": USER, "password": USER, "tls": {"mode": "disable"}},
            "vdbs/bench.json": {"address": "127.0.0.1", "ports": [port], "source": "bench", "pool": {"size": POOL_SIZE},
                                "auth": [{"type": "hostnossl", "method": "trust"}]},
            f"users/{USER}.json": {"password": USER},
        }
        for path, document in documents.items():
            (folder / "config" / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / "config" / path).write_text(json.dumps(document, indent=2) + "\n")
        text = self._options.node_command or f"{shlex.quote(str(HOME / 'heimdall'))} proxy --config {{config}}"
        command = [word.replace("{config}", str(folder / "config")) for word in shlex.split(text)]
        child = self._processes.start("the node", command, folder / "log", cwd=HOME)
        return Route(name, port, settings=f"transaction pooling, {POOL_SIZE} server connections, 1 event loop", child=child)

    def run(self, route, routes, mode, clients, round_, attempt, seconds):
        """One run of clients through a route, with what was used meanwhile."""
        row = SqlServerRow(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), mode, clients, round_, route.name, attempt, seconds)
        own = [os.getpid(), self.server.pid, *(x.pid for x in routes if x.pid)]
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        before = machine.settled_snapshot(own)
        child = subprocess.Popen(self._ends("clients", route.port, clients, seconds), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, text=True, start_new_session=True)
        try:
            text, _ = child.communicate(timeout=seconds + 30)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            text, _ = child.communicate()
            row.failure = f"the clients did not end {seconds + 30} s after they began"
        if route.pid:
            row.rss_kib = machine.resident_kib(route.pid)
        after = machine.settled_snapshot(own)
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        wall = after.taken - before.taken
        row.foreign = max(0.0, after.foreign(own) - before.foreign(own)) / wall
        row.steal = (after.steal - before.steal) / wall
        read(text, row)
        if not row.failure:
            each = 1e6 / row.transactions
            row.proxy_us = (after.seconds([route.pid]) - before.seconds([route.pid])) * each if route.pid else math.nan
            row.server_us = (after.seconds([self.server.pid]) - before.seconds([self.server.pid])) * each
            row.client_us = (now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime) * each
        return row

    def _folder(self, name):
        folder = self._work / name
        number = 1
        while folder.exists():
            number += 1
            folder = self._work / f"{name}-{number}"
        folder.mkdir()
        return folder


def read(text, row):
    """What the clients say of a run."""
    try:
        said = json.loads(text)
    except ValueError:
        row.failure = row.failure or f"no figures: {text.strip()[-200:]}"
        return
    row.transactions, row.average_ms, row.p99_ms = said["transactions"], said["average_ms"], said["p99_ms"]
    row.tps = said["transactions"] / said["seconds"]


def section(rows, facts, limit):
    """The figures as a table, each route against HAProxy and the direct connection of the same round."""
    chosen = results.best_attempts(rows)
    lines = [f"{facts['database']}, runs of {facts['seconds']} s; {facts['cores']}, {facts['memory']}, {facts['kernel']}, {facts['date']}.", ""]
    lines += [f"- {name}: {text}" for name, text in facts["routes"].items()]
    lines += ["", "| clients | route | rounds | TPS | to HAProxy | to direct | p99 ms | to HAProxy | proxy CPU µs | to HAProxy | RSS MiB |", "|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"]
    for mode, clients, route in sorted(chosen, key=lambda x: (x[1], ROUTES.index(x[2]))):
        key = (mode, clients, route)
        tps, p99, cpu, rss = (results.figures(chosen, key, x, limit) for x in ("tps", "p99_ms", "proxy_us", "rss_kib"))
        if not tps:
            continue

        def ratio(column, base):
            found = results.ratios(chosen, mode, clients, route, column, limit, base) if route != base else None
            return f"{found.median:.2f} ({found.low:.2f}–{found.high:.2f})" if found else "–"
        lines.append(f"| {clients} | {route} | {tps.count}{' *' if tps.marked else ''} | {tps.median:,.0f} ({tps.low:,.0f}–{tps.high:,.0f}) | {ratio('tps', 'haproxy')} | "
                     f"{ratio('tps', 'direct')} | {p99.median:.2f} | {ratio('p99_ms', 'haproxy')} | {f'{cpu.median:.1f}' if cpu else '–'} | "
                     f"{ratio('proxy_us', 'haproxy') if cpu else '–'} | {f'{rss.median / 1024:.0f}' if cpu else '–'} |")
    lines += ["", "`*`: other work disturbed every round."]
    lines += [f"Round {x.round} of {x.route} failed: {x.failure}" for x in rows if x.failure]
    return "\n".join(lines) + "\n"


class TdsClient:
    """One connection without TLS, whose batches have an answer of one row of integers in one packet."""

    def __init__(self, port, timeout=30):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._send(18, bytes([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 255, 16, 0, 0, 0, 0, 0, 2]))
            self._message()
            self._send(16, _login())
            if self._message()[0] == 0xAA:
                raise Failure("the log-in failed")
        except BaseException:
            self._socket.close()
            raise

    def send(self, sql):
        headers = struct.pack("<IIHQI", 22, 18, 2, 0, 1)
        self._send(1, headers + sql.encode("utf-16-le"))

    def receive(self):
        """The only row of the answer."""
        body = self._message()
        if body[-13] != 0xFD or body[-26] != 0xD1:
            raise Failure("the answer is not one row")
        return [list(struct.unpack("<3i", body[-25:-13]))]

    def query(self, sql):
        self.send(sql)
        return self.receive()

    def close(self):
        self._socket.close()

    def _send(self, kind, body):
        self._socket.sendall(struct.pack(">BBHHBB", kind, 1, len(body) + 8, 0, 1, 0) + body)

    def _message(self):
        head = self._read(8)
        return self._read(struct.unpack(">H", head[2:4])[0] - 8)

    def _read(self, count):
        data = b""
        while len(data) < count:
            part = self._socket.recv(count - len(data))
            if not part:
                raise ConnectionError("the server closed the connection")
            data += part
        return data


def _login():
    fixed, offsets, texts, at = struct.pack("<IIIII4sII", 0x74000004, 4096, 7, 0, 0, bytes([0xE0, 3, 0, 0]), 0, 0x409), b"", b"", 94
    for name in ("load", USER, "", "load", "localhost", "", "load", "", "bench", None, "", "", ""):
        if name is None:
            offsets += bytes(6)
            continue
        offsets += struct.pack("<HH", at + len(texts), len(name))
        texts += name.encode("utf-16-le")
    body = fixed + offsets + bytes(4) + texts
    return struct.pack("<I", len(body) + 4) + body


class TdsIdlers(Idlers):
    """The same with clients of this protocol. The server tells its connection, and how many it has."""

    def _client(self, port):
        return TdsClient(port)

    def _watcher(self):
        return TdsClient(self._database_port)

    def _ask(self, client, number):
        client.send(f"SELECT {number}")

    def _count_servers(self):
        found = self._watch.query("SELECT 0")[0][2] - 1
        self._row.server_connections = max(self._row.server_connections, found)
