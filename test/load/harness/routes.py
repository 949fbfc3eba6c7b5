"""The database and the ways to it: direct, HAProxy, PgBouncer and the node, each started with equivalent settings."""

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from . import machine, packages, process
from .failure import Failure
from .options import HOME
from .wire import Client

POOL_SIZE = 20
MAX_CLIENTS = 15000
_HAPROXY_CONNECTIONS = 2000
TRUSTED = "bench"
# Who may give commands to PgBouncer and the node at their consoles.
OPERATOR = "operator"
# Deriving the key of 4096 iterations takes a client more than twenty times what a log-in takes a proxy. The second user's verifier has one
# iteration: the same log-in on the wire and for the proxy, without the client being what is measured.
SCRAM, SCRAM_LIGHT = "bscram", "bscramlight"
_ITERATIONS = {SCRAM: 4096, SCRAM_LIGHT: 1}
PASSWORD = "a-log-in-to-measure"
# How many rules the node goes through for each statement, by the route; 0 is the list that is there and empty.
RULES = {"rules-0": 0, "rules-10": 10, "rules-100": 100}
# Keeps what a client sends in a transaction, to run it again when the server is lost.
REPLAY = "node-replay"
NAMES = ("direct", "haproxy", "pgbouncer", "node", "node-2", "node-alone", "node-uring", REPLAY, *RULES)
_HBA = f"host all {','.join(_ITERATIONS)} 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n"
_OFFSETS = {"direct": 0, "haproxy": 1, "pgbouncer": 2, "node": 3, "node-2": 5, "node-alone": 13, "rules-0": 7, "rules-10": 9, "rules-100": 11,
            "node-writer": 7, "node-replicas": 9, REPLAY: 15, "node-uring": 17,
            "node-plain": 3, "node-cached": 5, "node-far": 7, "node-fill": 9}


@dataclass
class Route:
    """One way to the database: the port clients use, and the process whose CPU and memory is the price (None for direct)."""

    name: str
    port: int
    pid: int = None
    version: str = ""
    settings: str = ""
    child: object = field(default=None, repr=False)


