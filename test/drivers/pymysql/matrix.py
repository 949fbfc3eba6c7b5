"""Behaviours of MySQL and MariaDB as users of PyMySQL see them."""

import datetime
import decimal
import os
import sys
import threading

import pymysql
import pymysql.cursors
from pymysql.constants import CLIENT, COMMAND, SERVER_STATUS

from harness import (
    DATABASE, PASSWORD, SSLMODE, USER,
    at_once, behaviour, connect, connect_directly, encrypted, equal, fails, main, one, rows, run, table, until,
)


RESET_CONNECTION = 0x1F


@behaviour
def connect_and_ask():
    with connect() as c, connect_directly() as d:
        equal(rows(c, "SELECT database(), 1 + 1"), [(DATABASE, 2)])
        equal(one(c, "SELECT user()").split("@")[0], USER)
        equal(c.get_server_info(), d.get_server_info(), "version in the greeting")
        equal(one(c, "SELECT version()"), one(d, "SELECT version()"))


@behaviour
def connect_with_a_wrong_password():
    error = fails(1045, lambda: connect(password=PASSWORD + "!"))
    assert "Access denied" in str(error), error


@behaviour
def connect_as_nobody():
    fails(1045, lambda: connect(user="nobody_of_this_name"))


@behaviour
def connect_without_a_database():
    with connect(database=None) as c:
        equal(one(c, "SELECT database()"), None)
        fails(1046, lambda: run(c, "SELECT * FROM t_of_no_database"))
        c.select_db(DATABASE)
        equal(one(c, "SELECT database()"), DATABASE)


@behaviour
def connection_is_encrypted_as_asked():
    with connect() as c:
        equal(c._secure, SSLMODE != "disable")
    with connect(**encrypted()) as c:
        assert c._secure
        equal(one(c, "SELECT 1"), 1)
    fails(1045, lambda: connect(password=PASSWORD + "!", **encrypted()))


@behaviour
def types_in_text():
    with connect() as c:
        table(
            c, "py_types",
            "i int, b bigint unsigned, d decimal(20,6), f double, s varchar(50), t text, x blob, da date,"
            " dt datetime(6), ti time(3), y year, j json, bi bit(9), e enum('one','two'), se set('a','b','c')",
        )
        row = (
            -7, 2**64 - 1, decimal.Decimal("12345678901234.567890"), 1.5e300, "grün 🙂", "x" * 3000,
            bytes(range(256)), datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29, 1, 2, 3, 456789),
            -datetime.timedelta(hours=25, minutes=1, seconds=2, milliseconds=3), 2031, '{"a": [1, null]}',
            b"\x01\x55", "two", "a,c",
        )
        with c.cursor() as cursor:
            cursor.execute("INSERT INTO py_types VALUES (" + ", ".join(["%s"] * len(row)) + ")", row)
        got = rows(c, "SELECT * FROM py_types")[0]
        for n, (g, e) in enumerate(zip(got, row)):
            equal(g, e, f"column {n}")
        run(c, "INSERT INTO py_types (i) VALUES (NULL)")
        equal(rows(c, "SELECT * FROM py_types WHERE i IS NULL"), [(None,) * len(row)])


@behaviour
def names_and_types_of_columns():
    with connect() as c, connect_directly() as d:
        sql = "SELECT 1 AS `ä b`, 'x' AS s, 1.50 AS d, NULL AS n, now() AS t, x'00ff' AS raw"
        descriptions = []
        for connection in (c, d):
            with connection.cursor() as cursor:
                cursor.execute(sql)
                descriptions.append(cursor.description)
        equal(descriptions[0], descriptions[1])


@behaviour
def empty_and_many_rows():
    with connect() as c:
        equal(rows(c, "SELECT 1 FROM dual WHERE 1 = 0"), [])
        digits = "(SELECT 0 AS d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9)"
        sql = f"SELECT a.d + 10 * b.d + 100 * e.d + 1000 * f.d AS n, repeat('x', 100) FROM {digits} a, {digits} b, {digits} e, {digits} f"
        equal(sum(r[0] for r in rows(c, sql)), sum(range(10000)))


