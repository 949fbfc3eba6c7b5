"""psycopg 3 (libpq): text and binary format, pipeline mode, COPY, server-side cursors."""

import datetime as dt
import decimal
import hashlib
import random
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import psycopg
from psycopg import errors
from psycopg.types.json import Jsonb

from harness import (
    DATABASE,
    POOLED,
    USER,
    at_once,
    behaviour,
    connect,
    connect_directly,
    equal,
    fails,
    main,
    one,
    until,
)


def table(connection, name, columns):
    connection.execute(f"DROP TABLE IF EXISTS {name}")
    connection.execute(f"CREATE TABLE {name} ({columns})")


# --- connecting -------------------------------------------------------------------------


@behaviour
def connect_scram():
    with connect(require_auth="scram-sha-256") as c:
        equal(c.pgconn.used_password, True, "password used")
        equal(c.execute("SELECT current_user, current_database()").fetchone(), (USER, DATABASE))


@behaviour
def connect_protocol_3_2():
    with connect(max_protocol_version="3.2") as c:
        equal(one(c, "SELECT 1"), 1)


@behaviour
def wrong_password():
    try:
        connect(password="not the password")
    except psycopg.OperationalError as error:
        assert f'password authentication failed for user "{USER}"' in str(error), str(error)
    else:
        raise AssertionError("log-in succeeded")


@behaviour
def unknown_database():
    try:
        connect(dbname="hd_no_such_database")
    except psycopg.OperationalError as error:
        assert 'database "hd_no_such_database" does not exist' in str(error), str(error)
    else:
        raise AssertionError("log-in succeeded")


@behaviour
def server_parameters():
    names = (
        "server_version server_encoding client_encoding DateStyle IntervalStyle TimeZone is_superuser "
        "session_authorization integer_datetimes standard_conforming_strings application_name"
    ).split()
    with connect(application_name="hd parameters") as c, connect_directly(application_name="hd parameters") as d:
        for name in names:
            equal(c.info.parameter_status(name), d.info.parameter_status(name), name)
            equal(one(c, f"SHOW {name}"), one(d, f"SHOW {name}"), f"SHOW {name}")
        equal(c.info.server_version, d.info.server_version, "numeric server version")


@behaviour
def startup_options():
    with connect(options="-c statement_timeout=123456 -c search_path=pg_catalog,public") as c, connect() as other:
        for _ in range(5):
            equal(one(c, "SHOW statement_timeout"), "123456ms")
            equal(one(c, "SHOW search_path"), "pg_catalog,public")
            assert one(other, "SHOW statement_timeout") != "123456ms"


@behaviour
def client_encoding_per_connection():
    with connect(client_encoding="latin1") as latin, connect() as utf8:
        for _ in range(10):
            equal(latin.execute("SELECT 'é'").pgresult.get_value(0, 0), b"\xe9")
            equal(utf8.execute("SELECT 'é'").pgresult.get_value(0, 0), b"\xc3\xa9")
        latin.execute("SET client_encoding TO utf8")
        equal(latin.info.encoding, "utf-8")
        equal(one(latin, "SELECT %s::text", ["é☃"]), "é☃")


# --- queries ----------------------------------------------------------------------------


@behaviour
def simple_query():
    with connect() as c:
        rows = c.execute("SELECT n, n * n FROM generate_series(1, 3) n").fetchall()
        equal(rows, [(1, 1), (2, 4), (3, 9)])


@behaviour
def parameterised_query():
    with connect() as c:
        equal(c.execute("SELECT %s::int + %s::int, %s::text", [40, 2, "x"]).fetchone(), (42, "x"))
        equal(one(c, "SELECT %(a)s::int", {"a": 7}), 7)
        equal(one(c, "SELECT %s::int", [None]), None)


@behaviour
def types_round_trip():
    values = [
        ("int2", -32768),
        ("int8", 9223372036854775807),
        ("float8", 0.1),
        ("bool", True),
        ("text", "Grüße, мир, 世界, 🐘, ''\\"),
        ("text", ""),
        ("bytea", bytes(range(256))),
        ("numeric", decimal.Decimal("12345678901234567890.123456789012345678900")),
        ("numeric", decimal.Decimal("-0.00000000000000000001")),
        ("timestamptz", dt.datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=dt.timezone.utc)),
        ("timestamp", dt.datetime(1, 1, 1)),
        ("date", dt.date(9999, 12, 31)),
        ("time", dt.time(23, 59, 59, 1)),
        ("interval", dt.timedelta(days=-3, seconds=7)),
        ("uuid", uuid.UUID(int=2**127 + 5)),
        ("int4[]", [1, None, -3]),
        ("text[]", ["a,b", 'q"uote', "back\\slash", "NULL", None, "世界", ""]),
        ("int4[]", [[1, 2], [3, 4]]),
        ("timestamptz[]", [dt.datetime(2000, 1, 1, tzinfo=dt.timezone.utc), None]),
        ("bytea[]", [b"\x00\xff", b""]),
    ]
    with connect() as c:
        c.execute("SET timezone TO 'UTC'")
        for kind, value in values:
            for binary in (False, True):
                got = one(c, f"SELECT %s::{kind}", [value], binary=binary)
                equal(got, value, f"{kind} {'binary' if binary else 'text'}")
                equal(one(c, f"SELECT %s::{kind}", [None], binary=binary), None, f"NULL {kind}")
        equal(one(c, "SELECT %s::jsonb", [Jsonb({"a": [1, "é"]})]), {"a": [1, "é"]})


