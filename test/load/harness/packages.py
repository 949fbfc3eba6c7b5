"""Fetches Debian packages into a folder of their own and unpacks them; installs nothing on the machine.

Each suite gets an apt state with an empty package database, so that apt fetches the whole dependency closure, libc included. The programs then
run through the dynamic loader of that closure: a program of a newer Debian runs on an older one without touching it.
"""

import glob
import os
import re
import shutil
import subprocess
from pathlib import Path

from .failure import Failure

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# By name: the suite, the program, the folder that it is unpacked to, the packages.
PEERS = {"haproxy": ("bookworm", "usr/sbin/haproxy", "bookworm", ["haproxy"]), "pgbouncer": ("sid", "usr/sbin/pgbouncer", "sid", ["pgbouncer"])}
MYSQL = {"haproxy": PEERS["haproxy"], "sysbench": ("bookworm", "usr/bin/sysbench", "sysbench", ["sysbench", "libmariadb3"]),
         "mysql": ("sid", "usr/sbin/mysqld", "mysql", ["mysql-server-core", "mysql-client-core"]),
         "mariadb": ("bookworm", "usr/sbin/mariadbd", "mariadb", ["mariadb-server-core", "mariadb-client-core"]),
         "mysqlrouter": ("sid", "usr/bin/mysqlrouter", "mysqlrouter", ["mysql-router"])}
CACHE = {"pgbouncer": PEERS["pgbouncer"], "redis": ("bookworm", "usr/bin/redis-server", "redis", ["redis-server"])}
_ALL = PEERS | MYSQL | CACHE
_TITLES = {"haproxy": "HAProxy", "pgbouncer": "PgBouncer", "sysbench": "sysbench", "mysql": "MySQL", "mariadb": "MariaDB", "mysqlrouter": "MySQL Router", "redis": "Redis"}


def fetch_peers(folder, mirror=None, refresh=False, peers=PEERS):
    """Fetches and unpacks every peer below `folder`; a peer that is there already is kept unless `refresh`."""
    for tool in ("apt-get", "dpkg-deb", "tar"):
        if not shutil.which(tool):
            raise Failure(f"{tool} is not on this machine: the peers are Debian packages, so run this on Debian, or unpack them "
                          f"elsewhere and give that folder with --peers")
    for name, (suite, program, place, wanted) in peers.items():
        root = Path(folder) / place
        if (root / program).exists() and not refresh:
            print(f"{name}: already in {root}")
            continue
        print(f"{name}: fetching from Debian {suite} ...", flush=True)
        shutil.rmtree(root, ignore_errors=True)
        _fetch_suite(Path(folder) / f"apt-{place}", suite, wanted, mirror or machine_mirror())
        _unpack(Path(folder) / f"apt-{place}" / "cache" / "archives", root)
        shutil.rmtree(Path(folder) / f"apt-{place}", ignore_errors=True)
        print(f"{name}: {version_of(folder, name)}")


def root_of(folder, name):
    """The folder with the packages of a peer."""
    return Path(folder).resolve() / _ALL[name][2]


def command(folder, name, program=None):
    """The start of the command line that runs a fetched peer, or another program of its folder, through its own loader."""
    program, root = program or _ALL[name][1], root_of(folder, name)
    if not (root / program).exists():
        raise Failure(f"{name} is not in {root}: run test/load/setup first, or give the folder it was unpacked to with --peers")
    loaders = [x for x in glob.glob(f"{root}/usr/lib/*-linux-gnu/ld-linux-*.so.*") if not os.path.islink(x)]
    if not loaders:
        raise Failure(f"no dynamic loader below {root}: unpacking was cut short; run test/load/setup --refresh")
    own = [os.path.dirname(loaders[0]), *map(str, [root / "usr/lib/mysql/private", root / "usr/lib/mysql-router"])]
    return [loaders[0], "--library-path", ":".join(own), str(root / program)]


