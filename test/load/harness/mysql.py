"""MySQL or MariaDB, the ways to it, and one run of sysbench through one of them."""

import json
import math
import os
import re
import resource
import secrets
import shlex
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from . import machine, packages, results
from .failure import Failure
from .options import HOME
from .process import check_free
from .routes import POOL_SIZE, Route, node_version

ROUTES = ("direct", "haproxy", "mysqlrouter", "mysqlrouter-sharing", "node", "node-alone")
SERVERS = ("mysql", "mariadb")
_SCRIPTS = {"point": "oltp_point_select", "read-only": "oltp_read_only", "read-write": "oltp_read_write"}
LOG_IN = "log-in"
# sysbench prepares unless told not to.
MODES = (*(f"{script}-{protocol}" for script in _SCRIPTS for protocol in ("text", "prepared")), LOG_IN)
# A transaction is a log-in, a query and the end of the connection.
_LOG_INS = Path(__file__).resolve().parent / "log-ins.lua"
USER, PASSWORD, DATABASE = "bench", "a-log-in-to-measure", "bench"
_OFFSETS = {"direct": 0, "haproxy": 1, "mysqlrouter": 2, "mysqlrouter-sharing": 3, "node": 4, "node-alone": 6}


@dataclass
class MysqlRow:
    """One run. Latencies are in milliseconds, CPU in microseconds per transaction, `foreign` and `steal` in processors."""

    date: str
    server: str
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
    database_us: float = math.nan
    client_us: float = math.nan
    rss_kib: int = 0
    foreign: float = math.nan
    steal: float = math.nan
    failure: str = ""

    def disturbed(self, limit):
        return self.foreign + self.steal > limit