@behaviour
def empty_query():
    with connect() as c:
        equal(c.execute("").pgresult.status, psycopg.pq.ExecStatus.EMPTY_QUERY)
        equal(c.execute("   ", prepare=True).pgresult.status, psycopg.pq.ExecStatus.EMPTY_QUERY)
        equal(c.execute("-- nothing").pgresult.status, psycopg.pq.ExecStatus.EMPTY_QUERY)
        equal(one(c, "SELECT 1"), 1)


@behaviour
def multi_statement_simple_query():
    with connect() as c:
        cursor = c.execute("SELECT 1; SELECT 2 UNION ALL SELECT 3; CREATE TEMP TABLE m (a int); INSERT INTO m VALUES (9); SELECT a FROM m")
        got = [cursor.fetchall()]
        statuses = [cursor.statusmessage]
        while cursor.nextset():
            statuses.append(cursor.statusmessage)
            got.append(cursor.fetchall() if cursor.description else None)
        equal(got, [[(1,)], [(2,), (3,)], None, None, [(9,)]])
        equal(statuses, ["SELECT 1", "SELECT 2", "CREATE TABLE", "INSERT 0 1", "SELECT 1"])


@behaviour
def multi_statement_is_one_transaction():
    with connect() as c:
        table(c, "hd_psycopg_multi", "a int")
        fails("22012", lambda: c.execute("INSERT INTO hd_psycopg_multi VALUES (1); SELECT 1/0; INSERT INTO hd_psycopg_multi VALUES (2)"))
        equal(one(c, "SELECT count(*) FROM hd_psycopg_multi"), 0)
        c.execute("BEGIN; INSERT INTO hd_psycopg_multi VALUES (1); COMMIT; INSERT INTO hd_psycopg_multi VALUES (2)")
        equal(one(c, "SELECT count(*) FROM hd_psycopg_multi"), 2)


@behaviour
def error_fields():
    with connect() as c:
        table(c, "hd_psycopg_unique", "a int CONSTRAINT hd_psycopg_key PRIMARY KEY")
        c.execute("INSERT INTO hd_psycopg_unique VALUES (1)")
        error = fails("23505", lambda: c.execute("INSERT INTO hd_psycopg_unique VALUES (%s)", [1]))
        equal(error.diag.constraint_name, "hd_psycopg_key")
        equal(error.diag.table_name, "hd_psycopg_unique")
        equal(error.diag.severity_nonlocalized, "ERROR")
        equal(error.diag.message_detail, "Key (a)=(1) already exists.")
        error = fails("42703", lambda: c.execute("SELECT no_such_column FROM hd_psycopg_unique"))
        equal(error.diag.statement_position, "8")
        error = fails("P0001", lambda: c.execute("DO $$ BEGIN RAISE EXCEPTION 'boom' USING HINT = 'duck', DETAIL = 'é'; END $$"))
        equal((error.diag.message_primary, error.diag.message_hint, error.diag.message_detail), ("boom", "duck", "é"))


# --- prepared statements -----------------------------------------------------------------


@behaviour
def named_prepared_reuse():
    with connect() as c:
        for n in range(500):
            equal(one(c, "SELECT %s::int * 2", [n], prepare=True), n * 2)


# The view is about a server connection: one from a pool shows what earlier clients of it prepared as well.
if not POOLED:

    @behaviour
    def prepared_statements_view():
        with connect() as c, connect() as other:
            equal(one(other, "SELECT %s::text", ["x"], prepare=True), "x")
            equal(one(c, "SELECT count(*) FROM pg_prepared_statements"), 0)
            equal(one(c, "SELECT %s::int", [1], prepare=True), 1)
            equal(one(c, "SELECT statement FROM pg_prepared_statements"), "SELECT $1::int")
            c.execute("DEALLOCATE ALL")
            equal(one(c, "SELECT count(*) FROM pg_prepared_statements"), 0)


@behaviour
def same_statement_name_with_different_text():
    # libpq statement names are per connection: every client uses _pg3_0, _pg3_1, … for its own text.
    def client(n):
        with connect() as c:
            for round_ in range(60):
                for k in range(3):
                    got = one(c, f"SELECT %s::int + {n * 1000 + k}", [round_], prepare=True)
                    equal(got, round_ + n * 1000 + k)

    at_once(12, client)


@behaviour
def same_name_at_protocol_level():
    with connect() as a, connect() as b:
        for c, text in ((a, b"SELECT 'a' || $1"), (b, b"SELECT 1 + $1::int")):
            equal(c.pgconn.prepare(b"stmt", text).status, psycopg.pq.ExecStatus.COMMAND_OK)
        for n in range(100):
            equal(a.pgconn.exec_prepared(b"stmt", [b"%d" % n]).get_value(0, 0), b"a%d" % n)
            equal(b.pgconn.exec_prepared(b"stmt", [b"%d" % n]).get_value(0, 0), b"%d" % (n + 1))
        described = a.pgconn.describe_prepared(b"stmt")
        equal((described.nparams, described.ftype(0)), (1, 25))
        result = a.pgconn.prepare(b"stmt", b"SELECT 1")
        equal(result.error_field(psycopg.pq.DiagnosticField.SQLSTATE), b"42P05", "second Parse of a name in use")
        result = a.pgconn.exec_prepared(b"never", [])
        equal(result.error_field(psycopg.pq.DiagnosticField.SQLSTATE), b"26000", "unknown statement")
        equal(a.pgconn.close_prepared(b"stmt").status, psycopg.pq.ExecStatus.COMMAND_OK)
        equal(a.pgconn.prepare(b"stmt", b"SELECT 'again'").status, psycopg.pq.ExecStatus.COMMAND_OK)
        equal(a.pgconn.exec_prepared(b"stmt", []).get_value(0, 0), b"again")
        equal(b.pgconn.exec_prepared(b"stmt", [b"1"]).get_value(0, 0), b"2")


