"""What the measurement of the query cache concludes. Run: python3 -m unittest discover -s test/load -p '*_test.py'"""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from harness import cache, results
from harness.pgbench import Row

FACTS = {"date": "d", "cores": "2", "memory": "m", "kernel": "k", "system": "s", "database": "p", "load": "0", "seconds": 5, "warm_up": 10, "clients": 16,
         "aggregated": 9000, "routes": {"direct": "no proxy"}, "shares": {"point-simple node-cached": {"cached": 0.999, "far": 0.0}}}


def row(route, round_, tps, proxy=float("nan"), mode="point-simple", failure=""):
    return Row("d", mode, 16, round_, route, 1, 5, 1000, tps, 0.1, 0.2, proxy, 10.0, 5.0, 0, 0.1, 0.0, failure)


class Cache(unittest.TestCase):

    def section(self, *rows):
        with tempfile.TemporaryDirectory() as folder:
            file = results.RowFile(Path(folder) / "cache.csv", Row)
            for each in rows:
                file.add(each)
            file.close()
            results.save_facts(Path(folder) / "cache.json", FACTS)
            return cache.section(Path(folder))

    def test_ratios_are_taken_within_a_round(self):
        text = self.section(row("direct", 1, 100), row("pgbouncer", 1, 50), row("node-cached", 1, 200, 7),
                            row("direct", 2, 1000), row("pgbouncer", 2, 800), row("node-cached", 2, 1600, 7))
        self.assertIn("| 1.80 (1.60–2.00) [≥ 1.5] | 3.00 (2.00–4.00) |", text)
        self.assertIn("| 99.9 % | – |", text)
        self.assertTrue(text.splitlines()[-1].endswith("| met |"))

    def test_what_is_missed_is_named(self):
        text = self.section(row("direct", 1, 100), row("node-cached", 1, 120, 10))
        self.assertIn("missed: TPS by 20 %, CPU by 25 %", text)

    def test_only_the_node_that_has_the_results_has_targets(self):
        text = self.section(row("direct", 1, 100), row("node-far", 1, 10, 90), row("node-plain", 1, 10, 90))
        self.assertNotIn("missed", text)

    def test_a_run_that_failed_is_shown(self):
        text = self.section(row("direct", 1, 100), row("node-cached", 1, 0, failure="FATAL: no"))
        self.assertIn("Round 1 of node-cached, point-simple, failed: FATAL: no", text)

    def test_each_workload_has_a_script(self):
        self.assertEqual(set(cache.scripts(100)), set(cache.MODES))
        self.assertEqual(set(cache.far_scripts()), set(cache.POINTS))


if __name__ == "__main__":
    unittest.main()
