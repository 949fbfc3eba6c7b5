"""What is made of samples whose parts are known."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from harness import profile

LOOP = "[heimdall-loop-2-1 tid=7];java/lang/Thread.run;io/netty/channel/epoll/EpollIoHandler.run;"
SAMPLES = [
    LOOP + "dev/heimdall/engine/session/ClientSession.flushNow;io/netty/channel/unix/Socket.sendAddress;__GI___send;do_syscall_64_[k];tcp_sendmsg_[k] 30",
    LOOP + "dev/heimdall/engine/backend/ServerConnection.flushNow;writev;do_syscall_64_[k] 10",
    LOOP + "epoll_pwait2;do_syscall_64_[k] 20",
    LOOP + "dev/heimdall/engine/pipeline/QueryPath.handle;dev/heimdall/engine/sql/Fingerprinter.readForm 20",
    LOOP + "dev/heimdall/engine/pipeline/QueryPath.handle;io/netty/buffer/AbstractByteBuf.getByte 15",
    LOOP + "dev/heimdall/engine/dialect/postgres/server/ReplyReader.walk;java/util/HashMap.getNode 5",
    "[C2 CompilerThread0 tid=9];Compile::Compile 500",
]


class Samples(unittest.TestCase):

    def test_each_sample_counts_for_what_was_at_work(self):
        self.assertEqual(profile.shares(SAMPLES), {
            "kernel: send to clients": 30, "kernel: send to servers": 10, "kernel: wait for events": 20, "engine: sql": 20, "Netty: buffers": 15,
            "engine: dialect.postgres.server": 5})

    def test_small_parts_are_one_row(self):
        table = profile.table({"simple": profile.shares(SAMPLES), "prepared": profile.shares(SAMPLES[:2])}, least=0.1).splitlines()
        self.assertEqual(table[0], "| % of the loop's time | simple | prepared |")
        self.assertEqual(table[2], "| kernel: send to clients | 30.0 | 75.0 |")
        self.assertEqual(table[-1], "| everything else | 5.0 | 0.0 |")


if __name__ == "__main__":
    unittest.main()