@behaviour
def more_statements_than_any_cache():
    with connect() as a, connect() as b:
        for c in (a, b):
            c.prepared_max = None
        for n in range(600):
            equal(one(a, f"SELECT {n}", prepare=True), n)
            equal(one(b, f"SELECT -{n}", prepare=True), -n)
        for n in range(0, 600, 7):
            equal(one(b, f"SELECT -{n}", prepare=True), -n)
            equal(one(a, f"SELECT {n}", prepare=True), n)


@behaviour
def plan_invalidation_after_alter_table():
    with connect() as c, connect() as other:
        table(other, "hd_psycopg_plan", "a int")
        other.execute("INSERT INTO hd_psycopg_plan VALUES (1)")
        equal(c.execute("SELECT * FROM hd_psycopg_plan", prepare=True).fetchall(), [(1,)])
        other.execute("ALTER TABLE hd_psycopg_plan ADD b text DEFAULT 'x'")
        error = fails("0A000", lambda: c.execute("SELECT * FROM hd_psycopg_plan", prepare=True))
        equal(error.diag.message_primary, "cached plan must not change result type")
        equal(c.execute("SELECT * FROM hd_psycopg_plan", prepare=False).fetchall(), [(1, "x")])
        other.execute("ALTER TABLE hd_psycopg_plan DROP b")
        equal(c.execute("SELECT * FROM hd_psycopg_plan", prepare=True).fetchall(), [(1,)])


@behaviour
def plan_follows_a_table_made_anew():
    with connect() as c, connect() as other:
        for value in (1, 2, 3):
            table(other, "hd_psycopg_anew", "a int")
            other.execute(f"INSERT INTO hd_psycopg_anew VALUES ({value})")
            equal(c.execute("SELECT a FROM hd_psycopg_anew", prepare=True).fetchall(), [(value,)])


@behaviour
def plan_follows_search_path():
    with connect() as a, connect() as b:
        for schema in ("hd_psycopg_s1", "hd_psycopg_s2"):
            a.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
            a.execute(f"CREATE TABLE IF NOT EXISTS {schema}.where_am_i AS SELECT '{schema}'::text AS s")
        a.execute("SET search_path TO hd_psycopg_s1")
        b.execute("SET search_path TO hd_psycopg_s2")
        for _ in range(20):
            equal(one(a, "SELECT s FROM where_am_i", prepare=True), "hd_psycopg_s1")
            equal(one(b, "SELECT s FROM where_am_i", prepare=True), "hd_psycopg_s2")
        a.execute("SET search_path TO hd_psycopg_s2")
        equal(one(a, "SELECT s FROM where_am_i", prepare=True), "hd_psycopg_s2")


@behaviour
def deallocate_and_go_on():
    with connect() as a, connect() as b:
        for c in (a, b):
            c.pgconn.prepare(b"s", b"SELECT 1")
        a.execute("DEALLOCATE s")
        result = a.pgconn.exec_prepared(b"s", [])
        equal(result.error_field(psycopg.pq.DiagnosticField.SQLSTATE), b"26000")
        equal(b.pgconn.exec_prepared(b"s", []).get_value(0, 0), b"1")
        fails("26000", lambda: a.execute("DEALLOCATE s"))
        a.pgconn.prepare(b"s", b"SELECT 2")
        equal(a.pgconn.exec_prepared(b"s", []).get_value(0, 0), b"2")
        a.execute("DEALLOCATE ALL")
        result = a.pgconn.exec_prepared(b"s", [])
        equal(result.error_field(psycopg.pq.DiagnosticField.SQLSTATE), b"26000")
        equal(b.pgconn.exec_prepared(b"s", []).get_value(0, 0), b"1")


@behaviour
def discard_all_and_go_on():
    with connect(application_name="at start") as c, connect() as other:
        other.execute("SET hd.tag = 'other'")
        other.pgconn.prepare(b"s", b"SELECT 'other'")
        c.execute("SET hd.tag = 'mine'; SET application_name = 'changed'")
        c.execute("CREATE TEMP TABLE hd_gone (a int)")
        c.pgconn.prepare(b"s", b"SELECT 'mine'")
        c.execute("DISCARD ALL")
        assert one(c, "SELECT current_setting('hd.tag', true)") in (None, "")
        equal(one(c, "SHOW application_name"), "at start")
        equal(c.info.parameter_status("application_name"), "at start")
        result = c.pgconn.exec_prepared(b"s", [])
        equal(result.error_field(psycopg.pq.DiagnosticField.SQLSTATE), b"26000")
        fails("42P01", lambda: c.execute("SELECT * FROM hd_gone"))
        equal(one(other, "SHOW hd.tag"), "other")
        equal(other.pgconn.exec_prepared(b"s", []).get_value(0, 0), b"other")
        c.pgconn.prepare(b"s", b"SELECT 'new'")
        equal(c.pgconn.exec_prepared(b"s", []).get_value(0, 0), b"new")


