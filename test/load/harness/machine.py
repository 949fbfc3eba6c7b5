"""What the machine is, and who used its processors and memory, read from /proc."""

import datetime
import os
import re
import time
from pathlib import Path

_TICK = 1.0 / os.sysconf("SC_CLK_TCK")


class Snapshot:
    """CPU seconds of every process at one moment.

    A process counts with its reaped children: the time of a process that ended moved to its parent, so differences of two snapshots lose nothing
    of a server that forks for each connection.
    """

    def __init__(self):
        self.taken = time.monotonic()
        self._parent, self._seconds = {}, {}
        for entry in os.scandir("/proc"):
            if entry.name.isdigit():
                try:
                    fields = Path(entry.path, "stat").read_text().rpartition(")")[2].split()
                except (FileNotFoundError, ProcessLookupError):
                    continue
                pid = int(entry.name)
                self._parent[pid] = int(fields[1])
                self._seconds[pid] = sum(map(int, fields[11:15])) * _TICK
        self.steal = int(Path("/proc/stat").read_text().split("\n", 1)[0].split()[8]) * _TICK

    def tree(self, roots):
        """The processes of `roots` and everything below them."""
        wanted = {int(x) for x in roots if x}
        return {pid for pid in self._parent if self._descends(pid, wanted)}

    def seconds(self, roots):
        """CPU seconds used so far by the process trees of `roots`."""
        return sum(self._seconds[pid] for pid in self.tree(roots))

    def foreign(self, own):
        """CPU seconds of all processes outside the trees of `own`. Kernel threads do not count: much of their work is done for the measurement."""
        excluded = self.tree(own) | self.tree([2])
        return sum(seconds for pid, seconds in self._seconds.items() if pid not in excluded)

    def _descends(self, pid, wanted):
        while pid:
            if pid in wanted:
                return True
            pid = self._parent.get(pid, 0)
        return False


def settled_snapshot(roots, patience=2.0):
    """A snapshot in which no process below `roots` is just ending: while one does, its time is with neither itself nor its parent."""
    deadline = time.monotonic() + patience
    last = Snapshot()
    while True:
        now = Snapshot()
        if now.tree(roots) == last.tree(roots) or time.monotonic() > deadline:
            return now
        last = now


def births(pids):
    """Start times by process id: a reused id is told from the process it was taken for."""
    found = {}
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields[0] != "Z":
            found[pid] = fields[19]
    return found


def still_alive(family):
    """Which of the processes that `births` described are still running."""
    now = births(family)
    return [pid for pid, born in family.items() if now.get(pid) == born]


def resident_kib(root):
    """Resident memory of a process tree in KiB; pages shared between its processes count once for each."""
    total = 0
    for pid in Snapshot().tree([root]):
        try:
            found = re.search(r"^VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.M)
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += int(found.group(1)) if found else 0
    return total


def compiler_seconds(pid):
    """CPU seconds that the compilers of a JVM have used so far; none of another process."""
    ticks = 0
    for stat in Path(f"/proc/{pid}/task").glob("*/stat"):
        try:
            name, _, fields = stat.read_text().rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if re.search(r"\(C[12] Compiler", name):
            ticks += sum(map(int, fields.split()[11:13]))
    return ticks * _TICK


def open_files(root):
    """Open file descriptors of a process tree."""
    total = 0
    for pid in Snapshot().tree([root]):
        try:
            total += len(os.listdir(f"/proc/{pid}/fd"))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total


def wait_until_quiet(own, cores, seconds, window=1.0):
    """Waits, at most `seconds`, until other work used less than `cores` processors over `window` seconds; tells whether it became quiet."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        before = Snapshot()
        time.sleep(window)
        after = Snapshot()
        if (after.foreign(own) - before.foreign(own)) / (after.taken - before.taken) < cores:
            return True
    return False


def processors():
    """How many processors what is started here may use."""
    return len(os.sched_getaffinity(0))


def facts():
    """The machine, in the words a report needs."""
    cpu = Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*:\s*(.+)$", cpu, re.M)
    memory = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text()).group(1))
    release = re.search(r'^PRETTY_NAME="?([^"\n]+)', Path("/etc/os-release").read_text(), re.M)
    virtual = " (virtual machine)" if re.search(r"^flags\s*:.*\bhypervisor\b", cpu, re.M) else ""
    return {"date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
            "cores": f"{processors()}{virtual}, {model.group(1).strip() if model else os.uname().machine}",
            "memory": f"{memory / 1048576:.1f} GiB", "kernel": f"Linux {os.uname().release.split('-')[0]}",
            "system": release.group(1) if release else "unknown"}
