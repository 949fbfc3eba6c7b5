"""asyncpg: binary protocol, its own statement cache, introspection, pools, COPY of records."""

import asyncio
import datetime as dt
import decimal
import hashlib
import io
import random
import uuid

import asyncpg

from harness import (
    DATABASE,
    USER,
    behaviour,
    connect,
    connect_directly,
    equal,
    fails,
    main,
    settings,
    until,
)


async def table(c, name, columns):
    await c.execute(f"DROP TABLE IF EXISTS {name}")
    await c.execute(f"CREATE TABLE {name} ({columns})")


# --- connecting -------------------------------------------------------------------------


@behaviour
async def connect_scram():
    async with connect() as c:
        equal(tuple(await c.fetchrow("SELECT current_user, current_database()")), (USER, DATABASE))


@behaviour
async def wrong_password():
    error = await fails("28P01", connect(password="not the password"))
    equal(str(error), f'password authentication failed for user "{USER}"')


@behaviour
async def unknown_database():
    error = await fails("3D000", connect(database="hd_no_such_database"))
    equal(str(error), 'database "hd_no_such_database" does not exist')


@behaviour
async def server_parameters():
    async with connect(server_settings={"application_name": "hd parameters"}) as c, connect_directly(
        server_settings={"application_name": "hd parameters"}
    ) as d:
        equal(c.get_server_version(), d.get_server_version())
        mine, theirs = c.get_settings(), d.get_settings()
        for name in "server_version client_encoding TimeZone DateStyle is_superuser application_name".split():
            equal(getattr(mine, name), getattr(theirs, name), name)
        equal(await c.fetchval("SHOW application_name"), "hd parameters")


@behaviour
async def startup_settings():
    async with connect(server_settings={"search_path": "pg_catalog, public", "statement_timeout": "123456"}) as c, connect() as d:
        for _ in range(5):
            equal(await c.fetchval("SHOW search_path"), "pg_catalog, public")
            equal(await c.fetchval("SHOW statement_timeout"), "123456ms")
            assert await d.fetchval("SHOW statement_timeout") != "123456ms"


# --- queries ----------------------------------------------------------------------------


@behaviour
async def simple_query():
    async with connect() as c:
        equal(await c.execute("CREATE TEMP TABLE s (a int)"), "CREATE TABLE")
        equal(await c.execute("INSERT INTO s SELECT generate_series(1, 3)"), "INSERT 0 3")


@behaviour
async def parameterised_query():
    async with connect() as c:
        equal(tuple(await c.fetchrow("SELECT $1::int + $2::int, $3::text", 40, 2, "x")), (42, "x"))
        equal(await c.execute("SELECT $1::int", 1), "SELECT 1")
        equal(await c.fetch("SELECT 1 WHERE $1::bool", False), [])


@behaviour
async def types_round_trip():
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
        ("jsonb", '{"a": [1, "é"]}'),
        ("int4range", asyncpg.Range(1, 5)),
    ]
    async with connect() as c:
        for kind, value in values:
            equal(await c.fetchval(f"SELECT $1::{kind}", value), value, kind)
            equal(await c.fetchval(f"SELECT $1::{kind}", None), None, f"NULL {kind}")


@behaviour
async def composite_and_enum_types():
    # asyncpg asks the catalogue about types it does not know, with its own prepared statements.
    async with connect() as c:
        await c.execute("DROP TYPE IF EXISTS hd_asyncpg_pair; DROP TYPE IF EXISTS hd_asyncpg_mood")
        await c.execute("CREATE TYPE hd_asyncpg_mood AS ENUM ('fine', 'größer')")
        await c.execute("CREATE TYPE hd_asyncpg_pair AS (a int, b hd_asyncpg_mood)")
        equal(tuple(await c.fetchval("SELECT (1, 'größer')::hd_asyncpg_pair")), (1, "größer"))
        equal(await c.fetchval("SELECT $1::hd_asyncpg_mood[]", ["fine", None]), ["fine", None])