class MysqlBench:
    """Starts a server and routes to it in a folder of its own; everything ends with the `Processes` it was given."""

    def __init__(self, options, processes, work):
        self._options, self._processes, self._work = options, processes, Path(work)
        self._peers = options.peers
        self.server = None

    @property
    def port(self):
        return self._options.port_base

    def start_server(self):
        """Initialises and starts the server with sysbench's tables; returns its version."""
        name, folder = self._options.server, self._folder("server")
        check_free(self.port, "the server")
        data, socket_ = folder / "data", folder / "s"
        root = packages.root_of(self._peers, name)
        share = root / "usr/share" / "mysql"
        command = packages.command(self._peers, name) + ["--no-defaults", f"--basedir={root}/usr", f"--datadir={data}", f"--lc-messages-dir={share}",
                                                         f"--character-sets-dir={share}/charsets", f"--plugin-dir={root}/usr/lib/mysql/plugin"]
        if os.geteuid() == 0:
            command.append("--user=root")
        if name == "mysql":
            command.append("--secure-file-priv=NULL")
            _run(command + ["--initialize-insecure"])
        else:
            (data / "mysql").mkdir(parents=True)
            text = "CREATE DATABASE IF NOT EXISTS mysql;\nUSE mysql;\nSET @auth_root_socket = NULL, @skip_auth_anonymous = 1, @current_hostname = 'localhost';\n"
            text += "".join((share / f"{x}.sql").read_text() for x in ("mysql_system_tables", "mysql_performance_tables", "mysql_system_tables_data"))
            _run(command + ["--bootstrap"], text)
        settings = ["--bind-address=127.0.0.1", f"--port={self.port}", f"--socket={socket_}", f"--pid-file={folder}/pid", "--innodb-buffer-pool-size=256M",
                    "--max-connections=2000", "--skip-name-resolve", "--skip-log-bin", "--innodb-flush-log-at-trx-commit=2"]
        settings += ["--mysqlx=OFF"] if name == "mysql" else ["--skip-ssl"]
        self.server = self._processes.start(name, command + settings, folder / "log")
        client = packages.command(self._peers, name, "usr/bin/mysql" if name == "mysql" else "usr/bin/mariadb")
        self._client = client + ["--no-defaults", "-uroot", f"--socket={socket_}", "-sN"]
        self._processes.await_ready(self.server, lambda: self.ask("select 1"), 60)
        self.ask(f"create database {DATABASE}; create user {USER}@'%' identified by '{PASSWORD}'; grant all on *.* to {USER}@'%'")
        version = self.ask("select version()").strip()
        print(f"database: {name} {version}, loading {self._options.rows} rows ...", flush=True)
        self._prepared(client + ["--no-defaults", f"-u{USER}", "--protocol=tcp", "-h127.0.0.1", f"-P{self.port}"])
        done = self.sysbench("oltp_read_write", self.port, ["prepare"], 300)
        if done.returncode != 0:
            raise Failure(f"sysbench prepare failed:\n{(done.stdout + done.stderr).strip()[-800:]}")
        return f"{'MySQL' if name == 'mysql' else 'MariaDB'} {version}"

    def _prepared(self, client):
        """One log-in inside TLS: from then on the server knows the password's hash, and clients need neither TLS nor its key."""
        if self._options.server == "mysql":
            _run(client + ["--ssl-mode=REQUIRED", "-e", "select 1"], environment={"MYSQL_PWD": PASSWORD})

    def ask(self, sql):
        """What the server answers its administrator."""
        return _run(self._client + ["-e", sql])

    def start_route(self, name):
        """Starts one route and returns it when it answers a query."""
        if name == "direct":
            return Route(name, self.port, settings="no proxy")
        port = self.port + _OFFSETS[name]
        check_free(port, f"route {name}")
        route = {"haproxy": self._haproxy, "mysqlrouter": self._router, "mysqlrouter-sharing": self._router}.get(name, self._node)(name, port)
        patience = self._options.node_patience if name.startswith("node") else 20
        self._processes.await_ready(route.child, lambda: _greeting(port), patience)
        route.pid = route.child.pid
        if name.startswith("node"):
            route.version = node_version(route.pid)
        print(f"route {name}: port {port}, {route.version} ({route.settings})", flush=True)
        return route

    def _haproxy(self, name, port):
        folder = self._folder(name)
        (folder / "haproxy.cfg").write_text(f"""global
  maxconn 8000
defaults
  mode tcp
  timeout connect 5s
  timeout client 1h
  timeout server 1h
listen database
  bind 127.0.0.1:{port}
  server one 127.0.0.1:{self.port}
""")
        child = self._processes.start("HAProxy", packages.command(self._peers, "haproxy") + ["-db", "-f", folder / "haproxy.cfg"], folder / "log")
        return Route(name, port, version=packages.version_of(self._peers, "haproxy"), settings=f"TCP mode, default threads ({machine.processors()})", child=child)

    def _router(self, name, port):
        folder = self._folder(name)
        sharing = name.endswith("sharing")
        for part in ("log", "run", "data"):
            (folder / part).mkdir()
        root = packages.root_of(self._peers, "mysqlrouter")
        mode = ("client_ssl_mode=DISABLED\nserver_ssl_mode=DISABLED\nconnection_sharing=1\n[connection_pool]\nmax_idle_server_connections=32\n" if sharing
                else "client_ssl_mode=PASSTHROUGH\nserver_ssl_mode=AS_CLIENT\n")
        config = folder / "conf"
        config.write_text(f"""[DEFAULT]
logging_folder={folder}/log
runtime_folder={folder}/run
data_folder={folder}/data
plugin_folder={root}/usr/lib/mysqlrouter/plugin
[logger]
level=WARNING
[routing:bench]
bind_address=127.0.0.1:{port}
destinations=127.0.0.1:{self.port}
routing_strategy=round-robin
protocol=classic
max_connections=2000
{mode}""")
        config.chmod(0o600)
        user = ["--user=root"] if os.geteuid() == 0 else []
        child = self._processes.start("MySQL Router", packages.command(self._peers, "mysqlrouter") + [*user, "-c", config], folder / "log.txt")
        return Route(name, port, version=packages.version_of(self._peers, "mysqlrouter"), settings="connections shared" if sharing else "TLS passed through", child=child)

    def _node(self, name, port):
        folder = self._folder(name)
        documents = {
            "node.json": {"loops": 1, "http": {"port": port + 1}},
            "sources/bench.json": {"url": f"jdbc:mysql://127.0.0.1:{self.port}/{DATABASE}", "user": USER, "password": PASSWORD, "tls": {"mode": "disable"}},
            "vdbs/bench.json": {"address": "127.0.0.1", "ports": [port], "source": "bench", "pool": {"size": POOL_SIZE}},
            f"users/{USER}.json": {"password": PASSWORD},
            "users/operator.json": {"password": secrets.token_hex(8), "admin": True},
        }
        if name == "node-alone":
            documents["vdbs/bench.json"]["multiplex"] = False
            documents["vdbs/bench.json"]["pool"]["size"] = 200
        for path, document in documents.items():
            (folder / "config" / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / "config" / path).write_text(json.dumps(document, indent=2) + "\n")
        text = self._options.node_command or f"{shlex.quote(str(HOME / 'heimdall'))} proxy --config {{config}}"
        command = [word.replace("{config}", str(folder / "config")) for word in shlex.split(text)]
        child = self._processes.start("the node", command, folder / "log", cwd=HOME)
        settings = "a server connection for each client" if name == "node-alone" else f"transaction pooling, {POOL_SIZE} server connections"
        return Route(name, port, settings=f"{settings}, 1 event loop", child=child)

    def sysbench(self, script, port, words, patience):
        """Runs sysbench on the port of a route."""
        command = self.sysbench_command(script, port) + words
        return subprocess.run(command, capture_output=True, text=True, timeout=patience, check=False, env=self.environment())

    def sysbench_command(self, script, port):
        root = packages.root_of(self._peers, "sysbench")
        to = ["--db-driver=mysql", "--mysql-host=127.0.0.1", f"--mysql-port={port}", f"--mysql-user={USER}", f"--mysql-password={PASSWORD}",
              f"--mysql-db={DATABASE}", "--percentile=99"]
        return packages.command(self._peers, "sysbench") + (
            [str(_LOG_INS), *to] if script == LOG_IN else [f"{root}/usr/share/sysbench/{script}.lua", *to, "--tables=1", f"--table-size={self._options.rows}"])

    def environment(self):
        root = packages.root_of(self._peers, "sysbench")
        plugins = next(iter(root.glob("usr/lib/*/libmariadb3/plugin")), root)
        return dict(os.environ, LUA_PATH=f"{root}/usr/share/sysbench/?.lua;;", MARIADB_PLUGIN_DIR=str(plugins), LC_ALL="C")

    def run(self, route, routes, mode, clients, round_, attempt, seconds):
        """One run of sysbench through a route, with what was used meanwhile."""
        row = MysqlRow(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), self._options.server, mode, clients, round_, route.name, attempt, seconds)
        script, _, protocol = mode.rpartition("-")
        command = self.sysbench_command(_SCRIPTS.get(script, mode), route.port) + [
            f"--threads={clients}", f"--time={seconds}", f"--db-ps-mode={'auto' if protocol == 'prepared' else 'disable'}", "run"]
        own = [os.getpid(), self.server.pid, *(x.pid for x in routes if x.pid)]
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        before = machine.settled_snapshot(own)
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=self.environment(),
                                 start_new_session=True)
        try:
            text, _ = child.communicate(timeout=seconds + 30)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            text, _ = child.communicate()
            row.failure = f"sysbench did not end {seconds + 30} s after it began"
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
            row.database_us = (after.seconds([self.server.pid]) - before.seconds([self.server.pid])) * each
            row.client_us = (now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime) * each
        return row

    def _folder(self, name):
        folder = self._work / name
        folder.mkdir()
        return folder