@behaviour
def sql_prepare_execute():
    def client(n):
        with connect() as c:
            c.execute(f"PREPARE hd_stmt (int) AS SELECT $1 * {n + 1}")
            for k in range(25):
                equal(one(c, f"EXECUTE hd_stmt ({k})"), k * (n + 1))
            fails("42P05", lambda: c.execute("PREPARE hd_stmt AS SELECT 1"))
            c.execute("DEALLOCATE hd_stmt")
            fails("26000", lambda: c.execute("EXECUTE hd_stmt (1)"))

    at_once(5, client)


# --- transactions ------------------------------------------------------------------------


@behaviour
def transaction_commit_and_rollback():
    with connect() as c, connect() as other:
        table(c, "hd_psycopg_tx", "a int")
        with c.transaction():
            c.execute("INSERT INTO hd_psycopg_tx VALUES (1)")
            equal(one(other, "SELECT count(*) FROM hd_psycopg_tx"), 0, "seen before commit")
        equal(one(other, "SELECT count(*) FROM hd_psycopg_tx"), 1)
        with c.transaction():
            c.execute("DELETE FROM hd_psycopg_tx")
            raise psycopg.Rollback()
        equal(one(other, "SELECT count(*) FROM hd_psycopg_tx"), 1)


@behaviour
def transaction_without_autocommit():
    with connect(autocommit=False) as c, connect() as other:
        table(other, "hd_psycopg_auto", "a int")
        c.execute("INSERT INTO hd_psycopg_auto VALUES (1)")
        equal(c.info.transaction_status.name, "INTRANS")
        c.rollback()
        equal(c.info.transaction_status.name, "IDLE")
        equal(one(c, "SELECT count(*) FROM hd_psycopg_auto"), 0)
        c.execute("INSERT INTO hd_psycopg_auto VALUES (1)")
        c.commit()
        equal(one(other, "SELECT count(*) FROM hd_psycopg_auto"), 1)


@behaviour
def savepoints():
    with connect() as c:
        table(c, "hd_psycopg_save", "a int PRIMARY KEY")
        with c.transaction():
            c.execute("INSERT INTO hd_psycopg_save VALUES (1)")
            try:
                with c.transaction("inner"):
                    c.execute("INSERT INTO hd_psycopg_save VALUES (2)")
                    c.execute("INSERT INTO hd_psycopg_save VALUES (1)")
            except errors.UniqueViolation:
                pass
            c.execute("INSERT INTO hd_psycopg_save VALUES (3)")
        equal(c.execute("SELECT a FROM hd_psycopg_save ORDER BY a").fetchall(), [(1,), (3,)])


@behaviour
def error_in_transaction():
    with connect() as c:
        c.execute("BEGIN")
        fails("22012", lambda: c.execute("SELECT 1/0"))
        equal(c.info.transaction_status.name, "INERROR")
        fails("25P02", lambda: c.execute("SELECT 1"))
        fails("25P02", lambda: c.execute("SELECT %s::int", [1], prepare=True))
        equal(c.execute("COMMIT").statusmessage, "ROLLBACK")
        equal(c.info.transaction_status.name, "IDLE")
        equal(one(c, "SELECT %s::int", [1], prepare=True), 1)


@behaviour
def deferred_constraint_fails_at_commit():
    with connect() as c:
        table(c, "hd_psycopg_deferred", "a int UNIQUE DEFERRABLE INITIALLY DEFERRED")
        c.execute("BEGIN")
        c.execute("INSERT INTO hd_psycopg_deferred VALUES (1), (1)")
        fails("23505", lambda: c.execute("COMMIT"))
        equal(c.info.transaction_status.name, "IDLE")
        equal(one(c, "SELECT count(*) FROM hd_psycopg_deferred"), 0)


@behaviour
def isolation_levels():
    with connect() as c, connect() as other:
        table(other, "hd_psycopg_iso", "a int")
        c.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with c.transaction():
            equal(one(c, "SHOW transaction_isolation"), "repeatable read")
            equal(one(c, "SELECT count(*) FROM hd_psycopg_iso"), 0)
            other.execute("INSERT INTO hd_psycopg_iso VALUES (1)")
            equal(one(c, "SELECT count(*) FROM hd_psycopg_iso"), 0)
        equal(one(c, "SELECT count(*) FROM hd_psycopg_iso"), 1)
        c.read_only = True
        with c.transaction():
            fails("25006", lambda: c.execute("INSERT INTO hd_psycopg_iso VALUES (2)"))
            raise psycopg.Rollback()


@behaviour
def session_characteristics():
    with connect() as c, connect() as other:
        table(other, "hd_psycopg_char", "a int")
        c.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        for _ in range(5):
            fails("25006", lambda: c.execute("INSERT INTO hd_psycopg_char VALUES (1)"))
            other.execute("INSERT INTO hd_psycopg_char VALUES (1)")
        equal(one(c, "SELECT count(*) FROM hd_psycopg_char"), 5)


# --- pipelines ----------------------------------------------------------------------------


@behaviour
def pipeline_mode():
    with connect() as c:
        table(c, "hd_psycopg_pipe", "a int")
        with c.pipeline():
            for n in range(200):
                c.execute("INSERT INTO hd_psycopg_pipe VALUES (%s)", [n])
            total = c.execute("SELECT sum(a) FROM hd_psycopg_pipe")
        equal(total.fetchone()[0], 19900)
        with c.pipeline():
            cursors = [c.execute("SELECT %s::int", [n]) for n in range(300)]
            equal([cursor.fetchone()[0] for cursor in cursors], list(range(300)))