@behaviour
async def empty_query():
    async with connect() as c:
        equal(await c.execute("; SELECT 1;"), "SELECT 1")
        equal(await c.fetch(""), [])
        equal(await c.fetch("-- nothing"), [])
        equal(await c.fetchval("SELECT 1"), 1)


@behaviour
async def multi_statement_simple_query():
    async with connect() as c:
        await table(c, "hd_asyncpg_multi", "a int")
        equal(await c.execute("INSERT INTO hd_asyncpg_multi VALUES (1); UPDATE hd_asyncpg_multi SET a = 2; SELECT 1"), "SELECT 1")
        await fails("22012", c.execute("DELETE FROM hd_asyncpg_multi; SELECT 1/0"))
        equal(await c.fetchval("SELECT a FROM hd_asyncpg_multi"), 2)
        await fails("42601", c.fetch("SELECT 1; SELECT 2"))


@behaviour
async def error_fields():
    async with connect() as c:
        await table(c, "hd_asyncpg_unique", "a int CONSTRAINT hd_asyncpg_key PRIMARY KEY")
        await c.execute("INSERT INTO hd_asyncpg_unique VALUES ($1)", 1)
        error = await fails("23505", c.execute("INSERT INTO hd_asyncpg_unique VALUES ($1)", 1))
        equal(
            (error.constraint_name, error.table_name, error.detail),
            ("hd_asyncpg_key", "hd_asyncpg_unique", "Key (a)=(1) already exists."),
        )
        error = await fails("42703", c.fetch("SELECT no_such_column"))
        equal(error.position, "8")


# --- prepared statements -----------------------------------------------------------------


@behaviour
async def named_prepared_reuse():
    async with connect() as c:
        statement = await c.prepare("SELECT $1::int * 2 AS d")
        equal([a.name for a in statement.get_attributes()], ["d"])
        equal([p.name for p in statement.get_parameters()], ["int4"])
        for n in range(500):
            equal(await statement.fetchval(n), n * 2)


@behaviour
async def same_statement_name_with_different_text():
    async def client(n):
        async with connect() as c:
            statement = await c.prepare(f"SELECT $1::int + {n * 1000}", name="hd_same")
            for k in range(200):
                equal(await statement.fetchval(k), k + n * 1000)
            # asyncpg's cache numbers its statements alike on each connection.
            for k in range(20):
                equal(await c.fetchval(f"SELECT {n} * 100 + {k}"), n * 100 + k)

    await asyncio.gather(*(client(n) for n in range(12)))


@behaviour
async def more_statements_than_any_cache():
    async with connect(statement_cache_size=0) as c, connect(statement_cache_size=1000) as d:
        statements = [(await c.prepare(f"SELECT {n}"), await d.prepare(f"SELECT -{n}")) for n in range(600)]
        for n, (a, b) in enumerate(statements):
            equal((await a.fetchval(), await b.fetchval()), (n, -n))


@behaviour
async def plan_invalidation_after_alter_table():
    async with connect() as c, connect() as other:
        await table(other, "hd_asyncpg_plan", "a int")
        await other.execute("INSERT INTO hd_asyncpg_plan VALUES (1)")
        for _ in range(3):
            equal([tuple(r) for r in await c.fetch("SELECT * FROM hd_asyncpg_plan")], [(1,)])
        held = await c.prepare("SELECT * FROM hd_asyncpg_plan")
        # asyncpg prepares with Flush: only the Sync of the first execution ends the lock on the table.
        equal([tuple(r) for r in await held.fetch()], [(1,)])
        await other.execute("ALTER TABLE hd_asyncpg_plan ADD b text DEFAULT 'x'")
        try:
            await held.fetch()
            raise AssertionError("a statement held by the user cannot be made anew by the driver")
        except (asyncpg.InvalidCachedStatementError, asyncpg.OutdatedSchemaCacheError):
            pass
        # Outside a transaction asyncpg prepares again by itself.
        equal([tuple(r) for r in await c.fetch("SELECT * FROM hd_asyncpg_plan")], [(1, "x")])
        await other.execute("ALTER TABLE hd_asyncpg_plan DROP b")
        equal([tuple(r) for r in await c.fetch("SELECT * FROM hd_asyncpg_plan")], [(1,)])


