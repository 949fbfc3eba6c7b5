"""Ways to read with psycopg: what SHOW QUERYINFO says of each run, in a line for each way."""

import psycopg

from harness import connect

READ = "SELECT n FROM dh_rows WHERE id = %s"
RUNS = 8


def plain(connection, id, **options):
    return connection.execute(READ, (id,), **options).fetchall()


def simple(connection, id):
    return psycopg.ClientCursor(connection).execute(READ, (id,)).fetchall()


def unnamed(connection, id):
    return plain(connection, id, prepare=False)


def prepared(connection, id):
    return plain(connection, id, prepare=True)


def binary(connection, id):
    return plain(connection, id, binary=True)


def stream(connection, id):
    return list(connection.cursor().stream(READ, (id,)))


def own_transaction(connection, id):
    rows = plain(connection, id)
    said = info(connection)
    connection.commit()
    return rows, said


def pipeline_of_one(connection, id):
    with connection.pipeline():
        return plain(connection, id)


def pipeline(connection, id):
    with connection.pipeline():
        first = connection.execute(READ, (id,))
        return first.fetchall() and plain(connection, id)


def pipeline_at_once(connection, id):
    with connection.pipeline():
        cursors = [connection.execute(READ, (id,)) for _ in range(2)]
    return cursors[1].fetchall()


def executemany(connection, id):
    cursor = connection.cursor()
    cursor.executemany(READ, [(id,), (id,)], returning=True)
    return cursor.fetchall()


def server_cursor(connection, id):
    with connection.cursor(name="c") as cursor:
        return cursor.execute(READ, (id,)).fetchall()


def info(connection):
    return dict(connection.execute("SHOW QUERYINFO", prepare=False).fetchall()).get("cached", "-")


WAYS = {
    "simple": (simple, {}),
    "unnamed": (unnamed, {}),
    "becomes prepared": (plain, {}),
    "prepared": (prepared, {}),
    "binary": (binary, {}),
    "stream": (stream, {}),
    "in a transaction": (plain, {"autocommit": False}),
    "each in a transaction": (own_transaction, {"autocommit": False}),
    "pipeline of one": (pipeline_of_one, {}),
    "pipeline, fetched one by one": (pipeline, {}),
    "pipeline": (pipeline_at_once, {}),
    "executemany": (executemany, {}),
    "server-side cursor": (server_cursor, {"autocommit": False}),
}

for id, (name, (read, settings)) in enumerate(WAYS.items(), 1):
    with connect(**settings) as connection:
        said = []
        for _ in range(RUNS):
            rows = read(connection, id)
            if isinstance(rows, tuple):
                rows, now = rows
            else:
                now = info(connection)
            assert rows == [(id,)], (name, rows)
            said.append(now)
        print(name, *said, sep="\t", flush=True)