@behaviour
def pipeline_of_transactions():
    with connect() as c:
        table(c, "hd_psycopg_pipe_tx", "a int")
        with c.pipeline() as p:
            with c.transaction():
                c.execute("INSERT INTO hd_psycopg_pipe_tx VALUES (1)")
            p.sync()
            with c.transaction():
                c.execute("INSERT INTO hd_psycopg_pipe_tx VALUES (2)")
        equal(one(c, "SELECT count(*) FROM hd_psycopg_pipe_tx"), 2)


@behaviour
def error_in_the_middle_of_a_pipeline():
    with connect() as c:
        table(c, "hd_psycopg_pipe_err", "a int")
        try:
            with c.pipeline() as p:
                c.execute("INSERT INTO hd_psycopg_pipe_err VALUES (1)")
                p.sync()
                c.execute("INSERT INTO hd_psycopg_pipe_err VALUES (2)")
                c.execute("SELECT 1/0")
                c.execute("INSERT INTO hd_psycopg_pipe_err VALUES (3)")
                p.sync()
                raise AssertionError("the error did not surface")
        except errors.DivisionByZero:
            pass
        equal(c.execute("SELECT a FROM hd_psycopg_pipe_err").fetchall(), [(1,)])
        # The same at the level of libpq, where each result can be seen.
        pq = c.pgconn
        pq.enter_pipeline_mode()
        for text in (b"SELECT 1", b"SELECT $1::int / 0", b"SELECT 2"):
            pq.send_query_params(text, [b"1"] if b"$1" in text else [])
        pq.pipeline_sync()
        pq.send_query_params(b"SELECT 3", [])
        pq.pipeline_sync()
        got = []
        while len([g for g in got if g == "PIPELINE_SYNC"]) < 2:
            result = pq.get_result()
            if result:
                got.append(psycopg.pq.ExecStatus(result.status).name)
        ok, error, skipped, sync = "TUPLES_OK", "FATAL_ERROR", "PIPELINE_ABORTED", "PIPELINE_SYNC"
        equal(got, [ok, error, skipped, sync, ok, sync])
        pq.exit_pipeline_mode()
        equal(one(c, "SELECT 5"), 5)


@behaviour
def executemany_returning():
    with connect() as c:
        table(c, "hd_psycopg_many", "a serial, b text")
        cursor = c.cursor()
        cursor.executemany("INSERT INTO hd_psycopg_many (b) VALUES (%s) RETURNING a", [(f"v{n}",) for n in range(150)], returning=True)
        got = []
        while True:
            got.append(cursor.fetchone()[0])
            if not cursor.nextset():
                break
        equal(got, list(range(1, 151)))


# --- COPY ---------------------------------------------------------------------------------


@behaviour
def copy_in_and_out():
    with connect() as c:
        table(c, "hd_psycopg_copy", "a int, b text")
        with c.cursor().copy("COPY hd_psycopg_copy FROM STDIN") as copy:
            for n in range(20000):
                copy.write_row((n, None if n % 5 == 0 else f"té\t{n}\n"))
        equal(c.execute("SELECT count(*), sum(a), count(b) FROM hd_psycopg_copy").fetchone(), (20000, 199990000, 16000))
        with c.cursor().copy("COPY (SELECT * FROM hd_psycopg_copy ORDER BY a) TO STDOUT") as copy:
            copy.set_types(["int4", "text"])
            rows = list(copy.rows())
        equal(len(rows), 20000)
        equal(rows[5:7], [(5, None), (6, "té\t6\n")])
        with c.cursor().copy("COPY (SELECT * FROM hd_psycopg_copy ORDER BY a) TO STDOUT (FORMAT binary)") as copy:
            copy.set_types(["int4", "text"])
            equal(sum(row[0] for row in copy.rows()), 199990000)
        equal(one(c, "SELECT 1"), 1)


@behaviour
def copy_in_fails_midway():
    with connect() as c:
        table(c, "hd_psycopg_copy_bad", "a int")

        def copy():
            with c.cursor().copy("COPY hd_psycopg_copy_bad FROM STDIN") as copy:
                for n in range(50000):
                    copy.write(b"not a number\n" if n == 100 else b"%d\n" % n)

        for _ in range(3):
            error = fails("22P02", copy)
            assert "line 101" in error.diag.context, error.diag.context
            equal(one(c, "SELECT count(*) FROM hd_psycopg_copy_bad"), 0)
        fails("42P01", lambda: c.cursor().copy("COPY hd_no_such_table FROM STDIN").__enter__())
        equal(one(c, "SELECT 1"), 1)


@behaviour
def copy_in_aborted_by_client():
    with connect() as c:
        table(c, "hd_psycopg_copy_abort", "a int")
        for _ in range(3):
            try:
                with c.cursor().copy("COPY hd_psycopg_copy_abort FROM STDIN") as copy:
                    for n in range(5000):
                        copy.write_row((n,))
                    raise KeyError("changed my mind")
            except KeyError:
                pass
            equal(one(c, "SELECT count(*) FROM hd_psycopg_copy_abort"), 0)