@behaviour
async def plan_invalidation_inside_a_transaction():
    async with connect() as c, connect() as other:
        await table(other, "hd_asyncpg_plan_tx", "a int")
        await other.execute("INSERT INTO hd_asyncpg_plan_tx VALUES (1)")
        equal([tuple(r) for r in await c.fetch("SELECT * FROM hd_asyncpg_plan_tx")], [(1,)])
        await other.execute("ALTER TABLE hd_asyncpg_plan_tx ALTER a TYPE text")
        try:
            async with c.transaction():
                await c.fetch("SELECT * FROM hd_asyncpg_plan_tx")
            raise AssertionError("the stale statement ran")
        except asyncpg.InvalidCachedStatementError:
            pass
        equal([tuple(r) for r in await c.fetch("SELECT * FROM hd_asyncpg_plan_tx")], [("1",)])


@behaviour
async def deallocate_and_go_on():
    async with connect() as a, connect() as b:
        sa, sb = await a.prepare("SELECT 1", name="s"), await b.prepare("SELECT 2", name="s")
        await a.execute("DEALLOCATE s")
        await fails("26000", sa.fetchval())
        equal(await sb.fetchval(), 2)
        sa = await a.prepare("SELECT 3", name="s")
        equal(await sa.fetchval(), 3)
        await a.execute("DEALLOCATE ALL")
        await fails("26000", sa.fetchval())
        equal(await sb.fetchval(), 2)
        await a.reload_schema_state()
        equal(await a.fetchval("SELECT $1::int", 4), 4)


@behaviour
async def discard_all_and_go_on():
    async with connect(server_settings={"application_name": "at start"}, statement_cache_size=0) as c, connect() as other:
        await other.execute("SET hd.tag = 'other'")
        await c.execute("SET hd.tag = 'mine'; SET application_name = 'changed'; CREATE TEMP TABLE hd_gone (a int)")
        s = await c.prepare("SELECT 1", name="s")
        await c.execute("DISCARD ALL")
        await fails("26000", s.fetchval())
        await fails("42P01", c.fetch("SELECT * FROM hd_gone"))
        assert await c.fetchval("SELECT current_setting('hd.tag', true)") in (None, "")
        equal(await c.fetchval("SHOW application_name"), "at start")
        equal(await other.fetchval("SHOW hd.tag"), "other")


@behaviour
async def reset_as_the_pool_does():
    # On release asyncpg's pool sends pg_advisory_unlock_all, CLOSE ALL, UNLISTEN * and RESET ALL in one simple query.
    async with asyncpg.create_pool(**settings(), min_size=2, max_size=4) as pool:

        async def client(n):
            for k in range(10):
                async with pool.acquire() as c:
                    assert await c.fetchval("SELECT current_setting('hd.tag', true)") in (None, "")
                    await c.execute(f"SET hd.tag = '{n} {k}'")
                    equal(await c.fetchval("SELECT current_setting('hd.tag')"), f"{n} {k}")
                    equal(await c.fetchval("SELECT $1::int", n), n)

        await asyncio.gather(*(client(n) for n in range(16)))


