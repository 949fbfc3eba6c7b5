"""Prints what users of pymssql see, a line for each behaviour: NAME: VALUE. An error that was not expected begins with "FAIL"."""

import datetime
import decimal
import os
import sys
import threading

import pymssql

BEHAVIOURS = []
SETTINGS = dict(
    server=os.environ["HD_HOST"],
    port=os.environ["HD_PORT"],
    user=os.environ["HD_USER"],
    password=os.environ["HD_PASSWORD"],
    database=os.environ["HD_DATABASE"],
    login_timeout=20,
    encryption="off",
)


def behaviour(function):
    BEHAVIOURS.append(function)
    return function


def connect(**changes):
    return pymssql.connect(**{**SETTINGS, **changes})


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
    except pymssql.Error as error:
        number = error.args[0] if error.args else None
        text = error.args[1] if len(error.args) > 1 else ""
        text = text.decode() if isinstance(text, bytes) else text
        return type(error).__name__, number, text.splitlines()[0] if text else ""
    raise AssertionError("it has succeeded")


@behaviour
def log_in():
    with connect() as c:
        return results(c.cursor(), "select db_name(), 1")


@behaviour
def log_in_encrypted_as_asked():
    seen = []
    for encryption in ("request", "require"):
        with connect(encryption=encryption) as c:
            seen.append(results(c.cursor(), "select 1"))
    return seen


@behaviour
def log_in_by_versions():
    seen = []
    for version in ("7.1", "7.2", "7.3", "7.4"):
        with connect(tds_version=version) as c:
            seen.append(results(c.cursor(), "select 1, 'a'"))
    return seen


@behaviour
def log_in_for_reading():
    with connect(read_only=True) as c:
        return results(c.cursor(), "select 1")


@behaviour
def wrong_password():
    return failure(lambda: connect(password="wrong", encryption="require"))[0]


@behaviour
def several_results():
    with connect() as c:
        return results(c.cursor(), "select 1 select 'a', N'b' where 1 = 0 select null, 'c'")


@behaviour
def parameters():
    values = ("hé中", 5, None, datetime.datetime(2024, 1, 2, 3, 4, 5), decimal.Decimal("12.25"), b"\x00\x01\xff")
    with connect() as c:
        return results(c.cursor(), "select %s, %d, %s, %s, %s, %s", values)


@behaviour
def large_values():
    with connect() as c:
        cursor = c.cursor()
        return (
            results(cursor, "select replicate(cast('x' as varchar(max)), 3000000)"),
            results(cursor, "select datalength(%s)", ("é" * 100000,)),
            results(cursor, "select 1"),
        )


@behaviour
def errors():
    with connect(autocommit=True) as c:
        cursor = c.cursor()
        cursor.execute("create table #e (a int primary key, b int not null)")
        return [
            failure(results, cursor, "raiserror('broken', 16, 3)"),
            failure(results, cursor, "insert #e values (1, 1) insert #e values (1, 1)"),
            failure(results, cursor, "insert #e values (%s, %s)", (2, None)),
            failure(results, cursor, "throw 51000, 'thrown', 2"),
            failure(results, cursor, "select * from nosuch"),
            failure(results, cursor, "select from"),
            results(cursor, "select count(*) from #e"),
        ]


@behaviour
def transactions():
    """As the DB-API has it: pymssql begins one behind each commit."""
    with connect() as c, connect(autocommit=True) as other:
        cursor = c.cursor()
        cursor.execute("drop table if exists pymssql_tx")
        cursor.execute("create table pymssql_tx (a int)")
        c.commit()
        cursor.execute("insert pymssql_tx values (1)")
        inside = results(cursor, "select a, @@trancount from pymssql_tx")
        c.commit()
        cursor.execute("insert pymssql_tx values (2)")
        c.rollback()
        outside = results(other.cursor(), "select a, @@trancount from pymssql_tx")
        c.autocommit(True)
        return inside, outside, results(cursor, "select @@trancount")


@behaviour
def implicit_transactions():
    with connect(autocommit=True) as c:
        cursor = c.cursor()
        cursor.execute("drop table if exists pymssql_implicit")
        cursor.execute("create table pymssql_implicit (a int)")
        cursor.execute("set implicit_transactions on")
        cursor.execute("insert pymssql_implicit values (1)")
        inside = results(cursor, "select count(*), @@trancount from pymssql_implicit")
        cursor.execute("rollback set implicit_transactions off")
        return inside, results(cursor, "select count(*), @@trancount from pymssql_implicit")


@behaviour
def procedure():
    with connect(autocommit=True) as c:
        cursor = c.cursor()
        cursor.execute("drop procedure if exists pymssql_doubled")
        cursor.execute("create procedure pymssql_doubled @a int, @b int output as select @a set @b = @a * 2 return 3")
        out = cursor.callproc("pymssql_doubled", (4, pymssql.output(int)))
        return cursor.fetchall(), out, cursor.nextset()


@behaviour
def time_limit():
    with connect(timeout=1) as c:
        return failure(results, c.cursor(), "waitfor delay '00:01:00'")[:2]


@behaviour
def a_result_is_left_unread():
    with connect() as c:
        cursor = c.cursor()
        cursor.execute("select [value] from generate_series(1, 100000)")
        first = cursor.fetchone()
        return first, results(c.cursor(), "select 2")


@behaviour
def many_rows():
    with connect() as c:
        cursor = c.cursor()
        cursor.execute("create table #m (a int, b nvarchar(10))")
        cursor.executemany("insert #m values (%d, %s)", [(n, str(n)) for n in range(50)])
        return results(cursor, "select count(*), sum(a), max(b) from #m")


@behaviour
def bulk():
    with connect(autocommit=True) as c:
        cursor = c.cursor()
        cursor.execute("drop table if exists pymssql_bulk")
        cursor.execute("create table pymssql_bulk (a int, b varchar(50))")
        c.bulk_copy("pymssql_bulk", [(n, f"x{n}") for n in range(2000)])
        return results(cursor, "select count(*), sum(a), max(b) from pymssql_bulk")


@behaviour
def settings_last():
    with connect(autocommit=True) as c:
        cursor = c.cursor()
        cursor.execute("set rowcount 1 set lock_timeout 1234")
        limited = results(cursor, "select [value] from generate_series(1, 5)")
        cursor.execute("use tempdb")
        return limited, results(cursor, "select @@lock_timeout, db_name()")


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
