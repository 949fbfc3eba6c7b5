"""Clients of psycopg's pool that never stop, whose connections live for two seconds; otherwise as psql/steady.sh."""

import os
import sys
import threading
import time
import traceback

from harness import DATABASE, HOST, PASSWORD, PORT, SSLMODE, USER
from psycopg_pool import ConnectionPool

LIFE_SECONDS = 2
SECONDS_BETWEEN_ROUNDS = (0.005, 0.3, 1.5)

over = threading.Event()
failed = threading.Event()


def ask(pool, round):
    with pool.connection() as connection:
        assert connection.execute("SELECT %s::int + 1", (round,), prepare=True).fetchone() == (round + 1,)
    with pool.connection() as connection, connection.transaction():
        assert connection.execute("SELECT %s::int + 2", (round,)).fetchone() == (round + 2,)


def client(pool, rest):
    round = 0
    while not over.wait(rest):
        try:
            ask(pool, round)
        except Exception:
            print("FAIL", rest, traceback.format_exc(), flush=True)
            failed.set()
            over.set()
        round += 1
        if round % 10 == 0 or rest > 1:
            print(rest, round, "rounds", flush=True)


settings = dict(host=HOST, port=PORT, user=USER, password=PASSWORD, dbname=DATABASE, sslmode=SSLMODE, autocommit=True)
pool = ConnectionPool(kwargs=settings, min_size=3, max_size=4, max_lifetime=LIFE_SECONDS, open=True)
clients = [threading.Thread(target=client, args=(pool, rest), daemon=True) for rest in SECONDS_BETWEEN_ROUNDS]
for each in clients:
    each.start()
threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
for each in clients:
    each.join()
os._exit(1 if failed.is_set() else 0)
