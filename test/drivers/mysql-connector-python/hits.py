"""Ways to read with mysql-connector-python: what SHOW QUERYINFO says of each run, in a line for each way."""

from harness import connect

READ = "SELECT n FROM dh_rows WHERE id = %s"
RUNS = 8


def text(connection, id, **options):
    with connection.cursor(**options) as cursor:
        cursor.execute(READ, (id,))
        return cursor.fetchall()


def buffered(connection, id):
    return text(connection, id, buffered=True)


def prepared(connection, id):
    return text(connection, id, prepared=True)


_kept = []


def kept(connection, id):
    if not _kept:
        _kept.append(connection.cursor(prepared=True))
    _kept[0].execute(READ, (id,))
    return _kept[0].fetchall()


def info(connection):
    with connection.cursor() as cursor:
        cursor.execute("SHOW QUERYINFO")
        return dict(cursor.fetchall()).get("cached", "-")


WAYS = {
    "text": (text, {}),
    "buffered": (buffered, {}),
    "prepared": (prepared, {}),
    "prepared and kept": (kept, {}),
    "autocommit off": (text, {"autocommit": False}),
}

for id, (name, (read, settings)) in enumerate(WAYS.items(), 1):
    connection = connect(**settings)
    said = []
    for _ in range(RUNS):
        rows = read(connection, id)
        assert rows == [(id,)], (name, rows)
        said.append(info(connection))
    print(name, *said, sep="\t", flush=True)
    connection.close()