@behaviour
def copy_out_abandoned():
    with connect() as c:
        try:
            with c.cursor().copy("COPY (SELECT repeat('x', 1000) FROM generate_series(1, 2000000)) TO STDOUT") as copy:
                for _ in range(10):
                    copy.read()
                raise KeyError("seen enough")
        except KeyError:
            pass
        equal(one(c, "SELECT 1"), 1)


@behaviour
def copy_in_transaction_with_big_rows():
    with connect() as c:
        table(c, "hd_psycopg_copy_big", "a bytea")
        with c.transaction():
            with c.cursor().copy("COPY hd_psycopg_copy_big FROM STDIN (FORMAT binary)") as copy:
                for n in range(8):
                    copy.write_row((bytes([n]) * 2_000_000,))
        equal(one(c, "SELECT sum(length(a)) FROM hd_psycopg_copy_big"), 16_000_000)
        c.execute("DROP TABLE hd_psycopg_copy_big")


# --- cursors and large results -------------------------------------------------------------


@behaviour
def server_side_cursor():
    with connect() as c:
        with c.transaction(), c.cursor("hd_cursor", scrollable=True) as cursor:
            cursor.itersize = 77
            cursor.execute("SELECT n FROM generate_series(1, 1000) n")
            equal(cursor.fetchmany(3), [(1,), (2,), (3,)])
            cursor.scroll(-3)
            equal(sum(row[0] for row in cursor), 500500)
        equal(one(c, "SELECT 1"), 1)


@behaviour
def cursor_with_hold():
    with connect() as c, connect() as other:
        with c.transaction():
            c.execute("DECLARE hd_hold CURSOR WITH HOLD FOR SELECT n FROM generate_series(1, 10) n")
        for n in range(1, 11):
            equal(c.execute("FETCH 1 FROM hd_hold").fetchall(), [(n,)])
            fails("34000", lambda: other.execute("FETCH 1 FROM hd_hold"))
        c.execute("CLOSE hd_hold")
        fails("34000", lambda: c.execute("FETCH 1 FROM hd_hold"))


@behaviour
def streamed_rows_and_early_end():
    with connect() as c:
        total = sum(row[0] for row in c.cursor().stream("SELECT n FROM generate_series(1, %s::int) n", [50000]))
        equal(total, 1250025000)
        stream = c.cursor().stream("SELECT n FROM generate_series(1, 5000000) n")
        equal([next(stream)[0] for _ in range(3)], [1, 2, 3])
        stream.close()
        equal(one(c, "SELECT 1"), 1)


@behaviour
def big_result():
    with connect() as c:
        digest = hashlib.md5()
        cursor = c.execute("SELECT n, md5(n::text) FROM generate_series(1, 200000) n")
        count = 0
        for n, text in cursor:
            count += 1
            if n % 1000 == 0:
                equal(text, hashlib.md5(str(n).encode()).hexdigest())
        equal(count, 200000)


@behaviour
def big_value():
    with connect() as c:
        value = one(c, "SELECT repeat('0123456789', 2000000)")
        equal(len(value), 20_000_000)
        equal(value[-10:], "0123456789")
        value = one(c, "SELECT decode(repeat('ab', 20000000), 'hex')", binary=True)
        equal(value, b"\xab" * 20_000_000)


@behaviour
def big_parameter():
    with connect() as c:
        data = random.Random(1).randbytes(20_000_000)
        got = c.execute("SELECT length(%b::bytea), md5(%b::bytea)", [data, data[:1000]]).fetchone()
        equal(got, (20_000_000, hashlib.md5(data[:1000]).hexdigest()))
        equal(one(c, "SELECT md5(%b::bytea)", [data]), hashlib.md5(data).hexdigest())
        equal(one(c, "SELECT %b::bytea", [data], binary=True) == data, True, "came back the same")


@behaviour
def big_statement_text():
    with connect() as c:
        literal = "é" * 2_000_000
        equal(one(c, f"SELECT length('{literal}')"), 2_000_000)


# --- cancel ---------------------------------------------------------------------------------


def sleeping(connection, seconds):
    sql = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = %s"
    return one(connection, sql, [f"SELECT pg_sleep({seconds})"]) == 1


def goes_on(connection):
    # PostgreSQL signals the process and its group: the second signal may hit the connection's own next statement.
    try:
        connection.execute("SELECT 1")
    except errors.QueryCanceled:
        pass
    equal(one(connection, "SELECT 1"), 1)


@behaviour
def cancel_a_running_statement():
    with connect() as d:
        for _ in range(3):
            with connect() as c, ThreadPoolExecutor(1) as thread:
                asleep = thread.submit(fails, "57014", lambda: c.execute("SELECT pg_sleep(29)"))
                until(lambda: sleeping(d, 29), "sleeping")
                c.cancel_safe(timeout=10)
                equal(asleep.result().diag.message_primary, "canceling statement due to user request")
                goes_on(c)


@behaviour
def cancel_in_a_transaction():
    with connect() as c, connect() as d, ThreadPoolExecutor(1) as thread:
        c.execute("BEGIN")
        asleep = thread.submit(fails, "57014", lambda: c.execute("SELECT pg_sleep(20)"))
        until(lambda: sleeping(d, 20), "sleeping")
        c.cancel_safe(timeout=10)
        asleep.result()
        fails("25P02", lambda: c.execute("SELECT 1"))
        c.execute("ROLLBACK")
        goes_on(c)


