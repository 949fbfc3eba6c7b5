"""What the measurement of reads on replicas concludes. Run: python3 -m unittest discover -s test/load -p '*_test.py'"""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from harness import replicas, results
from harness.replicas import ReplicasRow

FACTS = {"date": "d", "cores": "2", "memory": "m", "kernel": "k", "system": "s", "database": "p", "load": "0", "seconds": 8, "clients": 32, "routes": {"direct": "no proxy"}}


class Replicas(unittest.TestCase):

    def test_the_share_of_replicas_is_that_of_all_but_the_first_server(self):
        self.assertEqual(replicas.share_of_replicas([10, 0, 5], [20, 20, 15]), 0.75)
        self.assertEqual(replicas.share_of_replicas([10, 0, 5], [10, 0, 5]), 0.0)

    def test_ratios_are_taken_within_a_round_and_failures_shown(self):
        with tempfile.TemporaryDirectory() as folder:
            file = results.RowFile(Path(folder) / "replicas.csv", ReplicasRow)
            for round_, writer, both in ((1, 100, 150), (2, 1000, 1100)):
                file.add(ReplicasRow("d", "prepared", 32, round_, "node-writer", 8, writer, 1, 2))
                file.add(ReplicasRow("d", "prepared", 32, round_, "node-replicas", 8, both, 1, 2, 0.9))
            file.add(ReplicasRow("d", "simple", 32, 1, "direct", 8, failure="FATAL: no"))
            file.close()
            results.save_facts(Path(folder) / "replicas.json", FACTS)
            text = replicas.section(Path(folder))
        self.assertIn("| 1.30 (1.10–1.50) |", text)
        self.assertIn("| 90 % |", text)
        self.assertIn("Round 1 of direct, simple, failed: FATAL: no", text)


if __name__ == "__main__":
    unittest.main()