@behaviour
async def sql_prepare_execute():
    async with connect(statement_cache_size=0) as a, connect(statement_cache_size=0) as b:
        await a.execute("PREPARE hd_stmt (int) AS SELECT $1 + 1")
        await b.execute("PREPARE hd_stmt (int) AS SELECT $1 + 2")
        for n in range(30):
            equal((await a.fetchval(f"EXECUTE hd_stmt ({n})"), await b.fetchval(f"EXECUTE hd_stmt ({n})")), (n + 1, n + 2))
        await a.execute("DEALLOCATE hd_stmt")
        await fails("26000", a.fetchval("EXECUTE hd_stmt (1)"))
        equal(await b.fetchval("EXECUTE hd_stmt (1)"), 3)


# --- transactions ------------------------------------------------------------------------


@behaviour
async def transaction_commit_and_rollback():
    async with connect() as c, connect() as other:
        await table(c, "hd_asyncpg_tx", "a int")
        async with c.transaction():
            await c.execute("INSERT INTO hd_asyncpg_tx VALUES (1)")
            equal(await other.fetchval("SELECT count(*) FROM hd_asyncpg_tx"), 0)
        equal(await other.fetchval("SELECT count(*) FROM hd_asyncpg_tx"), 1)
        t = c.transaction()
        await t.start()
        await c.execute("DELETE FROM hd_asyncpg_tx")
        await t.rollback()
        equal(await other.fetchval("SELECT count(*) FROM hd_asyncpg_tx"), 1)


@behaviour
async def savepoints():
    async with connect() as c:
        await table(c, "hd_asyncpg_save", "a int PRIMARY KEY")
        async with c.transaction():
            await c.execute("INSERT INTO hd_asyncpg_save VALUES (1)")
            try:
                async with c.transaction():
                    await c.execute("INSERT INTO hd_asyncpg_save VALUES (2)")
                    await c.execute("INSERT INTO hd_asyncpg_save VALUES (1)")
            except asyncpg.UniqueViolationError:
                pass
            await c.execute("INSERT INTO hd_asyncpg_save VALUES (3)")
        equal([r["a"] for r in await c.fetch("SELECT a FROM hd_asyncpg_save ORDER BY a")], [1, 3])


@behaviour
async def error_in_transaction():
    async with connect() as c:
        await c.execute("BEGIN")
        await fails("22012", c.fetch("SELECT 1/0"))
        equal(c.is_in_transaction(), True)
        await fails("25P02", c.fetchval("SELECT $1::int", 1))
        await fails("25P02", c.execute("SELECT 1"))
        equal(await c.execute("COMMIT"), "ROLLBACK")
        equal(c.is_in_transaction(), False)
        equal(await c.fetchval("SELECT $1::int", 1), 1)


@behaviour
async def isolation_and_read_only():
    async with connect() as c, connect() as other:
        await table(other, "hd_asyncpg_iso", "a int")
        async with c.transaction(isolation="serializable", readonly=True, deferrable=True):
            equal(await c.fetchval("SHOW transaction_isolation"), "serializable")
            await fails("25006", c.execute("SAVEPOINT s; INSERT INTO hd_asyncpg_iso VALUES (1)"))
            await c.execute("ROLLBACK TO s")
        async with c.transaction(isolation="repeatable_read"):
            equal(await c.fetchval("SELECT count(*) FROM hd_asyncpg_iso"), 0)
            await other.execute("INSERT INTO hd_asyncpg_iso VALUES (1)")
            equal(await c.fetchval("SELECT count(*) FROM hd_asyncpg_iso"), 0)
        equal(await c.fetchval("SELECT count(*) FROM hd_asyncpg_iso"), 1)


# --- pipelines ----------------------------------------------------------------------------


@behaviour
async def executemany():
    async with connect() as c:
        await table(c, "hd_asyncpg_many", "a int, b text")
        await c.executemany("INSERT INTO hd_asyncpg_many VALUES ($1, $2)", [(n, f"é{n}") for n in range(10000)])
        equal(tuple(await c.fetchrow("SELECT count(*), sum(a), max(b) FROM hd_asyncpg_many")), (10000, 49995000, "é9999"))


