"""Child processes that never outlive the measurement."""

import ctypes
import os
import pwd
import signal
import socket
import subprocess
import time
from pathlib import Path

from . import machine
from .failure import Failure

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def service_user():
    """The user for programs that refuse to run as root, or None when this is not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Failure("running as root, and there is neither a user postgres nor nobody for PostgreSQL and PgBouncer: run as an ordinary user")


class Processes:
    """Starts processes and ends exactly those, newest first, however the measurement ends."""

    def __init__(self):
        self._running = []

    def __enter__(self):
        # SIGTERM and a closed terminal must unwind like Ctrl-C, or the children would stay; a shell's background job ignores SIGINT unless told.
        for number in _ENDING:
            signal.signal(number, signal.default_int_handler)
        return self

    def __exit__(self, *_):
        for number in _ENDING:
            signal.signal(number, signal.SIG_IGN)
        for child in reversed(list(self._running)):
            self.stop(child)
        for number in _ENDING:
            signal.signal(number, signal.SIG_DFL)

    def start(self, name, command, log, user=None, cwd=None, env=None, stop_signal=signal.SIGTERM):
        """Starts `command` in a session of its own (a Ctrl-C at the terminal reaches only this script) with its output in `log`."""
        options = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        parent = os.getpid()

        def die_with_parent():
            _LIBC.prctl(_PR_SET_PDEATHSIG, stop_signal, 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

        with open(log, "ab") as output:
            try:
                child = subprocess.Popen([str(x) for x in command], stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=cwd,
                                         env=env, start_new_session=True, preexec_fn=die_with_parent, **options)
            except OSError as problem:
                raise Failure(f"{name} cannot be started: {problem}") from problem
        child.name, child.log, child.stop_signal = name, Path(log), stop_signal
        self._running.append(child)
        return child

    def stop(self, child, patience=15):
        """Asks a child and what it started to end, and ends what is left of them after `patience` seconds; by process id only."""
        if child not in self._running:
            return
        self._running.remove(child)
        family = machine.births(machine.Snapshot().tree([child.pid]))
        if child.poll() is None:
            child.send_signal(child.stop_signal)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and (child.poll() is None or machine.still_alive(family)):
            time.sleep(0.05)
        for pid in machine.still_alive(family):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        child.wait()

    def await_ready(self, child, probe, seconds):
        """Polls `probe` until it returns without an exception; fails with the end of the log when the child dies or time is up."""
        deadline = time.monotonic() + seconds
        last = None
        while time.monotonic() < deadline:
            if child.poll() is not None:
                raise Failure(f"{child.name} ended at once (exit {child.returncode}):\n{_tail(child.log)}")
            try:
                return probe()
            except (OSError, Failure) as problem:
                last = problem
                time.sleep(0.1)
        raise Failure(f"{child.name} was not ready after {seconds} s ({last}):\n{_tail(child.log)}")


def _tail(log, lines=15):
    text = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return "\n".join("  | " + x for x in text[-lines:]) or "  | (it wrote nothing)"


def check_free(port, what):
    """Fails where something listens on the port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as problem:
            raise Failure(f"port {port} for {what} is taken ({problem.strerror}): move all ports with --port-base") from problem
