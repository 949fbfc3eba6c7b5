"""A primary with streaming standbys that are killed, promoted and made anew, and the routes to whichever of them is the writer."""

import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from . import machine
from .failure import Failure
from .routes import TRUSTED, Bench, postgres_programs
from .wire import Client

# Segments in files of the data: those of a killed server go with it.
_SETTINGS = {"dynamic_shared_memory_type": "mmap", "listen_addresses": "'127.0.0.1'", "unix_socket_directories": "''", "shared_buffers": "'128MB'",
             "max_connections": 300, "fsync": "off", "autovacuum": "off", "jit": "off", "wal_keep_size": "'256MB'", "max_wal_senders": 10, "wal_retrieve_retry_interval": "'100ms'"}
_ACCESS = "host all all 127.0.0.1/32 trust\nhost replication all 127.0.0.1/32 trust\n"


# The route whose reads may be answered by replicas.
REPLICAS = "node-replicas"


@dataclass
class Server:
    """One PostgreSQL server; `child` is its postmaster while it runs."""

    name: str
    port: int
    folder: Path
    child: object = field(default=None, repr=False)

    def client(self, database="postgres", timeout=30):
        return Client(self.port, TRUSTED, database, timeout)

    def value(self, sql, database="postgres"):
        connection = self.client(database)
        try:
            return connection.query(sql)[0][0]
        finally:
            connection.close()


