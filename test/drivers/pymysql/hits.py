"""Ways to read with PyMySQL: what SHOW QUERYINFO says of each run, in a line for each way."""

from pymysql.cursors import Cursor, SSCursor

from harness import connect

RUNS = 8


def rows(connection, kind, sql, *values):
    with connection.cursor(kind) as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall()


READ_COMMITTED = {
    "autocommit": False,
    "init_command": "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
}

WAYS = {
    "text": (Cursor, {}, False),
    "streamed": (SSCursor, {}, False),
    "autocommit off": (Cursor, {"autocommit": False}, False),
    "autocommit off, READ COMMITTED": (Cursor, READ_COMMITTED, False),
    "autocommit off, each in a transaction": (Cursor, READ_COMMITTED, True),
}

for id, (name, (kind, settings, commits)) in enumerate(WAYS.items(), 1):
    connection = connect(**settings)
    said = []
    for _ in range(RUNS):
        found = rows(connection, kind, "SELECT n FROM dh_rows WHERE id = %s", id)
        assert list(found) == [(id,)], (name, found)
        said.append(dict(rows(connection, Cursor, "SHOW QUERYINFO")).get("cached", "-"))
        if commits:
            connection.commit()
    print(name, *said, sep="\t", flush=True)
    connection.close()
