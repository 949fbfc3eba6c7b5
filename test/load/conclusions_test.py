"""What the load measurement concludes from figures whose outcome is known. Run: python3 -m unittest discover -s test/load -p '*_test.py'"""

import math
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from harness import packages, page, results, routes
from harness.failure import Failure
from harness.idlers import IdleRow, used_heap_kib
from harness.pgbench import Row, cycle_times, percentile, transaction_times

FACTS = {"date": "d", "cores": "2", "memory": "m", "kernel": "k", "system": "s", "database": "p", "seconds": 10, "threads": 1,
         "max_foreign": 0.1, "load": "0", "routes": {"pgbouncer": "PgBouncer", "node": "Heimdall"}}


def row(route, round_, tps, foreign=0.0, attempt=1, mode="prepared", clients=16, failure=""):
    return Row("d", mode, clients, round_, route, attempt, 10, 1000, tps, 0.5, 1.0, 14.0, 30.0, 10.0, 1024, foreign, 0.0, failure)


class Conclusions(unittest.TestCase):

    def test_ratios_are_taken_within_a_round(self):
        chosen = results.best_attempts([row("pgbouncer", 1, 100), row("node", 1, 120), row("pgbouncer", 2, 10), row("node", 2, 11)])
        found = results.ratios(chosen, "prepared", 16, "node", "tps", 0.1)
        self.assertEqual((round(found.low, 6), round(found.median, 6), round(found.high, 6)), (1.1, 1.15, 1.2))

    def test_the_least_disturbed_attempt_counts(self):
        chosen = results.best_attempts([row("node", 1, 50, foreign=0.5), row("node", 1, 90, foreign=0.2, attempt=2),
                                        row("node", 1, 1, foreign=0.9, attempt=3)])
        self.assertEqual(chosen["prepared", 16, "node"][1].tps, 90)

    def test_disturbed_rounds_count_only_when_there_is_no_other_and_are_marked(self):
        quiet = results.best_attempts([row("node", 1, 100), row("node", 2, 10, foreign=1.0)])
        self.assertEqual(results.figures(quiet, ("prepared", 16, "node"), "tps", 0.1), results.Spread(100, 100, 100, 1, False))
        loud = results.best_attempts([row("node", 2, 10, foreign=1.0)])
        self.assertEqual(results.figures(loud, ("prepared", 16, "node"), "tps", 0.1), results.Spread(10, 10, 10, 1, True))

    def test_a_failed_run_is_no_figure_but_is_shown(self):
        with tempfile.TemporaryDirectory() as folder:
            text = self._page(Path(folder), [row("node", 1, 0, failure="FATAL: no more clients")])
        self.assertIn("FATAL: no more clients", text)
        self.assertIn("no comparison", text)

    def test_a_missed_target_is_named_with_its_distance(self):
        with tempfile.TemporaryDirectory() as folder:
            text = self._page(Path(folder), [row("pgbouncer", 1, 100), row("node", 1, 92)])
        self.assertIn("missed: TPS by 20.0 %", text)

    def test_rules_are_compared_with_none_in_the_same_round(self):
        with tempfile.TemporaryDirectory() as folder:
            text = self._page(Path(folder), [row("rules-0", 1, 100), row("rules-10", 1, 99), row("rules-100", 1, 90), row("rules-0", 2, 200),
                                             row("rules-100", 2, 200)])
        self.assertIn("| prepared | 16 | 10 | 1 | 0.99 (0.99–0.99) |", text)
        self.assertIn("| prepared | 16 | 100 | 2 | 0.95 (0.90–1.00) [≥ 0.95] |", text)
        self.assertIn("| met |", text)

    def test_kept_transactions_are_compared_with_the_node_that_keeps_none(self):
        with tempfile.TemporaryDirectory() as folder:
            text = self._page(Path(folder), [row("node", 1, 100, mode="transaction"), row("node-replay", 1, 80, mode="transaction")])
        self.assertIn("| transaction of five statements | 16 | kept | 1 | 0.80 (0.80–0.80) |", text)

    def test_as_many_rules_are_written_as_the_route_says(self):
        for count in routes.RULES.values():
            self.assertEqual(len(routes.mixed_rules(count)), count)

    def test_disturbed_rounds_settle_no_target(self):
        with tempfile.TemporaryDirectory() as folder:
            text = self._page(Path(folder), [row("pgbouncer", 1, 100), row("node", 1, 130, foreign=0.5)])
        self.assertIn("not settled, disturbed (met)", text)

    def test_idle_memory_is_what_it_grew_by_for_each_client(self):
        self.assertEqual(IdleRow("d", 1, "node", 100, rss_empty_kib=1000, rss_idle_kib=1800).each_kib(), 8)

    def test_rows_survive_the_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "rows.csv"
            file = results.RowFile(path, Row)
            file.add(row("node", 3, 12.5, failure="a, \"b\""))
            file.close()
            self.assertEqual(results.load_rows(path), [row("node", 3, 12.5, failure="a, \"b\"")])

    def _page(self, folder, rows):
        file = results.RowFile(folder / "matrix.csv", Row)
        for each in rows:
            file.add(each)
        file.close()
        results.save_facts(folder / "matrix.json", FACTS)
        target = folder / "page.md"
        target.write_text(f"before\n{page.BEGIN}\nold\n{page.END}\nafter\n")
        page.renew(target, folder)
        text = target.read_text()
        self.assertTrue(text.startswith("before\n") and text.endswith("after\n") and "old" not in text)
        return text


