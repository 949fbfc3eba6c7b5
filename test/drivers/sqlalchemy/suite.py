"""SQLAlchemy's tests of its dialect for MySQL and MariaDB, by PyMySQL, against the endpoint of HD_HOST and so on.

Prints a line for each test, `ok NAME`, `skip NAME` or `FAIL NAME: reason`. What pytest prints goes to standard error.
"""

import os
import re
import sys

import pymysql
import pytest

TESTS = ["test/dialect/test_suite.py", "test/dialect/mysql"]


class Lines:
    """A line for each test, whose worst phase counts. The server's version is no part of the name."""

    def __init__(self, out):
        self._out = out
        self._outcome = "ok"
        self._reason = ""

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self._outcome, self._reason = "FAIL", ": " + " ".join(str(report.longrepr).split()[-30:])
        elif report.skipped and self._outcome == "ok":
            self._outcome = "skip"
        if report.when == "teardown":
            name = re.sub(r"_(mysql|mariadb)\+pymysql[0-9_]*", "", report.nodeid.removeprefix("test/dialect/"))
            print(self._outcome, re.sub(r"\s", "_", name) + self._reason, file=self._out, flush=True)
            self._outcome, self._reason = "ok", ""


def main():
    given = {name: os.environ["HD_" + name] for name in ("HOST", "PORT", "USER", "PASSWORD", "DATABASE")}
    with pymysql.connect(host=given["HOST"], port=int(given["PORT"]), user=given["USER"], password=given["PASSWORD"]) as c:
        dialect = "mariadb" if "MariaDB" in c.get_server_info() else "mysql"
    uri = f"{dialect}+pymysql://{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT']}/{given['DATABASE']}?charset=utf8mb4"
    lines = Lines(os.fdopen(os.dup(1), "w", encoding="utf-8", errors="backslashreplace"))
    os.dup2(2, 1)
    pytest.main(["-p", "no:cacheprovider", "-q", "--tb=short", "--maxfail=100000", "--dburi", uri, *TESTS], plugins=[lines])


if __name__ == "__main__":
    sys.exit(main())
