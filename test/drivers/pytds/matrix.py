"""Prints what users of pytds see, a line for each behaviour: NAME: VALUE. An error that was not expected begins with "FAIL"."""

import datetime
import decimal
import os
import sys
import threading
import uuid

import pytds

BEHAVIOURS = []
SETTINGS = dict(
    dsn=os.environ["HD_HOST"],
    port=int(os.environ["HD_PORT"]),
    user=os.environ["HD_USER"],
    password=os.environ["HD_PASSWORD"],
    database=os.environ["HD_DATABASE"],
    login_timeout=20,
    autocommit=True,
)
CERTIFICATE = os.environ.get("HD_CERTIFICATE")


def behaviour(function):
    BEHAVIOURS.append(function)
    return function


def connect(**changes):
    return pytds.connect(**{**SETTINGS, **changes})


def shown(value):
    if isinstance(value, (str, bytes)) and len(value) > 200:
        return f"{len(value)} of {type(value).__name__}"
    return value


def results(cursor, sql, values=None):
    """The rows of all results."""
    cursor.execute(sql, values)
    found = []
    while True:
        if cursor.description:
            found.append([tuple(shown(v) for v in row) for row in cursor.fetchall()])
        if not cursor.nextset():
            return found


def failure(action, *words):
    """What an action that must fail fails with."""
    try:
        action(*words)
    except (pytds.Error, TimeoutError) as error:
        return type(error).__name__, getattr(error, "number", None), getattr(error, "severity", None), getattr(error, "text", None)
    raise AssertionError("it has succeeded")


def fresh(cursor, table, columns):
    cursor.execute(f"drop table if exists {table}")
    cursor.execute(f"create table {table} ({columns})")


@behaviour
def log_in():
    with connect() as c:
        return results(c.cursor(), "select db_name(), 1")


@behaviour
def log_in_encrypted():
    with connect(cafile=CERTIFICATE, validate_host=False) as c:
        return results(c.cursor(), "select 1")


@behaviour
def log_in_encrypted_alone():
    with connect(cafile=CERTIFICATE, validate_host=False, enc_login_only=True) as c:
        return results(c.cursor(), "select 1")


@behaviour
def log_in_by_versions():
    seen = []
    for version in (pytds.tds_base.TDS72, pytds.tds_base.TDS73, pytds.tds_base.TDS74):
        with connect(tds_version=version) as c:
            seen.append(results(c.cursor(), "select 1"))
    return seen


@behaviour
def wrong_password():
    return failure(lambda: connect(password="wrong", cafile=CERTIFICATE, validate_host=False))[0]


@behaviour
def several_results():
    with connect() as c:
        return results(c.cursor(), "select 1 select 'a', N'b' where 1 = 0 select null, 'c'")


@behaviour
def parameters():
    values = (
        "hé中", 5, None, datetime.datetime(2024, 1, 2, 3, 4, 5, 678000), datetime.date(2024, 2, 29),
        decimal.Decimal("12.25"), pytds.Binary(b"\x00\x01\xff"), True, 1.5, 1 << 40,
        uuid.UUID("6F9619FF-8B86-D011-B42D-00C04FC964FF"),
    )
    with connect() as c:
        cursor = c.cursor()
        return results(cursor, "select " + ", ".join(["%s"] * len(values)), values), results(cursor, "select %(a)s", {"a": 1})


@behaviour
def large_values():
    with connect() as c:
        cursor = c.cursor()
        return (
            results(cursor, "select datalength(%s)", ("é" * 1000000,)),
            results(cursor, "select replicate(cast('x' as varchar(max)), 3000000)"),
            results(cursor, "select 1"),
        )


@behaviour
def errors():
    with connect() as c:
        cursor = c.cursor()
        cursor.execute("create table #e (a int primary key, b int not null)")
        return [
            failure(results, cursor, "select 1 raiserror('broken %d', 16, 3, 7)"),
            failure(results, cursor, "insert #e values (1, 1) insert #e values (1, 1)"),
            failure(results, cursor, "insert #e values (%s, %s)", (2, None)),
            failure(results, cursor, "throw 51000, 'thrown', 2"),
            failure(results, cursor, "select * from nosuch"),
            failure(results, cursor, "select from"),
            results(cursor, "select count(*) from #e"),
        ]