@behaviour
def cancel_hits_nobody_else():
    stop = threading.Event()

    def worker(n):
        count = 0
        with connect() as c:
            while not stop.is_set():
                equal(one(c, "SELECT %s::int", [n]), n)
                count += 1
        return count

    with ThreadPoolExecutor(6) as threads, connect() as d:
        workers = [threads.submit(worker, n) for n in range(4)]
        try:
            for _ in range(25):
                with connect() as c:
                    asleep = threads.submit(fails, "57014", lambda: c.execute("SELECT pg_sleep(18)"))
                    until(lambda: sleeping(d, 18), "sleeping")
                    c.cancel_safe(timeout=10)
                    asleep.result()
        finally:
            stop.set()
        for w in workers:
            assert w.result() > 0


@behaviour
def cancel_of_an_idle_connection_hits_nobody():
    with connect() as idle:
        equal(one(idle, "SELECT 1"), 1)
        stop = threading.Event()

        def worker(n):
            with connect() as c:
                while not stop.is_set():
                    equal(one(c, "SELECT %s::int FROM pg_sleep(0.02)", [n]), n)

        with ThreadPoolExecutor(4) as threads:
            workers = [threads.submit(worker, n) for n in range(4)]
            try:
                for _ in range(15):
                    idle.cancel_safe(timeout=10)
                    time.sleep(0.02)
            finally:
                stop.set()
            for w in workers:
                w.result()
        goes_on(idle)


@behaviour
def statement_timeout():
    with connect() as c, connect() as other:
        c.execute("SET statement_timeout = '150ms'")
        error = fails("57014", lambda: c.execute("SELECT pg_sleep(10)"))
        equal(error.diag.message_primary, "canceling statement due to statement timeout")
        equal(one(other, "SELECT 1 FROM pg_sleep(0.3)"), 1)
        c.execute("RESET statement_timeout")
        equal(one(c, "SELECT 1 FROM pg_sleep(0.2)"), 1)


# --- LISTEN, notices -------------------------------------------------------------------------


@behaviour
def listen_notify():
    with connect() as a, connect() as b, connect() as sender:
        a.execute("LISTEN hd_psycopg_ch")
        b.execute("LISTEN hd_psycopg_ch; LISTEN hd_psycopg_other")
        sender.execute("NOTIFY hd_psycopg_ch, 'grüße'")
        sender.execute("SELECT pg_notify('hd_psycopg_other', 'only b')")
        equal([(n.channel, n.payload) for n in a.notifies(timeout=10, stop_after=1)], [("hd_psycopg_ch", "grüße")])
        equal(
            [(n.channel, n.payload) for n in b.notifies(timeout=10, stop_after=2)],
            [("hd_psycopg_ch", "grüße"), ("hd_psycopg_other", "only b")],
        )
        with sender.transaction():
            sender.execute("NOTIFY hd_psycopg_ch, 'rolled back'")
            raise psycopg.Rollback()
        with sender.transaction():
            sender.execute("NOTIFY hd_psycopg_ch, 'committed'")
            equal(list(a.notifies(timeout=0.2)), [])
        equal([n.payload for n in a.notifies(timeout=10, stop_after=1)], ["committed"])
        a.execute("UNLISTEN *")
        sender.execute("NOTIFY hd_psycopg_ch, 'unheard'")
        equal([n.payload for n in b.notifies(timeout=10, stop_after=2)], ["committed", "unheard"])
        equal(list(a.notifies(timeout=0.3)), [])


@behaviour
def listener_hears_while_it_queries():
    with connect() as a, connect() as sender:
        heard = []
        a.add_notify_handler(lambda n: heard.append(n.payload))
        a.execute("LISTEN hd_psycopg_busy")
        for n in range(20):
            sender.execute(f"NOTIFY hd_psycopg_busy, '{n}'")
            equal(one(a, "SELECT %s::int", [n]), n)
        until(lambda: (a.execute("SELECT 1"), len(heard) == 20)[1], "20 notifications")
        equal(heard, [str(n) for n in range(20)])
        a.execute("NOTIFY hd_psycopg_busy, 'to myself'")
        until(lambda: (a.execute("SELECT 1"), heard[-1] == "to myself")[1], "own notification")


@behaviour
def notices():
    with connect() as c:
        got = []
        c.add_notice_handler(lambda d: got.append((d.severity_nonlocalized, d.sqlstate, d.message_primary)))
        c.execute("DO $$ BEGIN RAISE NOTICE 'é %', 1; RAISE WARNING 'w'; RAISE INFO 'i'; RAISE DEBUG 'unseen'; END $$")
        equal(got, [("NOTICE", "00000", "é 1"), ("WARNING", "01000", "w"), ("INFO", "00000", "i")])
        got.clear()
        c.execute("DROP TABLE IF EXISTS hd_never_there")
        equal(got, [("NOTICE", "00000", 'table "hd_never_there" does not exist, skipping')])
        c.execute("SET client_min_messages TO warning")
        got.clear()
        c.execute("DO $$ BEGIN RAISE NOTICE 'hidden'; END $$")
        equal(got, [])


# --- session state ----------------------------------------------------------------------------


