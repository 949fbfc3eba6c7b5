"""What the load measurement reads from sysbench and concludes from it. Run: python3 -m unittest discover -s test/load -p '*_test.py'"""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from harness.mysql import MysqlRow, read, section

SAID = """SQL statistics:
    transactions:                        12345  (6172.50 per sec.)
    queries:                             12345  (6172.50 per sec.)
Latency (ms):
         min:                                    0.10
         avg:                                    1.74
         max:                                   99.00
         99th percentile:                       16.71
"""
FACTS = {"database": "MySQL 9", "rows": 10, "seconds": 2, "cores": "4", "memory": "m", "kernel": "k", "date": "d", "routes": {"node": "Heimdall"}}


def row(route, tps, foreign=0.0, failure=""):
    return MysqlRow("d", "mysql", "point-text", 16, 1, route, 1, 2, 100, tps, 1.0, 2.0, 20.0, 10.0, 5.0, 2048, foreign, 0.0, failure)


class Mysql(unittest.TestCase):

    def test_figures_of_a_run(self):
        found = row("node", 0)
        read(SAID, found)
        self.assertEqual((found.transactions, found.tps, found.average_ms, found.p99_ms, found.failure), (12345, 6172.5, 1.74, 16.71, ""))

    def test_what_is_no_transaction_of_sysbench_counts_by_events(self):
        found = row("node", 0)
        found.transactions = 0
        read("    total time:                          2.0006s\n    total number of events:              9002\n avg: 1.0\n 99th percentile: 2.0\n", found)
        self.assertEqual((found.transactions, round(found.tps), found.failure), (9002, 4500, ""))

    def test_a_run_that_failed_says_why(self):
        found = row("node", 0)
        read("FATAL: unable to connect to MySQL server", found)
        self.assertIn("unable to connect", found.failure)

    def test_a_node_is_held_against_both_of_its_round(self):
        told = section([row("haproxy", 100), row("mysqlrouter", 80), row("node", 110)], FACTS, 0.1)
        self.assertIn("| point-text | 16 | node | 1 | 110 (110–110) | 1.10 (1.10–1.10) | 1.38 (1.38–1.38) |", told)

    def test_failures_and_disturbances_are_told(self):
        told = section([row("haproxy", 100, foreign=1.0), row("node", 0, failure="gone")], FACTS, 0.1)
        self.assertIn("| haproxy | 1 * |", told)
        self.assertIn("Round 1 of node, point-text, failed: gone", told)


if __name__ == "__main__":
    unittest.main()
