package dev.heimdall.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.ServerAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NodeProbeTest {
  private final CountDownLatch asked = new CountDownLatch(2);

  private final NodeProbe.Listener failing =
      new NodeProbe.Listener() {
        @Override
        public boolean wantsMembers(NodeProbe probe) {
          asked.countDown();
          throw new IllegalStateException("an error of the test's");
        }

        @Override
        public Duration answered(NodeProbe probe, NodeReport report, long askedAt) {
          throw new IllegalStateException("nobody was asked");
        }

        @Override
        public Duration failed(NodeProbe probe, String why) {
          throw new IllegalStateException("another error of the test's");
        }
      };

  @Test
  void errorsInWhoeverListensDoNotEndTheAsking() throws InterruptedException {
    ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
    try {
      NodeProbe probe =
          new NodeProbe(
              new ServerAddress("a", 5432), "d", new PostgresProber(5432), null, executor, failing);
      probe.hurry();

      assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      executor.shutdownNow();
    }
  }
}