def marks(server):
    """What stands before and behind the figures of a server in the page."""
    return tuple(f"<!-- generated by test/load/mysql, {server}: {x} -->" for x in ("begin", "end"))


def read(text, row):
    """What sysbench says of a run."""
    done = re.search(r"^ *transactions: +(\d+) +\(([\d.]+) per sec", text, re.M)
    events, seconds = (re.search(rf"^ *{x}: +([\d.]+)", text, re.M) for x in ("total number of events", "total time"))
    average = re.search(r"^ *avg: +([\d.]+)", text, re.M)
    percentile = re.search(r"^ *99th percentile: +([\d.]+)", text, re.M)
    complaint = re.search(r"^.*(?:FATAL|ALERT).*$", text, re.M)
    if done and int(done.group(1)) > 0:
        row.transactions, row.tps = int(done.group(1)), float(done.group(2))
    elif events and seconds and int(events.group(1)) > 0:  # a script without transactions of sysbench's own
        row.transactions, row.tps = int(events.group(1)), int(events.group(1)) / float(seconds.group(1).rstrip("s"))
    if row.failure or complaint or row.transactions == 0:
        row.failure = row.failure or (complaint.group(0)[:200] if complaint else f"no transactions: {text.strip()[-200:]}")
        return
    row.average_ms, row.p99_ms = float(average.group(1)), float(percentile.group(1))