@behaviour
async def fetchmany():
    async with connect() as c:
        await table(c, "hd_asyncpg_returning", "a serial, b int")
        rows = await c.fetchmany("INSERT INTO hd_asyncpg_returning (b) VALUES ($1) RETURNING a, b", [(n,) for n in range(300)])
        equal([(r["a"], r["b"]) for r in rows], [(n + 1, n) for n in range(300)])


@behaviour
async def error_in_the_middle_of_a_pipeline():
    async with connect() as c:
        await table(c, "hd_asyncpg_many_err", "a int PRIMARY KEY")
        for _ in range(3):
            await fails(
                "23505",
                c.executemany("INSERT INTO hd_asyncpg_many_err VALUES ($1)", [(n % 4000,) for n in range(5000)]),
            )
            # executemany is atomic: everything before the error is gone too.
            equal(await c.fetchval("SELECT count(*) FROM hd_asyncpg_many_err"), 0)
        try:
            await c.executemany("INSERT INTO hd_asyncpg_many_err VALUES ($1)", [(1,), ("not a number",)])
            raise AssertionError("a value of the wrong type was accepted")
        except asyncpg.DataError:
            pass
        equal(await c.fetchval("SELECT count(*) FROM hd_asyncpg_many_err"), 0)


# --- COPY ---------------------------------------------------------------------------------


@behaviour
async def copy_in_and_out():
    async with connect() as c:
        await table(c, "hd_asyncpg_copy", "a int, b text")
        equal(
            await c.copy_records_to_table("hd_asyncpg_copy", records=((n, None if n % 5 == 0 else f"té{n}") for n in range(20000))),
            "COPY 20000",
        )
        out = io.BytesIO()
        equal(await c.copy_from_query("SELECT * FROM hd_asyncpg_copy ORDER BY a LIMIT $1", 7, output=out), "COPY 7")
        equal(out.getvalue().decode().split("\n")[5:7], ["5\t\\N", "6\tté6"])
        out = io.BytesIO()
        equal(await c.copy_from_table("hd_asyncpg_copy", output=out, format="csv"), "COPY 20000")
        await c.execute("TRUNCATE hd_asyncpg_copy")
        out.seek(0)
        equal(await c.copy_to_table("hd_asyncpg_copy", source=out, format="csv"), "COPY 20000")
        equal(tuple(await c.fetchrow("SELECT count(*), count(b), sum(a) FROM hd_asyncpg_copy")), (20000, 16000, 199990000))


@behaviour
async def copy_in_fails_midway():
    async with connect() as c:
        await table(c, "hd_asyncpg_copy_bad", "a int")

        async def lines():
            for n in range(2000):
                yield b"".join(b"%d\n" % k for k in range(100)) if n != 7 else b"not a number\n"

        for _ in range(3):
            error = await fails("22P02", c.copy_to_table("hd_asyncpg_copy_bad", source=lines()))
            assert "line 701" in error.context, error.context
            equal(await c.fetchval("SELECT count(*) FROM hd_asyncpg_copy_bad"), 0)


@behaviour
async def copy_in_aborted_by_client():
    async with connect() as c:
        await table(c, "hd_asyncpg_copy_abort", "a int")

        async def lines():
            for n in range(1000):
                yield b"%d\n" % n
            raise KeyError("changed my mind")

        for _ in range(3):
            try:
                await c.copy_to_table("hd_asyncpg_copy_abort", source=lines())
                raise AssertionError("the COPY went through")
            except KeyError:
                pass
            equal(await c.fetchval("SELECT count(*) FROM hd_asyncpg_copy_abort"), 0)


@behaviour
async def copy_out_abandoned():
    async with connect() as c:
        seen = 0

        async def sink(data):
            nonlocal seen
            seen += len(data)
            if seen > 100_000:
                raise KeyError("seen enough")

        try:
            await c.copy_from_query("SELECT repeat('x', 1000) FROM generate_series(1, 300000)", output=sink)
            raise AssertionError("the COPY went through")
        except KeyError:
            pass
        equal(await c.fetchval("SELECT 1"), 1)