@behaviour
def session_settings_survive():
    zones = ["UTC", "Asia/Tokyo", "America/New_York", "Europe/Berlin"]
    hours = ["12", "21", "07", "13"]

    def check(c, n):
        equal(one(c, "SHOW application_name"), f"hd client {n}")
        equal(one(c, "SHOW search_path"), f"hd_path_{n}, public")
        equal(one(c, "SELECT current_setting('hd.tag')"), f"tag {n}")
        equal(one(c, "SELECT to_char(timestamptz '2024-01-15 12:00+00', 'HH24')"), hours[n % 4])
        equal(one(c, "SELECT %s::int", [n], prepare=True), n)
        equal(c.info.parameter_status("TimeZone"), zones[n % 4])

    connections = [connect() for _ in range(24)]
    try:
        for n, c in enumerate(connections):
            c.execute(f"SET application_name = 'hd client {n}'")
            c.execute(f"SET search_path TO hd_path_{n}, public")
            c.execute("SELECT set_config('TimeZone', %s, false)", [zones[n % 4]])
            c.execute(f"SET hd.tag TO 'tag {n}'")
        order = list(enumerate(connections))
        for _ in range(8):
            random.shuffle(order)
            for n, c in order:
                check(c, n)
        at_once(24, lambda n: [check(connections[n], n) for _ in range(8)])
    finally:
        for c in connections:
            c.close()


@behaviour
def settings_follow_the_transaction():
    with connect() as c:
        c.execute("SET hd.tag = 'before'")
        with c.transaction():
            c.execute("SET LOCAL hd.tag = 'local'")
            c.execute("SELECT set_config('hd.second', 'local', true)")
            equal(one(c, "SHOW hd.tag"), "local")
        equal(one(c, "SHOW hd.tag"), "before")
        assert one(c, "SELECT current_setting('hd.second', true)") in (None, "")
        with c.transaction():
            c.execute("SET hd.tag = 'rolled back'; SET timezone = 'Asia/Tokyo'")
            raise psycopg.Rollback()
        equal(one(c, "SHOW hd.tag"), "before")
        assert one(c, "SHOW timezone") != "Asia/Tokyo"
        assert c.info.parameter_status("TimeZone") != "Asia/Tokyo"
        with c.transaction():
            c.execute("SET hd.tag = 'outer'")
            try:
                with c.transaction():
                    c.execute("SET hd.tag = 'inner'")
                    c.execute("SELECT 1/0")
            except errors.DivisionByZero:
                pass
        equal(one(c, "SHOW hd.tag"), "outer")
        c.execute("RESET hd.tag")
        assert one(c, "SELECT current_setting('hd.tag', true)") in (None, "")
        c.execute("SET timezone = 'Asia/Tokyo'")
        c.execute("RESET ALL")
        assert one(c, "SHOW timezone") != "Asia/Tokyo"


@behaviour
def set_role_survives():
    with connect() as c, connect() as other:
        c.execute(f'SET ROLE "{USER}"')
        for _ in range(3):
            equal(one(c, "SHOW role"), USER)
            equal(one(other, "SHOW role"), "none")
        c.execute("RESET ROLE")
        equal(one(c, "SHOW role"), "none")


@behaviour
def temp_tables():
    connections = [connect() for _ in range(5)]
    try:
        for n, c in enumerate(connections):
            c.execute("CREATE TEMP TABLE hd_temp (a int)")
            c.execute("INSERT INTO hd_temp VALUES (%s)", [n])
        for _ in range(5):
            for n, c in enumerate(connections):
                equal(c.execute("SELECT a FROM hd_temp").fetchall(), [(n,)])
        with connect() as fresh:
            fails("42P01", lambda: fresh.execute("SELECT a FROM hd_temp"))
    finally:
        for c in connections:
            c.close()


@behaviour
def advisory_locks():
    with connect() as a, connect() as b:
        a.execute("SELECT pg_advisory_lock(770001)")
        for _ in range(5):
            equal(one(b, "SELECT pg_try_advisory_lock(770001)"), False)
            equal(one(a, "SELECT 1"), 1)
        equal(one(b, "SELECT pg_advisory_unlock(770001)"), False)
        equal(one(a, "SELECT pg_advisory_unlock(770001)"), True)
        equal(one(b, "SELECT pg_try_advisory_lock(770001)"), True)
        b.close()
        until(lambda: one(a, "SELECT pg_try_advisory_lock(770001)"), "lock of a closed connection released")


# --- many -----------------------------------------------------------------------------------


@behaviour
def fifty_connections_in_transactions():
    with connect() as c:
        table(c, "hd_psycopg_accounts", "id int PRIMARY KEY, balance int NOT NULL")
        c.execute("INSERT INTO hd_psycopg_accounts SELECT n, 100 FROM generate_series(0, 49) n")

        def client(n):
            with connect() as mine:
                chance = random.Random(n)
                for k in range(10):
                    a, b = sorted(chance.sample(range(50), 2))
                    try:
                        with mine.transaction():
                            mine.execute("UPDATE hd_psycopg_accounts SET balance = balance - 1 WHERE id = %s", [a])
                            mine.execute("UPDATE hd_psycopg_accounts SET balance = balance + 1 WHERE id = %s", [b])
                            if k % 3 == 0:
                                raise ZeroDivisionError
                    except ZeroDivisionError:
                        pass
                    equal(one(mine, "SELECT %s::int", [n]), n)

        at_once(50, client)
        equal(c.execute("SELECT sum(balance), count(*) FROM hd_psycopg_accounts").fetchone(), (5000, 50))


@behaviour
def connection_churn():
    def client(n):
        for k in range(5):
            with connect(application_name=f"churn {n} {k}") as c:
                equal(one(c, "SHOW application_name"), f"churn {n} {k}")

    at_once(10, client)


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