class Bench:
    """Starts the database and routes in a folder of its own; everything ends with the `Processes` it was given."""

    _more_of_pgbouncer = {}

    def __init__(self, options, processes, work):
        self._options, self._processes, self._work = options, processes, Path(work)
        self._user = process.service_user()
        self._verifiers = {user: scram_verifier(PASSWORD, iterations) for user, iterations in _ITERATIONS.items()}
        self.postmaster = None

    @property
    def database_port(self):
        return self._options.port_base

    def start_database(self):
        """Initialises and starts PostgreSQL with the pgbench tables; returns its version."""
        programs = postgres_programs(self._options.postgres_bin)
        folder = self._folder("postgres")
        data = folder / "data"
        self._check_free(self.database_port, "the database")
        self._as_user([programs / "initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"], folder)
        settings = {"port": self.database_port, "listen_addresses": "'127.0.0.1'", "unix_socket_directories": "''", "shared_buffers": "'256MB'",
                    "max_connections": 300, "fsync": "off", "autovacuum": "off", "jit": "off", "password_encryption": "'scram-sha-256'"}
        with open(data / "postgresql.conf", "a", encoding="utf-8") as file:
            file.writelines(f"{key} = {value}\n" for key, value in settings.items())
        (data / "pg_hba.conf").write_text(_HBA)
        self.postmaster = self._processes.start("PostgreSQL", [programs / "postgres", "-D", data], folder / "log", user=self._user, cwd=folder,
                                                stop_signal=signal.SIGINT)
        first = self._processes.await_ready(self.postmaster, lambda: Client(self.database_port, "postgres", "postgres"), 30)
        first.query(f"create role {TRUSTED} login superuser")
        for user, verifier in self._verifiers.items():
            first.query(f"create role {user} login superuser password '{verifier}'")
        first.query(f"create database bench owner {TRUSTED}")
        version = first.query("show server_version")[0][0].split()[0]
        first.close()
        print(f"database: PostgreSQL {version}, loading pgbench scale {self._options.scale} ...", flush=True)
        self._as_user([programs / "pgbench", "-q", "-i", "-s", self._options.scale, "-h", "127.0.0.1", "-p", self.database_port, "-U", TRUSTED,
                       "bench"], folder)
        loaded = Client(self.database_port, TRUSTED, timeout=120)
        for statement in ("vacuum analyze", "checkpoint"):
            loaded.query(statement)
        loaded.close()
        return f"PostgreSQL {version}"

    def start_route(self, name):
        """Starts one route and returns it when it answers a query."""
        if name == "direct":
            return Route(name, self.database_port, settings="no proxy")
        attached = name == "node" and self._options.node_port
        port = self._options.node_port if attached else self._options.port_base + _OFFSETS[name]
        if attached:
            route = Route(name, port, self._options.node_pid, "attached", "as it was started")
            Client(port, TRUSTED).close()
        else:
            self._check_free(port, f"route {name}")
            route = {"haproxy": self._haproxy, "pgbouncer": self._pgbouncer}.get(name, self._node)(name, port)
            patience = self._options.node_patience if is_node(name) else 20
            self._processes.await_ready(route.child, lambda: Client(port, TRUSTED).close(), patience)
            route.pid = route.child.pid
            if is_node(name):
                route.version = node_version(route.pid)
        answer = Client(port, TRUSTED)
        if answer.query("select 41 + 1") != [["42"]]:
            raise Failure(f"route {name} answers, but not what was asked")
        answer.close()
        print(f"route {name}: port {port}, {route.version} ({route.settings})", flush=True)
        return route

    def stop_route(self, route):
        if route.child:
            self._processes.stop(route.child)

    def _source(self, name):
        """The data source of a node, as its document."""
        return {"url": f"jdbc:postgresql://127.0.0.1:{self.database_port}/bench", "user": TRUSTED, "password": secrets.token_hex(8), "tls": {"mode": "disable"}}

    def _adjust(self, name, documents):
        """Changes the documents of a node, by path, to what a measurement wants."""

    def _settings(self, name):
        """What else the page says of a node."""
        return (f", {RULES[name]} rules" if name in RULES else ", nothing shared" if name == "node-alone" else ", io_uring" if name == "node-uring"
                else ", transactions can be run again" if name == REPLAY else "")

    def _haproxy(self, name, port):
        folder = self._folder(name)
        (folder / "haproxy.cfg").write_text(f"""global
  maxconn {_HAPROXY_CONNECTIONS}
defaults
  mode tcp
  timeout connect 5s
  timeout client 1h
  timeout server 1h
listen database
  bind 127.0.0.1:{port}
  server one 127.0.0.1:{self.database_port}
""")
        child = self._processes.start("HAProxy", self._peer("haproxy") + ["-db", "-f", folder / "haproxy.cfg"], folder / "log", user=self._user)
        return Route(name, port, version=packages.version_of(self._options.peers, "haproxy"),
                     settings=f"TCP mode, default threads ({machine.processors()})", child=child)

    def _pgbouncer(self, name, port):
        folder = self._folder(name)
        (folder / "users.txt").write_text(f'"{TRUSTED}" ""\n"{OPERATOR}" ""\n' + "".join(f'"{user}" "{x}"\n' for user, x in self._verifiers.items()))
        (folder / "hba.conf").write_text(_HBA)
        settings = {"listen_addr": "127.0.0.1", "listen_port": port, "unix_socket_dir": "", "auth_type": "hba",
                    "auth_hba_file": folder / "hba.conf", "auth_file": folder / "users.txt", "pool_mode": "transaction",
                    "default_pool_size": POOL_SIZE, "max_prepared_statements": 200, "server_tls_sslmode": "disable", "max_client_conn": MAX_CLIENTS, "logfile": folder / "own.log",
                    "log_connections": 0, "log_disconnections": 0, "stats_period": 3600, "admin_users": OPERATOR} | self._more_of_pgbouncer
        (folder / "pgbouncer.ini").write_text(f"[databases]\nbench = host=127.0.0.1 port={self.database_port} user={TRUSTED}\n[pgbouncer]\n"
                                              + "".join(f"{key} = {value}\n" for key, value in settings.items()))
        child = self._processes.start("PgBouncer", self._peer("pgbouncer") + ["-q", folder / "pgbouncer.ini"], folder / "log", user=self._user)
        return Route(name, port, version=packages.version_of(self._options.peers, "pgbouncer"),
                     settings=f"transaction pooling, {POOL_SIZE} server connections, max_prepared_statements 200", child=child)

    def _node(self, name, port):
        loops = 2 if name == "node-2" else 1
        folder = self._folder(name)
        trust = {"type": "host", "databases": ["all"], "users": ["all"], "address": "all", "method": "trust"}
        documents = {
            "node.json": {"loops": loops, "http": {"port": port + 1}},
            "sources/bench.json": self._source(name),
            "vdbs/bench.json": {"address": "127.0.0.1", "ports": [port], "source": "bench", "pool": {"size": POOL_SIZE},
                                "clients": {"max": MAX_CLIENTS},
                                "auth": [dict(trust, users=list(self._verifiers), method="scram-sha-256"), trust]},
            f"users/{TRUSTED}.json": {"password": secrets.token_hex(8)},
            f"users/{OPERATOR}.json": {"password": secrets.token_hex(8), "admin": True},
        }
        if name == "node-uring":
            documents["node.json"]["transport"] = "io_uring"
        if name == "node-alone":
            documents["vdbs/bench.json"]["pipelining"] = {"enabled": False}
        if name == REPLAY:
            documents["vdbs/bench.json"]["transactionReplay"] = {"enabled": True}
        if name in RULES:
            documents["rules/load.json"] = {"rules": mixed_rules(RULES[name])}
            documents["vdbs/bench.json"]["rules"] = ["load"]
        documents.update({f"users/{user}.json": {"verifier": verifier} for user, verifier in self._verifiers.items()})
        self._adjust(name, documents)
        for path, document in documents.items():
            (folder / "config" / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / "config" / path).write_text(json.dumps(document, indent=2) + "\n")
        text = self._options.node_command or f"{shlex.quote(str(HOME / 'heimdall'))} proxy --config {{config}}"
        command = [word.replace("{config}", str(folder / "config")) for word in shlex.split(text)]
        if not shutil.which(command[0], path=os.pathsep.join([os.environ.get("PATH", ""), str(HOME)])):
            raise Failure(f"route {name}: {command[0]} is not there or cannot be executed; give --node-command, or leave the route out of --routes")
        child = self._processes.start("the node", command, folder / "log", cwd=HOME)
        return Route(name, port, settings=f"transaction pooling, {POOL_SIZE} server connections, {loops} event loop{'s' * (loops > 1)}{self._settings(name)}",
                     child=child)

    def _peer(self, name):
        command = packages.command(self._options.peers, name)
        for folder in Path(command[0]).parents:
            if self._user and not folder.stat().st_mode & 0o001:
                raise Failure(f"{name} runs as user {self._user.pw_name}, who may not enter {folder}: unpack the peers elsewhere "
                              f"(test/load/setup --peers DIR) and give that folder with --peers")
        return command

    def _folder(self, name):
        folder = self._work / name
        if folder.exists():
            folder = self._work / f"{name}-{secrets.token_hex(3)}"
        folder.mkdir()
        if self._user:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)
        return folder

    def _as_user(self, command, folder):
        options = {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []} if self._user else {}
        run = subprocess.run([str(x) for x in command], cwd=folder, capture_output=True, text=True, timeout=600, check=False, **options)
        if run.returncode != 0:
            raise Failure(f"{Path(command[0]).name} failed (exit {run.returncode}):\n{(run.stdout + run.stderr).strip()[-800:]}")

    @staticmethod
    def _check_free(port, what):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as problem:
                raise Failure(f"port {port} for {what} is taken ({problem.strerror}): move all ports with --port-base") from problem