@behaviour
def rows_one_by_one():
    with connect(cursorclass=pymysql.cursors.SSCursor) as c:
        with c.cursor() as cursor:
            cursor.execute("SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3")
            equal(cursor.fetchone(), (1,))
            equal(cursor.fetchone(), (2,))
        equal(rows(c, "SELECT 9"), [(9,)])


@behaviour
def transactions():
    with connect(autocommit=False) as c, connect() as other:
        table(other, "py_tx", "n int PRIMARY KEY")
        run(c, "INSERT INTO py_tx VALUES (1)")
        equal(one(other, "SELECT count(*) FROM py_tx"), 0)
        c.rollback()
        run(c, "INSERT INTO py_tx VALUES (2)")
        c.commit()
        equal(rows(other, "SELECT n FROM py_tx"), [(2,)])
        c.begin()
        run(c, "SAVEPOINT s", "INSERT INTO py_tx VALUES (3)", "ROLLBACK TO SAVEPOINT s", "INSERT INTO py_tx VALUES (4)")
        assert c.server_status & SERVER_STATUS.SERVER_STATUS_IN_TRANS
        c.commit()
        equal(rows(other, "SELECT n FROM py_tx ORDER BY n"), [(2,), (4,)])


@behaviour
def an_error_leaves_the_transaction_open():
    with connect() as c:
        table(c, "py_err", "n int PRIMARY KEY")
        run(c, "BEGIN", "INSERT INTO py_err VALUES (1)")
        error = fails(1062, lambda: run(c, "INSERT INTO py_err VALUES (1)"))
        assert "Duplicate entry '1'" in error.args[1], error
        run(c, "INSERT INTO py_err VALUES (2)", "COMMIT")
        equal(one(c, "SELECT count(*) FROM py_err"), 2)


@behaviour
def read_only_transactions():
    with connect() as c:
        table(c, "py_ro", "n int")
        run(c, "START TRANSACTION READ ONLY")
        fails(1792, lambda: run(c, "INSERT INTO py_ro VALUES (1)"))
        run(c, "COMMIT", "INSERT INTO py_ro VALUES (2)")


@behaviour
def last_insert_id():
    with connect() as c, connect() as other:
        table(c, "py_id", "id int AUTO_INCREMENT PRIMARY KEY, n int")
        for n in (1, 2, 3):
            with c.cursor() as cursor:
                cursor.execute("INSERT INTO py_id (n) VALUES (%s)", (n,))
                equal(cursor.lastrowid, n)
            run(other, f"INSERT INTO py_id (id, n) VALUES ({n * 100}, 0)", f"DELETE FROM py_id WHERE id = {n * 100}", "ALTER TABLE py_id AUTO_INCREMENT = 1")
            equal(one(c, "SELECT last_insert_id()"), n)
        equal(one(c, "SELECT last_insert_id()"), 3)
        equal(one(other, "SELECT last_insert_id()"), 0)


@behaviour
def counts_of_rows():
    with connect() as c, connect(client_flag=CLIENT.FOUND_ROWS) as found:
        table(c, "py_count", "n int")
        equal(run(c, "INSERT INTO py_count VALUES (1), (2), (3)"), 3)
        equal(run(c, "UPDATE py_count SET n = 2"), 2)
        equal(one(c, "SELECT row_count()"), 2)
        equal(run(found, "UPDATE py_count SET n = 2"), 3)
        rows(c, "SELECT SQL_CALC_FOUND_ROWS n FROM py_count LIMIT 1")
        equal(one(c, "SELECT found_rows()"), 3)


@behaviour
def warnings_right_after():
    with connect() as c:
        run(c, "SET sql_mode = ''")
        table(c, "py_warn", "n tinyint")
        run(c, "INSERT INTO py_warn VALUES (1000), (2000)")
        equal([w[1] for w in c.show_warnings()], [1264, 1264])
        run(c, "DROP TABLE IF EXISTS py_no_such_table")
        equal([w[:2] for w in c.show_warnings()], [("Note", 1051)])
        # Of a table: on MariaDB a statement that reads none leaves the warnings of the one before.
        equal(one(c, "SELECT count(*) FROM py_warn"), 2)
        equal(c.show_warnings(), ())


