"""Django's tests of its database layer, by mysqlclient, against the endpoint of HD_HOST and so on.

Prints a line for each test, `ok NAME`, `skip NAME` or `FAIL NAME: reason`. What the tests print goes to standard error.
"""

import os
import re
import runpy
import sys
import unittest

from django.test.runner import DiscoverRunner

APPS = """
    aggregation annotations backends basic bulk_create delete expressions expressions_window get_or_create indexes
    inspectdb introspection lookup model_fields prefetch_related queries raw_query schema select_for_update
    transaction_hooks transactions
""".split()

LINES = os.fdopen(int(os.environ.get("SUITE_LINES", "1")), "w", encoding="utf-8", errors="backslashreplace", closefd=False)


class Result(unittest.TextTestResult):
    """A line for each test; of a test's parts the worst one counts."""

    def startTest(self, test):
        super().startTest(test)
        self.outcome, self.reason = "ok", ""

    def stopTest(self, test):
        self._line(test)
        super().stopTest(test)

    def _line(self, test):
        name = re.sub(r"\s", "_", test.id())
        print(self.outcome, name + self.reason, file=LINES, flush=True)

    def _failed(self, test, error):
        self.outcome, self.reason = "FAIL", ": " + " ".join(self._exc_info_to_string(error, test).split()[-30:])

    def addError(self, test, error):
        super().addError(test, error)
        self._failed(test, error)
        if not isinstance(test, unittest.TestCase):  # a class or module that could not be prepared
            self._line(test)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self._failed(test, error)

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            self._failed(test, error)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.outcome = "skip"


class Runner(DiscoverRunner):
    """Gives each test its line."""

    def get_resultclass(self):
        return Result


def main():
    os.environ["SUITE_LINES"] = str(os.dup(1))
    os.set_inheritable(int(os.environ["SUITE_LINES"]), True)
    os.dup2(2, 1)
    sys.argv = ["runtests.py", "--settings=suite_settings", "--parallel=1", "--noinput", *APPS]
    runpy.run_path("runtests.py", run_name="__main__")


if __name__ == "__main__":
    sys.path.insert(0, os.getcwd())
    main()
