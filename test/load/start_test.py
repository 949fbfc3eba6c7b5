"""What the measurement of starts concludes from runs whose outcome is known. Run: python3 -m unittest discover -s test/load -p '*_test.py'"""

import http.server
import math
import sys
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from harness import compilations, starting
from harness.failure import Failure
from harness.starting import StartRow


def row(variant="now", mode="simple", round_=1, **more):
    return StartRow("d", variant, round_, mode, ready_s=3.0, ready_cpu_s=2.5, **more)


def busy(variant="now", round_=1, first=800.0, **more):
    return row(variant, "simple", round_, first_tps=first, first_p99_ms=4.0, first_us=90.0, steady_tps=1000.0, steady_p99_ms=2.0, steady_us=30.0,
               minute_cpu_s=24.0, minute_compiler_s=9.0, minute_transactions=200000, **more)


class Transactions(unittest.TestCase):

    def test_each_logged_transaction_has_its_end_and_what_it_took(self):
        self.assertEqual(starting.ended(["0 1 1500 0 100 250000\n1 1 skipped 0 100 300000\n", "2 7 900 0 101 0\n"]), [(100.25, 1.5), (101.0, 0.9)])

    def test_what_ended_in_a_span_counts_for_all_that_were_not_logged(self):
        found = starting._between([(10.0, 1.0), (11.0, 2.0), (15.0, 9.0)], 10.0, 15.0, 0.002)
        self.assertEqual(found, (4.0, 2.0, 100.0))

    def test_a_span_without_any_has_no_figures(self):
        tps, p99, each = starting._between([], 10.0, 15.0, 0.002)
        self.assertEqual(tps, 0)
        self.assertTrue(math.isnan(p99) and math.isnan(each))


class Compilations(unittest.TestCase):
    LOG = """<hotspot_log version='160 1' process='7' time_ms='1000000'>
<task compile_id='1' method='dev.heimdall.engine.A run ()V' bytes='9' stamp='1.0'>
<task_done success='1' stamp='1.5'/>
<task compile_id='2' method='dev.heimdall.engine.B run ()V' bytes='9' level='3' stamp='2.0'>
<task_done success='1' stamp='2.9'/>
<task compile_id='3' method='dev.heimdall.engine.A run ()V' bytes='9' stamp='3.0'>
<task_done success='1' stamp='3.25'/>
<task compile_id='4' method='dev.heimdall.engine.C run ()V' bytes='9' stamp='3.5'>
<task_done success='1' stamp='3.75'/>
<uncommon_trap thread='9' reason='unstable_if' action='reinterpret' compile_id='1' level='4' stamp='2.5'>
<jvms bci='4' method='dev.heimdall.engine.pool.Lane open (J)V' bytes='9'/>
<jvms bci='30' method='dev.heimdall.engine.A run ()V' bytes='9'/>
</uncommon_trap>
<uncommon_trap thread='9' reason='unstable_if' action='reinterpret' compile_id='1' level='4' stamp='2.6'>
<jvms bci='4' method='java.util.TreeMap get (I)V' bytes='9'/>
</uncommon_trap>
<uncommon_trap thread='9' reason='null_check' action='reinterpret' compile_id='1' level='4' stamp='9.5'>
<jvms bci='4' method='dev.heimdall.engine.A run ()V' bytes='9'/>
</uncommon_trap>
"""

    def test_what_is_compiled_again_and_given_up_in_a_span_is_told_apart(self):
        found = compilations.compiled(self.LOG.splitlines(), 1002.0, 5)
        self.assertAlmostEqual(found.seconds, 0.5)
        self.assertAlmostEqual(found.again_seconds, 0.25)
        self.assertEqual(found.deoptimised, ["unstable_if dev.heimdall.engine.pool.Lane.open@4 in dev.heimdall.engine.A.run"])


class Readiness(unittest.TestCase):

    def _answering(self, status):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_):
                pass
        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server.server_address[1]

    def test_a_node_that_says_so_is_ready(self):
        starting.ready(self._answering(200))

    def test_a_node_that_warms_up_is_not(self):
        with self.assertRaisesRegex(Failure, "503"):
            starting.ready(self._answering(503))


class Tables(unittest.TestCase):

    def test_ratios_are_medians_of_those_of_each_round(self):
        lines = starting.table([busy(), busy(round_=2, first=400.0), busy(round_=3, first=900.0)]).splitlines()
        self.assertEqual(lines[2], "| now | simple | 3 | 3.0 | 2.5 | – | 0.80 | 2.0 | 3.0 | 24.0 | 9.0 | 120.0 |")

    def test_an_idle_node_has_memory_alone(self):
        self.assertIn("| now | idle | 1 | 3.0 | 2.5 | 120 | – |", starting.table([row(mode="idle", idle_kib=120 * 1024)]))

    def test_variants_have_lines_of_their_own_and_failures_are_named(self):
        text = starting.table([busy("before"), busy("now"), busy("now", 2, failure="pgbench exit 1")])
        self.assertIn("| before | simple | 1 |", text)
        self.assertIn("| now | simple | 1 |", text)
        self.assertIn("Round 2 of now, simple, failed: pgbench exit 1", text)


if __name__ == "__main__":
    unittest.main()