# --- cursors and large results -------------------------------------------------------------


@behaviour
async def row_limited_portal():
    async with connect() as c:
        async with c.transaction():
            cursor = await c.cursor("SELECT n FROM generate_series(1, $1::int) n", 1000)
            equal([r["n"] for r in await cursor.fetch(3)], [1, 2, 3])
            equal(await cursor.forward(10), 10)
            equal((await cursor.fetchrow())["n"], 14)
            # Another statement between two reads of the portal.
            equal(await c.fetchval("SELECT 7"), 7)
            equal(len(await cursor.fetch(5000)), 986)
            equal(await cursor.fetch(1), [])
        async with c.transaction():
            total = 0
            async for row in c.cursor("SELECT n FROM generate_series(1, 20000) n", prefetch=333):
                total += row["n"]
            equal(total, 200010000)


@behaviour
async def two_portals_interleaved():
    async with connect() as c:
        async with c.transaction():
            a = await c.cursor("SELECT n FROM generate_series(1, 100) n")
            b = await c.cursor("SELECT -n FROM generate_series(1, 100) n")
            for n in range(1, 101):
                equal((await a.fetchrow())[0], n)
                equal((await b.fetchrow())[0], -n)


@behaviour
async def cursor_with_hold():
    async with connect() as c, connect() as other:
        await c.execute("DECLARE hd_hold CURSOR WITH HOLD FOR SELECT n FROM generate_series(1, 10) n")
        for n in range(1, 11):
            equal([r[0] for r in await c.fetch("FETCH 1 FROM hd_hold")], [n])
            equal(await other.fetchval("SELECT 1"), 1)
        await c.execute("CLOSE hd_hold")
        await fails("34000", c.execute("FETCH 1 FROM hd_hold"))


@behaviour
async def big_result():
    async with connect() as c:
        rows = await c.fetch("SELECT n, md5(n::text) AS m FROM generate_series(1, 200000) n")
        equal(len(rows), 200000)
        for row in rows[::1000]:
            equal(row["m"], hashlib.md5(str(row["n"]).encode()).hexdigest())


@behaviour
async def big_value():
    async with connect() as c:
        equal(await c.fetchval("SELECT repeat('0123456789', 2000000)") == "0123456789" * 2_000_000, True)
        equal(await c.fetchval("SELECT decode(repeat('ab', 20000000), 'hex')") == b"\xab" * 20_000_000, True)


@behaviour
async def big_parameter():
    async with connect() as c:
        data = random.Random(1).randbytes(20_000_000)
        equal(await c.fetchval("SELECT md5($1::bytea)", data), hashlib.md5(data).hexdigest())
        equal(await c.fetchval("SELECT $1::bytea", data) == data, True)


@behaviour
async def big_results_on_several_connections():
    async def client(n):
        async with connect() as c:
            equal(len(await c.fetch("SELECT repeat(chr(65 + $1::int), 10000) FROM generate_series(1, 500)", n)), 500)
            equal(await c.fetchval("SELECT left(repeat(chr(65 + $1::int), 1000000), 3)", n), chr(65 + n) * 3)

    await asyncio.gather(*(client(n) for n in range(10)))


# --- cancel ---------------------------------------------------------------------------------


@behaviour
async def cancel_by_task():
    async with connect() as c:
        for _ in range(3):
            task = asyncio.create_task(c.fetch("SELECT pg_sleep(29)"))
            await asyncio.sleep(0.2)
            task.cancel()
            try:
                await task
                raise AssertionError("not cancelled")
            except asyncio.CancelledError:
                pass
            equal(await c.fetchval("SELECT 1"), 1)