def is_node(name):
    """Whether a route is a node of ours, with or without rules."""
    return name.startswith("node") or name in RULES


def mixed_rules(count):
    """Rules of all kinds of expressions; of each ten three match pgbench's select, and what they ask for has no effect on it."""
    kinds = [
        lambda i: {"match": f"(?i)^select .* from t{i}\\b", "action": "allow"},
        lambda i: {"match": f"tables:bench.t{i}", "action": "drop"},
        lambda i: {"match": f"(?i)^\\s*drop\\s+table t{i}", "action": "drop"},
        lambda i: {"match": [f"users:u{i}", "(?i)^select"], "action": "reader-eligible"},
        lambda i: {"match": "tables:bench.pgbench_accounts", "action": "tag", "parameters": {"tables": f"bench.u{i}"}},
        lambda i: {"match": "(?i)^select", "action": "log", "parameters": {"slowtime": 60_000_000 + i}},
        lambda i: {"match": f"pgbench_t{i}", "action": "log", "parameters": {"sample": 100}},
        lambda i: {"match": "ips:127.0.0.0/8", "action": "tag"},
        lambda i: {"match": f"(union|sleep)\\s*\\({i}", "action": "drop"},
        lambda i: {"match": f"literals:l{i}", "action": "nocache"},
    ]
    return [kinds[i % len(kinds)](i) for i in range(count)]


def postgres_programs(given=None):
    """The folder with initdb, postgres and pgbench."""
    folders = [given] if given else sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda x: float(x.parent.name), reverse=True)
    for folder in folders:
        if all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres", "pgbench")):
            return folder
    raise Failure(f"initdb, postgres and pgbench are not all in {given or '/usr/lib/postgresql/*/bin'}: install a PostgreSQL server "
                  f"(Debian: apt-get install postgresql) or give its folder with --postgres-bin")


def scram_verifier(password, iterations):
    """A SCRAM-SHA-256 verifier in the form PostgreSQL stores."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    text = [base64.b64encode(x).decode() for x in (salt, stored, server)]
    return f"SCRAM-SHA-256${iterations}:{text[0]}${text[1]}:{text[2]}"


def node_version(pid):
    """The commit that the node was built from, as far as the work tree tells, and the Java that runs it."""
    commit = subprocess.run(["git", "-C", HOME, "describe", "--always", "--dirty"], capture_output=True, text=True, check=False).stdout.strip()
    for member in sorted(process.machine.Snapshot().tree([pid])):
        try:
            program = os.readlink(f"/proc/{member}/exe")
        except OSError:
            continue
        if os.path.basename(program) == "java":
            said = subprocess.run([program, "-version"], capture_output=True, text=True, timeout=20, check=False).stderr
            found = re.search(r'version "([^"]+)"', said)
            return f"Heimdall {commit}".strip() + (f" on Java {found.group(1)}" if found else "")
    return f"Heimdall {commit}".strip()
