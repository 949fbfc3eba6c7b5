"""asyncpg's own tests, against the endpoint of PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE.

usage: suite.py DIRECTORY

DIRECTORY is asyncpg's `tests`. Prints a line for each test, `ok NAME`, `skip NAME: reason` or `FAIL NAME: reason`. What failed
is told in full on standard error.
"""

import signal
import sys
import traceback
import unittest

from asyncpg import _testbase

# asyncpg has a limit of its own for few of its tests.
SECONDS_FOR_A_TEST = 60


class TookTooLong(Exception):
    """A test did not end."""


def take_too_long(signum, frame):
    raise TookTooLong(f"not over after {SECONDS_FOR_A_TEST} s")


class Lines(unittest.TestResult):
    """A line for each test; one with subtests has failed when one of them has."""

    def __init__(self):
        super().__init__()
        self._failure = None

    def startTest(self, test):
        super().startTest(test)
        self._failure = None
        self._skipped = None
        signal.alarm(SECONDS_FOR_A_TEST)

    def stopTest(self, test):
        signal.alarm(0)
        super().stopTest(test)
        if self._failure is not None:
            self._print("FAIL", test, self._failure)
        elif self._skipped is not None:
            self._print("skip", test, self._skipped)
        else:
            self._print("ok", test)

    def addError(self, test, err):
        self._failed(test, err)

    def addFailure(self, test, err):
        self._failed(test, err)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self._failed(subtest, err)

    def addSkip(self, test, reason):
        self._skipped = reason
        if not hasattr(test, "_testMethodName"):
            # A whole class.
            self._print("skip", test, reason)

    def addExpectedFailure(self, test, err):
        pass

    def addUnexpectedSuccess(self, test):
        self._failure = "succeeded unexpectedly"

    def _failed(self, test, err):
        print(f"== {test.id()}", file=sys.stderr)
        traceback.print_exception(*err)
        sys.stderr.flush()
        if self._failure is None:
            self._failure = f"{err[0].__name__}: {err[1]}"
        if not hasattr(test, "_testMethodName") and not hasattr(test, "test_case"):
            # The beginning or the end of a class or module.
            self._print("FAIL", test, self._failure)

    @staticmethod
    def _print(outcome, test, reason=""):
        name = test.id().replace(" ", "_")
        print(outcome, name + (": " + " ".join(str(reason).split()) if reason else ""), flush=True)


def each(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from each(test)
        else:
            yield test


def starts_a_server(test):
    """Whether it would leave the endpoint alone and talk to a server of its own."""
    return (
        isinstance(test, _testbase.ClusterTestCase)
        and type(test).setup_cluster.__func__ is not _testbase.ClusterTestCase.setup_cluster.__func__
    )


def main():
    signal.signal(signal.SIGALRM, take_too_long)
    found = unittest.TestLoader().discover(sys.argv[1], pattern="test_*.py")
    unittest.TestSuite(test for test in each(found) if not starts_a_server(test)).run(Lines())


if __name__ == "__main__":
    main()
