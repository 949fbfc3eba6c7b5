"""Clients of asyncpg that never stop reading outside transactions: each read is a Parse and a Flush, then Bind, Execute and Sync."""

import asyncio
import os
import sys
import traceback

from harness import connect

CLIENTS = 12


async def client(number, over):
    # With a cache it would prepare the text once.
    connection = await connect(statement_cache_size=0)
    round = 0
    while not over.is_set():
        rows = await connection.fetch(f"SELECT i, $1::int AS n, 'client {number}' FROM steady_reads ORDER BY i", round)
        assert [tuple(row) for row in rows] == [(i, round, f"client {number}") for i in range(1, 4)], rows
        round += 1
        if round % 50 == 0:
            print("client", number, round, "reads", flush=True)
    await connection.close()


async def main():
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.run_in_executor(None, sys.stdin.read).add_done_callback(lambda _: over.set())
    try:
        await asyncio.gather(*(client(number, over) for number in range(CLIENTS)))
    except Exception:
        print("FAIL", traceback.format_exc(), flush=True)
        os._exit(1)  # whoever reads standard input does not hear of it


asyncio.run(main())
