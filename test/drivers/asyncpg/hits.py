"""Ways to read with asyncpg: what became of each run, in a line for each way.

asyncpg returns no rows of simple queries, and SHOW QUERYINFO is one: the node's counters tell instead.
"""

import asyncio
import os
import re
import urllib.request

from harness import connect

READ = "SELECT n FROM dh_rows WHERE id = $1"
RUNS = 8


async def fetch(connection, id):
    return [row[0] for row in await connection.fetch(READ, id)]


async def fetchval(connection, id):
    return [await connection.fetchval(READ, id)]


async def prepared(connection, id):
    return [row[0] for row in await (await connection.prepare(READ)).fetch(id)]


async def fetchmany(connection, id):
    return [row[0] for row in await connection.fetchmany(READ, [(id,), (id,)])][1:]


async def each_in_a_transaction(connection, id):
    async with connection.transaction():
        return await fetch(connection, id)


async def one_transaction(connection, id):
    if not connection.is_in_transaction():
        await connection.transaction().start()
    return await fetch(connection, id)


async def cursor(connection, id):
    async with connection.transaction():
        return [row[0] async for row in connection.cursor(READ, id)]


def counters():
    with urllib.request.urlopen(f"http://127.0.0.1:{os.environ['HD_HTTP_PORT']}/metrics") as page:
        text = page.read().decode()
    found = re.findall(r'^heimdall_(query_cache_hits|uncached)_total(?:\{(.*)\})? (\S+)$', text, re.MULTILINE)
    sums = {}
    for name, labels, value in found:
        reason = re.search(r'reason="(\w+)"', labels)
        name = reason.group(1) if reason else "yes"
        sums[name] = sums.get(name, 0) + float(value)
    return sums


WAYS = {
    "fetch": (fetch, {}),
    "fetchval": (fetchval, {}),
    "prepared": (prepared, {}),
    "fetch, no statement cache": (fetch, {"statement_cache_size": 0}),
    "fetchval, no statement cache": (fetchval, {"statement_cache_size": 0}),
    "in a transaction": (one_transaction, {}),
    "each in a transaction": (each_in_a_transaction, {}),
    "fetchmany": (fetchmany, {}),
    "cursor": (cursor, {}),
}


async def main():
    for id, (name, (read, settings)) in enumerate(WAYS.items(), 1):
        connection = await connect(**settings)
        said = []
        for _ in range(RUNS):
            before = counters()
            rows = await read(connection, id)
            assert rows == [id], (name, rows)
            said.append(",".join(what for what, n in counters().items() if n > before.get(what, 0)) or "-")
        print(name, *said, sep="\t", flush=True)
        connection.terminate()


asyncio.run(main())
