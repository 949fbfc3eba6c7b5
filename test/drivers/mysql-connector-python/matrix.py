"""Behaviours of MySQL and MariaDB as users of mysql-connector-python see them."""

import datetime
import decimal
import sys
import warnings

from mysql.connector.constants import ClientFlag
from mysql.connector.pooling import MySQLConnectionPool

from harness import (
    DATABASE, HOST, PASSWORD, PORT, SSLMODE, USER,
    behaviour, connect, connect_directly, equal, fails, main, rows, run, table,
)

# Of attributes, with each statement to a MariaDB; of its own methods' new names.
warnings.simplefilter("ignore")

PREPARED = {"prepared": True}


@behaviour
def connect_and_ask():
    with connect() as c, connect_directly() as d:
        equal(rows(c, "SELECT database(), 1 + 1"), [(DATABASE, 2)])
        equal(rows(c, "SELECT version()"), rows(d, "SELECT version()"))
        equal(c.server_version, d.server_version)


@behaviour
def connect_with_a_wrong_password():
    fails(1045, lambda: connect(password=PASSWORD + "!", ssl_disabled=False))
    fails(1045, lambda: connect(user="nobody_of_this_name", ssl_disabled=False))


@behaviour
def connection_is_encrypted_as_asked():
    with connect() as c:
        equal(c.is_secure, SSLMODE != "disable")
    with connect(ssl_disabled=False) as c:
        assert c.is_secure
        equal(rows(c, "SELECT 1"), [(1,)])


@behaviour
def prepared_statements():
    with connect() as c:
        equal(rows(c, "SELECT 3", **PREPARED), [(3,)])
        with c.cursor(**PREPARED) as cursor:
            for a, b in ((1, "one"), (None, "zwei"), (3, None), (2**40, "grün 🙂"), (None, None)):
                cursor.execute("SELECT ?, ?", (a, b))
                equal(cursor.fetchall(), [(a, b)])
            cursor.execute("SELECT %s + 1", (41,))
            equal(cursor.fetchall(), [(42,)])