@behaviour
def errors():
    with connect() as c:
        error = fails(1146, lambda: run(c, "SELECT * FROM py_no_such_table"))
        equal(type(error), pymysql.err.ProgrammingError)
        fails(1064, lambda: run(c, "SELEC 1"))
        fails(1054, lambda: run(c, "SELECT no_such_column"))
        fails(1365, lambda: run(c, "SET sql_mode = 'ERROR_FOR_DIVISION_BY_ZERO,STRICT_ALL_TABLES'",
                                "CREATE OR REPLACE VIEW py_v AS SELECT 1", "DO 1",
                                "DROP TABLE IF EXISTS py_div", "CREATE TABLE py_div (n int)",
                                "INSERT INTO py_div VALUES (1 / 0)"))
        fails(1644, lambda: run(c, "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'of my own'"))
        equal(one(c, "SELECT 5"), 5)


@behaviour
def large_values():
    with connect() as c:
        for size in (65535, (1 << 24) + 5):
            block = os.urandom(1000)
            value = (block * (size // 1000 + 1))[:size]
            assert one(c, "SELECT _binary %s", (value,)) == value, f"value of {size} bytes"


@behaviour
def several_statements_in_one():
    with connect(client_flag=CLIENT.MULTI_STATEMENTS) as c:
        with c.cursor() as cursor:
            cursor.execute("SELECT 1; SET @x = 5; SELECT @x, 'two'; SELECT nothing_like_this; SELECT 3")
            equal(cursor.fetchall(), ((1,),))
            cursor.nextset()
            assert cursor.nextset()
            equal(cursor.fetchall(), ((5, "two"),))
            fails(1054, cursor.nextset)
        equal(one(c, "SELECT 4"), 4)
    with connect() as c:
        fails(1064, lambda: run(c, "SELECT 1; SELECT 2"))


@behaviour
def procedures():
    with connect() as c:
        run(c, "DROP PROCEDURE IF EXISTS py_proc",
            "CREATE PROCEDURE py_proc(IN a int, INOUT b int, OUT t varchar(20)) BEGIN SELECT a AS first; SET b = a + b; SET t = 'done'; SELECT b, a; END")
        with c.cursor() as cursor:
            cursor.callproc("py_proc", (2, 3, None))
            equal(cursor.fetchall(), ((2,),))
            cursor.nextset()
            equal(cursor.fetchall(), ((5, 2),))
            while cursor.nextset():
                pass
        equal(rows(c, "SELECT @_py_proc_1, @_py_proc_2"), [(5, "done")])


@behaviour
def session_variables_are_each_clients_own():
    def client(n):
        with connect() as c:
            zone = f"+0{n % 9}:00"
            run(c, f"SET time_zone = '{zone}', sql_mode = 'ANSI_QUOTES', group_concat_max_len = {1000 + n}")
            for _ in range(20):
                equal(rows(c, 'SELECT @@time_zone, @@sql_mode, @@group_concat_max_len, 1 AS "quoted"'), [(zone, "ANSI_QUOTES", 1000 + n, 1)])
    at_once(10, client)


@behaviour
def user_variables_are_each_clients_own():
    def client(n):
        with connect() as c:
            run(c, f"SET @mine = {n}")
            for _ in range(10):
                run(c, "SET @mine = @mine + 100")
            equal(one(c, "SELECT @mine"), n + 1000)
    at_once(6, client)


@behaviour
def temporary_tables_are_each_clients_own():
    def client(n):
        with connect() as c:
            run(c, "CREATE TEMPORARY TABLE py_temp (n int)", f"INSERT INTO py_temp VALUES ({n})")
            for _ in range(5):
                equal(one(c, "SELECT n FROM py_temp"), n)
    at_once(4, client)
    with connect() as c:
        fails(1146, lambda: run(c, "SELECT * FROM py_temp"))


@behaviour
def character_sets():
    with connect(charset="latin1") as c, connect() as utf8:
        table(utf8, "py_set", "s varchar(20) CHARACTER SET utf8mb4")
        with c.cursor() as cursor:
            cursor.execute("INSERT INTO py_set VALUES (%s)", ("grün",))
        equal(one(utf8, "SELECT s FROM py_set"), "grün")
        equal(one(c, "SELECT @@character_set_client"), "latin1")
        c.set_character_set("utf8mb4")
        equal(one(c, "SELECT s FROM py_set"), "grün")
        equal(one(utf8, "SELECT @@character_set_results"), "utf8mb4")


@behaviour
def locks_by_name():
    with connect() as c, connect() as other:
        equal(one(c, "SELECT get_lock('py_lock', 5)"), 1)
        equal(one(other, "SELECT get_lock('py_lock', 0)"), 0)
        equal(one(c, "SELECT release_lock('py_lock')"), 1)
        equal(one(other, "SELECT get_lock('py_lock', 5)"), 1)
        equal(one(other, "SELECT release_lock('py_lock')"), 1)


@behaviour
def locked_tables():
    with connect() as c:
        table(c, "py_locked", "n int")
        run(c, "LOCK TABLES py_locked READ")
        fails(1099, lambda: run(c, "INSERT INTO py_locked VALUES (1)"))
        run(c, "UNLOCK TABLES", "INSERT INTO py_locked VALUES (1)")


@behaviour
def a_statement_is_killed():
    with connect() as c, connect() as killer:
        number = c.thread_id()
        equal(one(c, "SELECT connection_id()"), number)
        timer = threading.Timer(0.3, lambda: run(killer, f"KILL QUERY {number}"))
        timer.start()
        try:
            # MySQL's sleep answers 1 when it is interrupted.
            equal(one(c, "SELECT sleep(20)"), 1)
        except pymysql.MySQLError as error:
            equal(error.args[0], 1317)
        timer.join()
        equal(one(c, "SELECT 1"), 1)


@behaviour
def a_connection_is_killed():
    with connect() as killer:
        c = connect()
        run(killer, f"KILL {c.thread_id()}")
        def gone():
            try:
                run(c, "DO 1")
                return False
            except pymysql.MySQLError as error:
                assert error.args[0] in (2006, 2013, 1927, 4031), error
                return True
        until(gone, "the connection is gone")
        c.connect()
        equal(one(c, "SELECT 1"), 1)
        c.close()


@behaviour
def ping_and_other_commands():
    with connect() as c:
        c.ping(reconnect=False)
        c._execute_command(COMMAND.COM_STATISTICS, b"")
        assert b"Uptime" in c._read_packet()._data
        run(c, "SET @x = 1")
        c._execute_command(RESET_CONNECTION, b"")
        c._read_ok_packet()
        equal(one(c, "SELECT @x"), None)
        equal(one(c, "SELECT database()"), DATABASE)


@behaviour
def infile_of_the_client_is_refused_when_not_offered():
    with connect() as c:
        table(c, "py_infile", "n int")
        try:
            run(c, "LOAD DATA LOCAL INFILE '/nothing' INTO TABLE py_infile")
        except pymysql.MySQLError as error:
            assert error.args[0] in (1148, 3948, 4166), error
        else:
            raise AssertionError("it succeeded")
        equal(one(c, "SELECT 1"), 1)


@behaviour
def many_clients_at_once():
    with connect() as c:
        table(c, "py_many", "client int, n int, PRIMARY KEY (client, n)")

    def client(number):
        with connect() as c:
            for n in range(20):
                run(c, f"INSERT INTO py_many VALUES ({number}, {n})")
                equal(one(c, f"SELECT count(*) FROM py_many WHERE client = {number}"), n + 1)
    at_once(40, client)
    with connect() as c:
        equal(one(c, "SELECT count(*) FROM py_many"), 800)


main(sys.argv[1:])
