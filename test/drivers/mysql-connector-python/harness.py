"""Runs behaviours one after another and prints one line for each."""

import os
import sys
import threading
import traceback

import mysql.connector

TIMEOUT_SECONDS = float(os.environ.get("HD_TIMEOUT", "30"))

HOST = os.environ["HD_HOST"]
PORT = int(os.environ["HD_PORT"])
USER = os.environ["HD_USER"]
PASSWORD = os.environ["HD_PASSWORD"]
DATABASE = os.environ["HD_DATABASE"]
SSLMODE = os.environ.get("HD_SSLMODE", "disable")
DIRECT_PORT = int(os.environ.get("HD_DIRECT_PORT", PORT))

_behaviours = []


def behaviour(function):
    """Registers a function as one behaviour; its name is the function's."""
    _behaviours.append(function)
    return function


def connect(**changes):
    """A connection to the endpoint under test, in autocommit unless told, by the driver in Python unless told."""
    settings = dict(
        host=HOST,
        port=PORT,
        user=USER,
        password=PASSWORD,
        database=DATABASE,
        autocommit=True,
        connection_timeout=20,
        use_pure=True,
        ssl_disabled=SSLMODE == "disable",
    )
    settings.update(changes)
    return mysql.connector.connect(**settings)


def connect_directly(**changes):
    """A connection to the database itself, for comparison and side effects."""
    return connect(port=DIRECT_PORT, **changes)


def rows(connection, sql, values=(), **options):
    with connection.cursor(**options) as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def run(connection, *statements):
    """Runs statements; gives what the last one changed."""
    with connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)
        return cursor.rowcount


def table(connection, name, columns):
    run(connection, f"DROP TABLE IF EXISTS {name}", f"CREATE TABLE {name} ({columns})")


def equal(actual, expected, what="value"):
    if actual != expected:
        raise AssertionError(f"{what}: expected {expected!r:.300}, got {actual!r:.300}")


def fails(number, action):
    """Runs the action, which must fail with this error number; returns the error."""
    try:
        action()
    except mysql.connector.Error as error:
        if error.errno != number:
            raise AssertionError(f"expected error {number}, got {error}")
        return error
    raise AssertionError(f"expected error {number}, but it succeeded")


def _reason(error):
    place = ""
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.endswith("matrix.py"):
            place = f" (line {frame.lineno})"
    text = " | ".join(str(error).split("\n")) or repr(error)
    return f"{type(error).__name__}: {text}{place}"


def _attempt(function, outcome):
    try:
        function()
        outcome.append(None)
    except BaseException as error:  # noqa: BLE001 - every failure becomes a line
        outcome.append(_reason(error))


def main(names):
    known = {f.__name__ for f in _behaviours}
    for name in names:
        if name not in known:
            sys.exit(f"unknown behaviour {name}; known: {', '.join(sorted(known))}")
    # Without TLS the driver proves its password to a MySQL only if that has it in its cache.
    for port in {PORT, DIRECT_PORT}:
        connect(port=port, ssl_disabled=False).close()
    failed = 0
    for function in _behaviours:
        name = function.__name__
        if names and name not in names:
            continue
        outcome = []
        thread = threading.Thread(target=_attempt, args=(function, outcome), daemon=True)
        thread.start()
        thread.join(TIMEOUT_SECONDS)
        if not outcome:
            outcome.append(f"no end within {TIMEOUT_SECONDS:.0f} s")
        if outcome[0] is None:
            print(f"ok {name}", flush=True)
        else:
            failed += 1
            print(f"FAIL {name}: {outcome[0]}", flush=True)
    # A behaviour that hangs must not keep the process alive.
    os._exit(1 if failed else 0)
