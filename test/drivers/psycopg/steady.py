"""Clients of psycopg that never stop, as those of psql/steady.sh: with prepared statements, transactions, pipelines."""

import sys
import threading
import time
import traceback

from harness import connect

over = threading.Event()
said = threading.Lock()


def prepared(connection, round):
    assert connection.execute("SELECT %s::int + 1", (round,), prepare=True).fetchone() == (round + 1,)


def in_transaction(connection, round):
    with connection.transaction():
        prepared(connection, round)
        assert connection.execute("SHOW work_mem").fetchone() == ("3MB",)


def pipelined(connection, round):
    with connection.pipeline():
        answers = [connection.execute("SELECT %s::int", (round + i,), prepare=True) for i in range(3)]
    assert [answer.fetchone() for answer in answers] == [(round,), (round + 1,), (round + 2,)]


def anew(connection, round):
    with connect() as another:
        prepared(another, round)


def client(work):
    try:
        with connect() as connection:
            connection.execute("SET work_mem = '3MB'")
            round = 0
            while not over.is_set():
                work(connection, round)
                round += 1
                if round % 10 == 0:
                    with said:
                        print(work.__name__, round, "rounds", flush=True)
                time.sleep(0.005)
    except Exception:
        with said:
            print("FAIL", work.__name__, traceback.format_exc(), flush=True)
        over.failed = True
        over.set()


over.failed = False
clients = [threading.Thread(target=client, args=(work,)) for work in (prepared, in_transaction, pipelined, anew)]
for each in clients:
    each.start()


def until_input_ends():
    sys.stdin.read()
    over.set()


threading.Thread(target=until_input_ends, daemon=True).start()
for each in clients:
    each.join()
sys.exit(1 if over.failed else 0)
