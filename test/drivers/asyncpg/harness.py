"""Runs behaviours one after another and prints one line for each."""

import asyncio
import os
import sys
import time
import traceback

import asyncpg

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
    """Registers a coroutine function as one behaviour; its name is the function's."""
    _behaviours.append(function)
    return function


def settings(**changes):
    return (
        dict(host=HOST, port=PORT, user=USER, password=PASSWORD, database=DATABASE, ssl=SSLMODE, timeout=20) | changes
    )


class connect:
    """`async with connect() as c` or `c = await connect()`: a connection to the endpoint under test."""

    def __init__(self, **changes):
        self._settings = settings(**changes)

    def __await__(self):
        return asyncpg.connect(**self._settings).__await__()

    async def __aenter__(self):
        self._connection = await self
        return self._connection

    async def __aexit__(self, kind, error, trace):
        if kind is None:
            await self._connection.close(timeout=10)
        else:
            self._connection.terminate()


def connect_directly(**changes):
    """A connection to the database itself, for comparison and side effects."""
    return connect(port=DIRECT_PORT, ssl="prefer", **changes)


def equal(actual, expected, what="value"):
    if actual != expected:
        raise AssertionError(f"{what}: expected {expected!r:.300}, got {actual!r:.300}")


async def fails(sqlstate, awaitable):
    """Awaits what must fail with this SQLSTATE; returns the error."""
    try:
        await awaitable
    except asyncpg.PostgresError as error:
        if error.sqlstate != sqlstate:
            raise AssertionError(f"expected SQLSTATE {sqlstate}, got {error.sqlstate}: {error}") from error
        return error
    raise AssertionError(f"expected SQLSTATE {sqlstate}, but it succeeded")


async def until(condition, what, seconds=15.0):
    """Polls until the (plain or coroutine) condition holds."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if asyncio.iscoroutine(value):
            value = await value
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:.0f} s: {what}")
        await asyncio.sleep(0.02)


def _reason(error):
    place = ""
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.endswith("matrix.py"):
            place = f" (line {frame.lineno})"
    text = " | ".join(str(error).split("\n")) or repr(error)
    return f"{type(error).__name__}: {text}{place}"


async def _run(names):
    failed = 0
    for function in _behaviours:
        name = function.__name__
        if names and name not in names:
            continue
        try:
            await asyncio.wait_for(function(), TIMEOUT_SECONDS)
        except TimeoutError as error:
            failed += 1
            print(f"FAIL {name}: no end within {TIMEOUT_SECONDS:.0f} s, or {_reason(error)}", flush=True)
        except Exception as error:  # noqa: BLE001 - every failure becomes a line
            failed += 1
            print(f"FAIL {name}: {_reason(error)}", flush=True)
        else:
            print(f"ok {name}", flush=True)
    return failed


def main(names):
    known = {f.__name__ for f in _behaviours}
    for name in names:
        if name not in known:
            sys.exit(f"unknown behaviour {name}; known: {', '.join(sorted(known))}")
    loop = asyncio.new_event_loop()
    failed = loop.run_until_complete(_run(names))
    # Connections of behaviours that hang must not keep the process alive.
    os._exit(1 if failed else 0)