class ServersBench(Bench):
    """Servers on the first ports, in the order of their names; the first one is the writer to begin with."""

    # PgBouncer's own waits are as short as they can be set: what is measured is who has to be told, not its defaults.
    _more_of_pgbouncer = {"server_login_retry": 0.1, "server_connect_timeout": 2, "query_wait_timeout": 60}

    def __init__(self, options, processes, work, standbys, more_settings=None):
        super().__init__(options, processes, work)
        self._programs = postgres_programs(options.postgres_bin)
        self._more_settings = more_settings or {}
        self.servers = [Server(f"server-{x + 1}", options.port_base + x, self._work / f"server-{x + 1}") for x in range(standbys + 1)]
        self.writer = self.servers[0]

    @property
    def database_port(self):
        return self.writer.port

    @property
    def standbys(self):
        return [x for x in self.servers if x is not self.writer]

    def _source(self, name):
        hosts = ",".join(f"127.0.0.1:{x.port}" for x in self.servers)
        return super()._source(name) | {"url": f"jdbc:postgresql://{hosts}/bench",
                                        "cluster": {"kind": "postgres", "reads": "all" if name == REPLICAS else "none"}}

    def start_servers(self):
        """Initialises the writer, copies it to the standbys and starts all; returns the version."""
        for server in self.servers:
            self._check_free(server.port, server.name)
            server.folder = self._folder(server.name)
        data = self.writer.folder / "data"
        self._as_user([self._programs / "initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
                      self.writer.folder)
        with open(data / "postgresql.conf", "a", encoding="utf-8") as file:
            file.writelines(f"{key} = {value}\n" for key, value in (_SETTINGS | self._more_settings).items())
        (data / "pg_hba.conf").write_text(_ACCESS)
        self._launch(self.writer)
        first = self._processes.await_ready(self.writer.child, lambda: Client(self.writer.port, "postgres", "postgres"), 30)
        first.query(f"create role {TRUSTED} login superuser")
        first.query(f"create database bench owner {TRUSTED}")
        version = first.query("show server_version")[0][0].split()[0]
        first.close()
        self.postmaster = self.writer.child
        for standby in self.standbys:
            self.copy_to(standby)
        return f"PostgreSQL {version}"

    def load_pgbench(self):
        """Fills the database with pgbench's tables, and waits until the standbys have them."""
        print(f"loading pgbench scale {self._options.scale} ...", flush=True)
        self._as_user([self._programs / "pgbench", "-q", "-i", "-s", self._options.scale, "-h", "127.0.0.1", "-p", self.writer.port, "-U", TRUSTED,
                       "bench"], self.writer.folder)
        loaded = self.writer.client("bench", 120)
        for statement in ("vacuum analyze", "checkpoint"):
            loaded.query(statement)
        loaded.close()
        self.await_replay()

    def copy_to(self, standby):
        """Makes a server a standby of the writer, from a copy of it, and waits until it streams."""
        data = standby.folder / "data"
        shutil.rmtree(data, ignore_errors=True)
        self._as_user([self._programs / "pg_basebackup", "-D", data, "-h", "127.0.0.1", "-p", self.writer.port, "-U", "postgres", "-R", "-X", "stream",
                       "-c", "fast", "--no-sync"], standby.folder)
        self._launch(standby)
        self._processes.await_ready(standby.child, lambda: standby.client().close(), 30)
        wait("a standby streams", 30, lambda: self.writer.value(
            f"select count(*) from pg_stat_replication where application_name = '{standby.name}' and state = 'streaming'") == "1")

    def synchronous(self, standby):
        """From now on the writer acknowledges nothing that this standby does not have."""
        connection = self.writer.client()
        connection.query(f"alter system set synchronous_standby_names = '\"{standby.name}\"'")
        connection.query("select pg_reload_conf()")
        connection.close()
        wait("the standby is synchronous", 30, lambda: self.writer.value(
            f"select sync_state from pg_stat_replication where application_name = '{standby.name}'") == "sync")

    def await_replay(self, seconds=60):
        """Waits until all standbys have replayed what the writer has written by now."""
        position = self.writer.value("select pg_current_wal_flush_lsn()")
        for standby in self.standbys:
            wait("the standby has replayed", seconds, lambda: standby.value(f"select pg_last_wal_replay_lsn() >= '{position}'") == "t")

    def kill_writer(self):
        """Kills the writer and all processes below it with SIGKILL; returns the moment at which none was left."""
        server = self.writer
        family = machine.births(machine.Snapshot().tree([server.child.pid]))
        for pid in [server.child.pid, *family]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        server.child.wait()
        while machine.still_alive(family):
            time.sleep(0.0005)
        gone = time.monotonic()
        self._bury(server)
        return gone

    def stop_writer(self):
        """Stops the writer in an orderly way; standbys get all it has written."""
        self._bury(self.writer)

    def promote(self, standby):
        """Makes a standby the writer. Returns when that was asked for, and how many seconds later it took writes."""
        connection = standby.client()
        try:
            asked = time.monotonic()
            connection.query("select pg_promote(false)")
            while connection.query("select pg_is_in_recovery()")[0][0] != "f":
                if time.monotonic() - asked > 30:
                    raise Failure(f"{standby.name} was not promoted within 30 s")
                time.sleep(0.002)
            took = time.monotonic() - asked
        finally:
            connection.close()
        self.writer, self.postmaster = standby, standby.child
        return asked, took

    def _launch(self, server):
        command = [self._programs / "postgres", "-D", server.folder / "data", "-c", f"port={server.port}", "-c", f"cluster_name={server.name}"]
        server.child = self._processes.start(server.name, command, server.folder / "log", user=self._user, cwd=server.folder, stop_signal=signal.SIGINT)

    def _bury(self, server):
        guard = server.folder / "data" / "postmaster.pid"
        lines = guard.read_text().splitlines() if guard.exists() else []
        self._processes.stop(server.child)
        server.child = None
        # A killed server leaves the segment that guards its data, and the data is about to be made anew: nobody else would remove it.
        if guard.exists() and len(lines) > 6 and re.fullmatch(r"\s*\d+\s+\d+\s*", lines[6]):
            subprocess.run(["ipcrm", "-m", lines[6].split()[1]], capture_output=True, check=False)


def wait(what, seconds, condition):
    """Polls until `condition` holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise Failure(f"{what}: not within {seconds} s")
        time.sleep(0.02)