@behaviour
def transactions():
    """As the DB-API has it: one begins with each statement that follows a commit."""
    with connect(autocommit=False) as c, connect() as other:
        cursor = c.cursor()
        fresh(cursor, "pytds_tx", "a int")
        c.commit()
        cursor.execute("insert pytds_tx values (1)")
        inside = results(cursor, "select a, @@trancount from pytds_tx")
        c.commit()
        cursor.execute("insert pytds_tx values (2)")
        c.rollback()
        outside = results(other.cursor(), "select a, @@trancount from pytds_tx")
        c.autocommit = True
        return inside, outside, results(cursor, "select @@trancount")


@behaviour
def isolation():
    sql = "select transaction_isolation_level from sys.dm_exec_sessions where session_id = @@spid"
    with connect(autocommit=False, isolation_level=4) as c:
        return results(c.cursor(), sql)


@behaviour
def procedure():
    with connect() as c:
        cursor = c.cursor()
        cursor.execute("drop procedure if exists pytds_doubled")
        cursor.execute("create procedure pytds_doubled @b int output, @a int = 4 as select @a set @b = @a * 2 return 3")
        cursor.callproc("pytds_doubled", (pytds.output(param_type=int),))
        rows = cursor.fetchall()
        while cursor.nextset():
            pass
        return rows, cursor.get_proc_outputs(), cursor.get_proc_return_status()


@behaviour
def time_limit():
    with connect(timeout=1) as c:
        cursor = c.cursor()
        late = failure(results, cursor, "waitfor delay '00:01:00'")
        return late[0], results(c.cursor(), "select 2")


@behaviour
def cancel():
    with connect() as c:
        cursor = c.cursor()
        cursor.execute("select [value] from generate_series(1, 200000)")
        first = cursor.fetchone()
        cursor.cancel()
        return first, results(cursor, "select 2")


@behaviour
def pool_resets():
    with connect(pooling=True, autocommit=True) as c:
        results(c.cursor(), "create table #p (a int) set rowcount 1 set context_info 0x01 use tempdb")
    with connect(pooling=True, autocommit=True) as c:
        return results(c.cursor(), "select object_id('tempdb..#p'), context_info(), db_name()")


@behaviour
def bulk():
    with connect() as c:
        cursor = c.cursor()
        fresh(cursor, "pytds_bulk", "a int, b nvarchar(50)")
        rows = [(n, None if n % 2 else f"é{n}") for n in range(5000)]
        columns = [
            pytds.tds_base.Column("a", type=pytds.tds_types.IntType()),
            pytds.tds_base.Column("b", type=pytds.tds_types.NVarCharType(size=50)),
        ]
        cursor.copy_to(table_or_view="pytds_bulk", columns=columns, data=rows)
        return results(cursor, "select count(*), count(b), sum(a), max(b) from pytds_bulk")


@behaviour
def table_valued_parameter():
    with connect() as c:
        cursor = c.cursor()
        cursor.execute("if type_id('pytds_pairs') is null exec('create type pytds_pairs as table (a int, b nvarchar(20))')")
        columns = [
            pytds.tds_base.Column(type=pytds.tds_types.IntType()),
            pytds.tds_base.Column(type=pytds.tds_types.NVarCharType(size=20)),
        ]
        rows = pytds.TableValuedParam("pytds_pairs", columns=columns, rows=[(1, "x"), (2, None)])
        return results(cursor, "select count(*), count(b), sum(a) from %s", (rows,))


@behaviour
def many_rows_one_by_one():
    with connect() as c:
        cursor = c.cursor()
        cursor.execute("create table #m (a int, b nvarchar(10))")
        cursor.executemany("insert #m values (%s, %s)", [(n, str(n)) for n in range(50)])
        return results(cursor, "select count(*), sum(a), max(b) from #m")


def attempt(function, outcome):
    try:
        outcome.append(repr(function()))
    except BaseException as error:  # noqa: BLE001 - every failure becomes a line
        outcome.append(f"FAIL {type(error).__name__}: {error}".replace("\n", " "))


def main(names):
    limit = float(os.environ.get("HD_TIMEOUT", "30"))
    for function in BEHAVIOURS:
        if names and function.__name__ not in names:
            continue
        outcome = []
        thread = threading.Thread(target=attempt, args=(function, outcome), daemon=True)
        thread.start()
        thread.join(limit)
        print(f"{function.__name__}: {outcome[0] if outcome else f'FAIL no end within {limit:.0f} s'}", flush=True)
    os._exit(0)


main(sys.argv[1:])
