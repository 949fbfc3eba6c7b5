"""What the measurement of a cache whose table is written concludes. Run: python3 -m unittest discover -s test/load -p '*_test.py'"""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from harness import writes
from harness.pgbench import Row


def row(route, round_, tps, mode="key-20", clients=16, failure=""):
    return Row("d", mode, clients, round_, route, 1, 3, 1000, tps, 0.1, 0.2, 10.0, 10.0, 5.0, 0, 0.1, 0.0, failure)


class Writes(unittest.TestCase):

    def test_ratios_are_taken_within_a_round(self):
        rows = [row("node-plain", 1, 100), row("node-cached", 1, 150), row("node-plain", 2, 1000), row("node-cached", 2, 1200)]
        self.assertEqual(writes.ratios(rows, "key-20", 16), [1.5, 1.2])
        self.assertEqual(writes.ratios(rows, "key-20", 64), [])
        self.assertIn("| by key, 20 % writes | 16 | 2 | 1.35 (1.20–1.50) | 60 % | met |", writes.table(rows, {("key-20", 16): 0.6}))

    def test_what_is_missed_is_named(self):
        rows = [row("node-plain", 1, 100, "range-5"), row("node-cached", 1, 49, "range-5")]
        self.assertIn("missed by 50 %", writes.table(rows, {}))

    def test_a_run_that_failed_counts_for_nothing(self):
        rows = [row("node-plain", 1, 100, failure="FATAL: no"), row("node-cached", 1, 150)]
        self.assertEqual(writes.ratios(rows, "key-20", 16), [])

    def test_each_workload_reads_and_writes_by_the_same(self):
        for mode, (_, texts) in writes.scripts().items():
            conditions = {text.split("WHERE ")[1] for text, _ in texts}
            self.assertEqual(len(conditions), 1, mode)
            self.assertEqual(sum(share for _, share in texts), 100)


if __name__ == "__main__":
    unittest.main()