def section(rows, facts, limit):
    """The figures as a table, each route against HAProxy and MySQL Router of the same round."""
    chosen = results.best_attempts(rows)
    lines = [f"{facts['database']}, sysbench with {facts['rows']} rows, runs of {facts['seconds']} s; {facts['cores']}, {facts['memory']}, {facts['kernel']}, {facts['date']}.", ""]
    lines += [f"- {name}: {text}" for name, text in facts["routes"].items()]
    lines += ["", "| workload | clients | route | rounds | TPS | to HAProxy | to MySQL Router | p99 ms | proxy CPU µs | to HAProxy | RSS MiB |", "|---|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|"]
    for mode, clients, route in sorted(chosen, key=lambda x: (MODES.index(x[0]), x[1], ROUTES.index(x[2]))):
        key = (mode, clients, route)
        tps, p99, cpu, rss = (results.figures(chosen, key, x, limit) for x in ("tps", "p99_ms", "proxy_us", "rss_kib"))
        if not tps:
            continue

        def ratio(column, base):
            found = results.ratios(chosen, mode, clients, route, column, limit, base) if route != base else None
            return f"{found.median:.2f} ({found.low:.2f}–{found.high:.2f})" if found else "–"
        lines.append(f"| {mode} | {clients} | {route} | {tps.count}{' *' if tps.marked else ''} | {tps.median:,.0f} ({tps.low:,.0f}–{tps.high:,.0f}) | {ratio('tps', 'haproxy')} | "
                     f"{ratio('tps', 'mysqlrouter')} | {p99.median:.2f} | {f'{cpu.median:.1f}' if cpu else '–'} | {ratio('proxy_us', 'haproxy') if cpu else '–'} | "
                     f"{f'{rss.median / 1024:.0f}' if cpu else '–'} |")
    lines += ["", "`*`: other work disturbed every round."]
    lines += [f"Round {x.round} of {x.route}, {x.mode}, failed: {x.failure}" for x in rows if x.failure]
    return "\n".join(lines) + "\n"


def _greeting(port):
    """A server of this protocol speaks first."""
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.settimeout(5)
        if not connection.recv(5):
            raise Failure("no greeting")


def _run(command, text=None, environment=None):
    done = subprocess.run([str(x) for x in command], input=text or "", capture_output=True, text=True, timeout=300, check=False, env=dict(os.environ, **(environment or {})))
    if done.returncode != 0:
        raise Failure(f"{Path(str(command[3])).name} failed (exit {done.returncode}):\n{(done.stdout + done.stderr).strip()[-800:]}")
    return done.stdout