def version_of(folder, name):
    """What the peer says of itself, e.g. `PgBouncer 1.25.1`."""
    flag = "-v" if name in ("haproxy", "redis") else "--version"
    run = subprocess.run(command(folder, name) + [flag], capture_output=True, text=True, timeout=20, check=False)
    text = (run.stdout + run.stderr).strip()
    if run.returncode != 0 or not text:
        raise Failure(f"{name} does not run (exit {run.returncode}): {text[:300] or 'no output'}; try test/load/setup --refresh")
    found = re.search(r"(?i)(?:haproxy|pgbouncer|sysbench|ver|server)\s+(?:version\s+)?v?=?(\d[\w.]*)", text)
    return _TITLES[name] + " " + (found.group(1) if found else text.splitlines()[0])


def machine_mirror(sources="/etc/apt", os_release="/etc/os-release"):
    """The Debian mirror this machine is already set up to use: the one that serves its own release."""
    release = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', Path(os_release).read_text(), re.M))
    codename = release.get("VERSION_CODENAME", "")
    files = sorted(glob.glob(f"{sources}/sources.list.d/*")) + [f"{sources}/sources.list"]
    for file in filter(os.path.isfile, files):
        for uri, suites, components in _entries(Path(file).read_text()):
            if codename in suites and "main" in components:
                return uri
    raise Failure(f"no entry for {codename or 'this release'}/main in {sources}: name a Debian mirror with --mirror URL")


def _entries(text):
    """Entries of an apt source file in either of its two forms, as (uri, suites, components)."""
    for line in re.findall(r"^deb\s+(?:\[[^\]]*\]\s*)?(\S.*)$", text, re.M):
        words = line.split()
        if len(words) > 2:
            yield words[0], words[1:2], words[2:]
    for stanza in re.split(r"\n\s*\n", re.sub(r"^#.*\n", "", text, flags=re.M)):
        fields = {k.lower(): v.split() for k, v in re.findall(r"^([\w-]+):[ \t]*(.*)$", stanza, re.M)}
        if "deb" in fields.get("types", []) and fields.get("enabled", ["yes"]) != ["no"]:
            for uri in fields.get("uris", []):
                yield uri, fields.get("suites", []), fields.get("components", [])


def _fetch_suite(state, suite, packages, mirror):
    state = state.resolve()
    for part in ("lists/partial", "cache/archives/partial"):
        (state / part).mkdir(parents=True, exist_ok=True)
    (state / "status").write_text("")
    signed = f"[signed-by={KEYRING}] " if os.path.exists(KEYRING) else ""
    (state / "sources.list").write_text(f"deb {signed}{mirror} {suite} main\n")
    settings = {"Dir::State": state, "Dir::State::lists": state / "lists", "Dir::State::status": state / "status",
                "Dir::Cache": state / "cache", "Dir::Etc::sourcelist": state / "sources.list", "Dir::Etc::sourceparts": "/dev/null",
                "Dir::Etc::preferencesparts": "/dev/null", "APT::Sandbox::User": "root", "Acquire::Languages": "none"}
    (state / "apt.conf").write_text("".join(f'{key} "{value}";\n' for key, value in settings.items()))
    environment = dict(os.environ, APT_CONFIG=str(state / "apt.conf"), DEBIAN_FRONTEND="noninteractive")
    fetch = ["install", "-y", "--no-install-recommends", "--download-only"] + packages
    for arguments in (["update"], fetch):
        run = subprocess.run(["apt-get", "-q"] + arguments, env=environment, capture_output=True, text=True, timeout=900, check=False)
        if run.returncode != 0:
            raise Failure(f"apt-get {arguments[0]} for Debian {suite} failed:\n{(run.stdout + run.stderr).strip()[-1500:]}")


def _unpack(archives, root):
    (root / "usr").mkdir(parents=True)
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / "usr" / name).mkdir()
        (root / name).symlink_to(f"usr/{name}")
    for archive in sorted(archives.glob("*.deb")):
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", archive], stdout=subprocess.PIPE) as reader:
            subprocess.run(["tar", "-x", "--keep-directory-symlink", "--no-same-owner", "--no-same-permissions", "-C", root],
                           stdin=reader.stdout, check=True)
        if reader.returncode != 0:
            raise Failure(f"{archive.name} cannot be unpacked (dpkg-deb exit {reader.returncode}); run test/load/setup --refresh")