@behaviour
def types_of_prepared_statements():
    with connect() as c:
        table(
            c, "mcp_types",
            "id int AUTO_INCREMENT PRIMARY KEY, i int, b bigint unsigned, d decimal(20,6), f double, s varchar(50) CHARACTER SET utf8mb4, x blob,"
            " da date, dt datetime(6), ti time(3)",
        )
        values = [
            (-7, 2**64 - 1, decimal.Decimal("12345678901234.567890"), 1.5e300, "grün 🙂", bytes(range(256)),
             datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29, 1, 2, 3, 456789), datetime.timedelta(hours=25, seconds=2)),
            (None,) * 9,
        ]
        with c.cursor(**PREPARED) as cursor:
            cursor.executemany("INSERT INTO mcp_types (i, b, d, f, s, x, da, dt, ti) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
            cursor.execute("SELECT i, b, d, f, s, x, da, dt, ti FROM mcp_types WHERE id > ? ORDER BY id", (0,))
            equal(cursor.fetchall(), values)


@behaviour
def many_parameters():
    with connect() as c:
        for count in (8, 9, 250, 251, 300):
            given = tuple(None if n % 3 == 0 else n for n in range(count))
            equal(rows(c, "SELECT " + ", ".join("?" * count), given, **PREPARED), [given])


@behaviour
def two_prepared_statements_in_turns():
    with connect() as c, c.cursor(**PREPARED) as first, c.cursor(**PREPARED) as second:
        for n in range(5):
            first.execute("SELECT ?", (n,))
            equal(first.fetchall(), [(n,)])
            second.execute("SELECT concat(?, ?)", ("n", str(n)))
            equal(second.fetchall(), [(f"n{n}",)])


@behaviour
def query_attributes():
    with connect() as c, connect_directly() as d:
        found = []
        for connection in (c, d):
            with connection.cursor() as cursor, connection.cursor(**PREPARED) as prepared:
                for each in (cursor, prepared):
                    each.add_attribute("mark", "of this one")
                    each.add_attribute("number", 5)
                cursor.execute("SELECT 1")
                found.append(cursor.fetchall())
                prepared.execute("SELECT ?, ?", (7, "x"))
                found.append(prepared.fetchall())
                for each in (cursor, prepared):
                    each.clear_attributes()
                prepared.execute("SELECT ?, ?", (8, "y"))
                found.append(prepared.fetchall())
        equal(found, [[(1,)], [(7, "x")], [(8, "y")]] * 2)


@behaviour
def transactions():
    with connect(autocommit=False) as c, connect() as other:
        table(other, "mcp_tx", "n int PRIMARY KEY")
        run(c, "INSERT INTO mcp_tx VALUES (1)")
        equal(rows(other, "SELECT count(*) FROM mcp_tx"), [(0,)])
        c.rollback()
        run(c, "INSERT INTO mcp_tx VALUES (2)")
        c.commit()
        equal(rows(other, "SELECT n FROM mcp_tx"), [(2,)])
        c.start_transaction(isolation_level="READ COMMITTED")
        assert c.in_transaction
        fails(1062, lambda: run(c, "INSERT INTO mcp_tx VALUES (2)"))
        c.rollback()
        assert not c.in_transaction


@behaviour
def ids_and_counts():
    with connect() as c:
        table(c, "mcp_id", "id int AUTO_INCREMENT PRIMARY KEY, n int")
        with c.cursor(**PREPARED) as cursor:
            for n in (1, 2, 3):
                cursor.execute("INSERT INTO mcp_id (n) VALUES (?)", (n,))
                equal((cursor.lastrowid, cursor.rowcount), (n, 1))
            cursor.execute("UPDATE mcp_id SET n = 5 WHERE id > ?", (1,))
            equal(cursor.rowcount, 2)
        equal(rows(c, "SELECT last_insert_id()"), [(3,)])


@behaviour
def warnings_right_after():
    with connect() as c:
        run(c, "SET sql_mode = ''")
        table(c, "mcp_warn", "n tinyint")
        run(c, "INSERT INTO mcp_warn VALUES (1000), (2000)")
        equal([w[1] for w in rows(c, "SHOW WARNINGS")], [1264, 1264])


@behaviour
def procedures():
    with connect() as c:
        run(c, "DROP PROCEDURE IF EXISTS mcp_proc",
            "CREATE PROCEDURE mcp_proc(IN a int, INOUT b int, OUT t varchar(20)) BEGIN SELECT a; SET b = a + b; SET t = 'done'; END")
        with c.cursor() as cursor:
            equal(tuple(cursor.callproc("mcp_proc", (2, 3, None))), (2, 5, "done"))
            equal([r.fetchall() for r in cursor.stored_results()], [[(2,)]])


@behaviour
def several_statements_in_one():
    with connect(client_flags=[ClientFlag.MULTI_STATEMENTS]) as c, c.cursor() as cursor:
        found = []
        cursor.execute("SELECT 1; SET @mcp = 5; SELECT @mcp")
        while True:
            if cursor.with_rows:
                found += cursor.fetchall()
            if not cursor.nextset():
                break
        equal(found, [(1,), (5,)])


@behaviour
def errors_and_what_follows():
    with connect() as c:
        fails(1146, lambda: rows(c, "SELECT * FROM mcp_no_such_table WHERE n = ?", (1,), **PREPARED))
        fails(1064, lambda: rows(c, "SELEC ?", (1,), **PREPARED))
        equal(rows(c, "SELECT ?", (5,), **PREPARED), [(5,)])


@behaviour
def large_values():
    with connect() as c:
        for size in (65535, 70000, (1 << 24) + 5):
            value = b"x" * size
            equal(rows(c, "SELECT length(?)", (value,), **PREPARED), [(size,)])


@behaviour
def reset_and_change_user():
    with connect() as c:
        run(c, "SET @mcp = 5")
        c.cmd_reset_connection()
        equal(rows(c, "SELECT @mcp"), [(None,)])
        run(c, "SET @mcp = 5")
        c.cmd_change_user(username=USER, password=PASSWORD, database=DATABASE)
        equal(rows(c, "SELECT @mcp, database()"), [(None, DATABASE)])


@behaviour
def pooled_connections():
    pool = MySQLConnectionPool(
        pool_name="mcp", pool_size=3, host=HOST, port=PORT, user=USER, password=PASSWORD, database=DATABASE,
        use_pure=True, ssl_disabled=SSLMODE == "disable",
    )
    for _ in range(4):
        c = pool.get_connection()
        equal(rows(c, "SELECT @mcp"), [(None,)])
        run(c, "SET @mcp = 1")
        c.close()


main(sys.argv[1:])