@behaviour
async def cancel_by_timeout():
    async with connect() as c:
        try:
            await c.fetch("SELECT pg_sleep(28)", timeout=0.3)
            raise AssertionError("not timed out")
        except asyncio.TimeoutError:
            pass
        equal(await c.fetchval("SELECT 1"), 1)
        async with connect() as d:
            await until(
                lambda: _none_sleeps(d),
                "the cancelled statement ended",
            )


async def _none_sleeps(c):
    return 0 == await c.fetchval("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = 'SELECT pg_sleep(28)'")


@behaviour
async def statement_timeout():
    async with connect() as c, connect() as other:
        await c.execute("SET statement_timeout = '150ms'")
        await fails("57014", c.fetch("SELECT pg_sleep(10)"))
        equal(await other.fetchval("SELECT 1 FROM pg_sleep(0.3)"), 1)


# --- LISTEN, notices -------------------------------------------------------------------------


@behaviour
async def listen_notify():
    async with connect() as a, connect() as b, connect() as sender:
        heard_a, heard_b = [], []
        await a.add_listener("hd_asyncpg_ch", lambda c, pid, channel, payload: heard_a.append((channel, payload)))
        await b.add_listener("hd_asyncpg_ch", lambda c, pid, channel, payload: heard_b.append((channel, payload)))
        await sender.execute("NOTIFY hd_asyncpg_ch, 'grüße'")
        await until(lambda: len(heard_a) == 1 and len(heard_b) == 1, "both hear")
        equal(heard_a, [("hd_asyncpg_ch", "grüße")])
        async with sender.transaction():
            await sender.execute("SELECT pg_notify('hd_asyncpg_ch', $1)", "committed")
            equal(len(heard_a), 1)
        await until(lambda: len(heard_a) == 2, "heard after commit")
        t = sender.transaction()
        await t.start()
        await sender.execute("NOTIFY hd_asyncpg_ch, 'rolled back'")
        await t.rollback()
        await a.reset()
        await sender.execute("NOTIFY hd_asyncpg_ch, 'last'")
        await until(lambda: len(heard_b) == 3, "still heard by the other")
        equal([p for _, p in heard_b], ["grüße", "committed", "last"])
        equal(len(heard_a), 2)


@behaviour
async def notices():
    async with connect() as c:
        got = []
        c.add_log_listener(lambda _, m: got.append((m.severity_en, m.sqlstate, m.message)))
        await c.execute("DO $$ BEGIN RAISE NOTICE 'é %', 1; RAISE WARNING 'w'; END $$")
        await until(lambda: len(got) == 2, "two notices")
        equal(got, [("NOTICE", "00000", "é 1"), ("WARNING", "01000", "w")])


# --- session state ----------------------------------------------------------------------------


@behaviour
async def session_settings_survive():
    zones = ["UTC", "Asia/Tokyo", "America/New_York", "Europe/Berlin"]
    hours = ["12", "21", "07", "13"]

    async def check(c, n):
        equal(await c.fetchval("SHOW application_name"), f"hd client {n}")
        equal(await c.fetchval("SHOW search_path"), f"hd_path_{n}, public")
        equal(await c.fetchval("SELECT current_setting('hd.tag')"), f"tag {n}")
        equal(await c.fetchval("SELECT to_char(timestamptz '2024-01-15 12:00+00', 'HH24')"), hours[n % 4])
        equal(c.get_settings().TimeZone, zones[n % 4])

    connections = [await connect() for _ in range(24)]
    try:
        for n, c in enumerate(connections):
            await c.execute(f"SET application_name = 'hd client {n}'; SET search_path TO hd_path_{n}, public")
            await c.execute("SELECT set_config('TimeZone', $1, false)", zones[n % 4])
            await c.execute(f"SET hd.tag TO 'tag {n}'")
        for _ in range(12):
            await asyncio.gather(*(check(c, n) for n, c in random.sample(list(enumerate(connections)), 24)))
    finally:
        for c in connections:
            await c.close()


