"""Clients of asyncpg that never stop, as those of psql/steady.sh: prepared statements, transactions, cursors, a pool."""

import asyncio
import sys
import traceback

import asyncpg

from harness import connect, settings


async def prepared(connection, round):
    assert await connection.fetchval("SELECT $1::int + 1", round) == round + 1


async def in_transaction(connection, round):
    async with connection.transaction():
        await prepared(connection, round)
        assert await connection.fetchval("SHOW work_mem") == "3MB"


async def with_cursor(connection, round):
    async with connection.transaction():
        rows = [row[0] async for row in connection.cursor("SELECT generate_series(1, 30) + $1::int", round, prefetch=7)]
    assert rows == [n + round for n in range(1, 31)]


async def client(work, over):
    # It closes statements that are older, and prepares them anew: by itself after five minutes.
    connection = await connect(max_cached_statement_lifetime=1)
    await connection.execute("SET work_mem = '3MB'")
    await rounds(work.__name__, lambda round: work(connection, round), over)
    await connection.close()


async def pool(over):
    async with asyncpg.create_pool(min_size=1, max_size=2, **settings()) as connections:

        async def from_pool(round):
            async with connections.acquire() as connection:
                await prepared(connection, round)

        await rounds("pool", from_pool, over)


async def rounds(name, work, over):
    round = 0
    while not over.is_set():
        await work(round)
        round += 1
        if round % 10 == 0:
            print(name, round, "rounds", flush=True)
        await asyncio.sleep(0.005)


async def main():
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    input_ends = loop.run_in_executor(None, sys.stdin.read)
    input_ends.add_done_callback(lambda _: over.set())
    try:
        await asyncio.gather(*(client(work, over) for work in (prepared, in_transaction, with_cursor)), pool(over))
    except Exception:
        print("FAIL", traceback.format_exc(), flush=True)
        sys.stdout.flush()
        import os

        os._exit(1)  # whoever reads standard input does not hear of it


asyncio.run(main())
