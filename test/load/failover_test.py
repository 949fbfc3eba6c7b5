"""What the failover measurement concludes from rounds whose outcome is known. Run: python3 -m unittest discover -s test/load -p '*_test.py'"""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from harness import failover, page, results
from harness.crowd import Answer, Life, Record, Trouble
from harness.failover import KILLED, SWITCHED, FailoverRow, conclude

FACTS = {"date": "d", "cores": "2", "memory": "m", "kernel": "k", "system": "s", "database": "p", "outage": 0.5, "load": "0", "routes": {"node": "Heimdall"}}


def row(route="node", kind=KILLED, round_=1, first=100.0, **more):
    return FailoverRow("d", kind, route, round_, 64, 1000, 50.0, first, first + 50, **more)


class Concluding(unittest.TestCase):

    def test_what_began_before_the_end_of_the_writer_was_in_flight(self):
        record = Record(troubles=[Trouble(1, "transaction", 9.9, 10.2, "40001", ""), Trouble(2, "write", 9.99, 10.1, "08006", ""),
                                  Trouble(3, "transaction", 10.01, 10.4, "40001", ""), Trouble(4, "read", 9.0, 10.1, "08006", "")])
        found = conclude(row(), record, set(), gone=10.0, since=10.5, took=0.05)
        self.assertEqual((found.transactions_in_flight, found.writes_in_flight, found.reads_in_flight, found.errors_afterwards), (1, 1, 1, 1))
        self.assertIn("1 transaction afterwards 40001", found.states)

    def test_the_first_write_is_one_that_was_acknowledged_after_the_promotion_was_asked_for(self):
        record = Record(acknowledged=[(1, 9.0), (2, 10.4), (3, 10.75), (4, 10.9)])
        self.assertAlmostEqual(conclude(row(), record, {1, 2, 3, 4}, gone=10.0, since=10.5, took=0.05).first_write_ms, 250)

    def test_after_a_pause_it_is_one_that_the_new_writer_acknowledged(self):
        record = Record(acknowledged=[(1, 10.6), (2, 11.5)])
        self.assertAlmostEqual(conclude(row(), record, {1, 2}, gone=11.0, since=10.5, took=0.05).first_write_ms, 1000)

    def test_an_acknowledged_write_that_is_not_there_is_lost(self):
        record = Record(acknowledged=[(1, 9.0), (2, 9.1), (3, 11.0)])
        self.assertEqual(conclude(row(), record, {1, 3, 99}, gone=10.0, since=10.5, took=0.05).lost, 1)

    def test_a_round_without_a_write_afterwards_has_no_time(self):
        found = conclude(row(), Record(acknowledged=[(1, 9.0)]), {1}, gone=10.0, since=10.5, took=0.05)
        self.assertNotEqual(found.first_write_ms, found.first_write_ms)


class Verdicts(unittest.TestCase):

    def test_errors_of_transactions_in_flight_are_no_miss(self):
        self.assertEqual(failover.verdict([row(transactions_in_flight=9, writes_in_flight=3)], KILLED), "met")

    def test_each_miss_is_named(self):
        said = failover.verdict([row(first=400, dropped=2), row(first=1200, lost=1), row(first=500, errors_afterwards=4)], KILLED)
        self.assertEqual(said, "missed: p50 500 ms, max 1200 ms, 2 dropped, 4 errors afterwards, 1 lost")

    def test_a_switchover_allows_no_error_at_all(self):
        self.assertEqual(failover.verdict([row(kind=SWITCHED, first=3000)], SWITCHED), "met")
        self.assertEqual(failover.verdict([row(kind=SWITCHED, transactions_in_flight=1)], SWITCHED), "missed: 1 transactions in flight")

    def test_a_failed_round_is_a_miss_and_is_shown(self):
        with tempfile.TemporaryDirectory() as folder:
            text = self._page(Path(folder), [row(failure="not all clients were served again within 30 s")])
        self.assertIn("missed: 1 rounds failed", text)
        self.assertIn("not all clients were served again", text)

    def test_the_page_has_each_route_and_what_clients_were_told(self):
        with tempfile.TemporaryDirectory() as folder:
            text = self._page(Path(folder), [row(states="2 transaction 40001"), row(round_=2, first=200, states="1 transaction 40001"),
                                             row("pgbouncer", dropped=30)])
        self.assertIn("| node | 2 | 50 | 150 | 200 |", text)
        self.assertIn("| killed | node | transaction 40001 | 3 |", text)
        self.assertRegex(text, r"\| pgbouncer \| 1 .* \| 30 \|.*\| – \|")

    def _page(self, folder, rows):
        file = results.RowFile(folder / "failover.csv", FailoverRow)
        for each in rows:
            file.add(each)
        file.close()
        results.save_facts(folder / "failover.json", FACTS)
        target = folder / "page.md"
        target.write_text(f"before\n{page.BEGIN}\nkept\n{page.END}\n{failover.BEGIN}\nof yesterday\n{failover.END}\nafter\n")
        page.replace(target, failover.section(folder), failover.BEGIN, failover.END)
        text = target.read_text()
        self.assertTrue(text.startswith(f"before\n{page.BEGIN}\nkept\n") and text.endswith("after\n") and "of yesterday" not in text)
        return text


class Living(unittest.TestCase):
    """A client's life, told what the server would say."""

    def setUp(self):
        self.record = Record()

    def _life(self, number, turns):
        """Goes through the answers; returns the messages."""
        steps = Life(number, 1000, self.record).run()
        sent = [next(steps)]
        for answer in turns:
            sent.append(steps.send(answer))
        return sent

    def test_a_commit_that_was_answered_by_a_rollback_is_no_acknowledged_write(self):
        sent = self._life(3, [Answer(tag="BEGIN", status="T", sent=1.0), Answer(tag="INSERT 0 1", status="T", sent=2.0),
                              Answer(value="1", status="T", sent=3.0), Answer(tag="ROLLBACK", sent=4.0)])
        self.assertEqual(self.record.acknowledged, [])
        self.assertEqual([(x.what, x.begun, x.state) for x in self.record.troubles], [("transaction", 1.0, "rolled-back")])
        self.assertNotIn(b"rollback", sent[-1])

    def test_a_failed_transaction_is_rolled_back_and_counts_once(self):
        sent = self._life(3, [Answer(tag="BEGIN", status="T", sent=1.0), Answer(state="40001", status="E", sent=2.0)])
        self.assertIn(b"rollback", sent[-1])
        self.assertEqual(len(self.record.troubles), 1)

    def test_a_lost_connection_ends_a_transaction_without_more(self):
        sent = self._life(3, [Answer(tag="BEGIN", status="T", sent=1.0), Answer(state="dropped", status="T", sent=2.0, dropped=True)])
        self.assertNotIn(b"rollback", sent[-1])

    def test_a_read_that_does_not_find_what_was_acknowledged_is_trouble(self):
        self._life(1, [Answer(tag="INSERT 0 1", at=1.0), Answer(value="0", sent=2.0)])
        self.assertEqual(len(self.record.acknowledged), 1)
        self.assertEqual([(x.what, x.state) for x in self.record.troubles], [("read", "wrong")])


if __name__ == "__main__":
    unittest.main()