@behaviour
async def settings_follow_the_transaction():
    async with connect() as c:
        await c.execute("SET hd.tag = 'before'")
        async with c.transaction():
            await c.execute("SET LOCAL hd.tag = 'local'")
            equal(await c.fetchval("SHOW hd.tag"), "local")
        equal(await c.fetchval("SHOW hd.tag"), "before")
        t = c.transaction()
        await t.start()
        await c.execute("SET hd.tag = 'rolled back'")
        await t.rollback()
        equal(await c.fetchval("SHOW hd.tag"), "before")
        await c.execute("RESET ALL")
        assert await c.fetchval("SELECT current_setting('hd.tag', true)") in (None, "")


@behaviour
async def temp_tables():
    connections = [await connect() for _ in range(5)]
    try:
        for n, c in enumerate(connections):
            await c.execute(f"CREATE TEMP TABLE hd_temp (a int, b{n} int)")
            await c.execute("INSERT INTO hd_temp VALUES ($1)", n)
        for _ in range(5):
            await asyncio.gather(*(_temp_is(c, n) for n, c in enumerate(connections)))
    finally:
        for c in connections:
            await c.close()


async def _temp_is(c, n):
    equal([tuple(r) for r in await c.fetch(f"SELECT a, b{n} FROM hd_temp")], [(n, None)])


@behaviour
async def advisory_locks():
    async with connect() as a, connect() as b:
        await a.execute("SELECT pg_advisory_lock($1)", 770002)
        for _ in range(5):
            equal(await b.fetchval("SELECT pg_try_advisory_lock($1)", 770002), False)
        equal(await a.fetchval("SELECT pg_advisory_unlock($1)", 770002), True)
        equal(await b.fetchval("SELECT pg_try_advisory_lock($1)", 770002), True)


# --- many -----------------------------------------------------------------------------------


@behaviour
async def fifty_connections_in_transactions():
    async with connect() as c:
        await table(c, "hd_asyncpg_accounts", "id int PRIMARY KEY, balance int NOT NULL")
        await c.execute("INSERT INTO hd_asyncpg_accounts SELECT n, 100 FROM generate_series(0, 49) n")

        async def client(n):
            chance = random.Random(n)
            async with connect() as mine:
                for k in range(10):
                    a, b = sorted(chance.sample(range(50), 2))
                    try:
                        async with mine.transaction():
                            await mine.execute("UPDATE hd_asyncpg_accounts SET balance = balance - 1 WHERE id = $1", a)
                            await mine.execute("UPDATE hd_asyncpg_accounts SET balance = balance + 1 WHERE id = $1", b)
                            if k % 3 == 0:
                                raise ZeroDivisionError
                    except ZeroDivisionError:
                        pass
                    equal(await mine.fetchval("SELECT $1::int", n), n)

        await asyncio.gather(*(client(n) for n in range(50)))
        equal(tuple(await c.fetchrow("SELECT sum(balance), count(*) FROM hd_asyncpg_accounts")), (5000, 50))


@behaviour
async def client_that_vanishes_in_a_transaction():
    async with connect() as c, connect() as other:
        await table(other, "hd_asyncpg_vanish", "a int")
        await other.execute("INSERT INTO hd_asyncpg_vanish VALUES (1)")
        for _ in range(5):
            gone = await connect()
            await gone.execute("BEGIN; UPDATE hd_asyncpg_vanish SET a = 2; SET hd.tag = 'leaked'")
            gone.terminate()
            await until(lambda: _unlocked(other), "the row lock is released")
        equal(await c.fetchval("SELECT a FROM hd_asyncpg_vanish"), 1)
        equal(await c.fetchval("SELECT current_setting('hd.tag', true)") in (None, ""), True)


async def _unlocked(c):
    return [] != await c.fetch("SELECT a FROM hd_asyncpg_vanish FOR UPDATE SKIP LOCKED")


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