class Reading(unittest.TestCase):

    def test_log_lines_give_milliseconds(self):
        self.assertEqual(transaction_times(["0 1 1500 0 100 250000\n1 1 failed 0 100 300000\n"]), [1.5])

    def test_cycles_are_between_the_ends_of_one_client(self):
        log = "0 1 9 0 100 999000\n1 1 9 0 100 999500\n0 2 9 0 101 1000\n"
        self.assertEqual([round(x, 6) for x in cycle_times([log, log])], [2.0, 2.0])

    def test_percentiles(self):
        self.assertEqual((percentile([4, 1, 3, 2], 50), percentile(range(1, 101), 99), percentile([7], 99)), (2, 99, 7))
        self.assertTrue(math.isnan(percentile([], 99)))

    def test_heap_in_use_leaves_metadata_out(self):
        self.assertEqual(used_heap_kib(" garbage-first heap   total 262144K, used 12345K [0x0, 0x1)\n Metaspace       used 900K, committed 1M"), 12345)
        self.assertEqual(used_heap_kib(" ZHeap           used 20M, capacity 64M, max capacity 512M"), 20480)

    def test_the_mirror_of_this_release_is_found_in_both_forms(self):
        one_line = "deb [arch=amd64] https://other.test/apt bookworm-extra main\ndeb http://a.test/debian bookworm main contrib\n"
        stanzas = ("Types: deb\n# note\nURIs: http://sec.test/debian-security\nSuites: bookworm-security\nComponents: main\n\n"
                   "Types: deb\nURIs: http://b.test/debian\nSuites: bookworm bookworm-updates\nComponents: main\n")
        for text, wanted in ((one_line, "http://a.test/debian"), (stanzas, "http://b.test/debian")):
            with tempfile.TemporaryDirectory() as folder:
                self.assertEqual(self._mirror(folder, text), wanted)

    def test_without_an_entry_for_this_release_the_remedy_is_named(self):
        with tempfile.TemporaryDirectory() as folder, self.assertRaisesRegex(Failure, "--mirror URL"):
            self._mirror(folder, "deb http://a.test/ubuntu noble main\n")

    @staticmethod
    def _mirror(folder, text):
        Path(folder, "sources.list").write_text(text)
        Path(folder, "release").write_text('ID=debian\nVERSION_CODENAME="bookworm"\n')
        return packages.machine_mirror(folder, Path(folder, "release"))


if __name__ == "__main__":
    unittest.main()
