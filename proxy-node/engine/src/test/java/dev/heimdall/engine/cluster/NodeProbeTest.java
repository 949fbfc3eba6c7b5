package dev.heimdall.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.ServerAddress;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeProbeTest {
  private final CountDownLatch asked = new CountDownLatch(2);

  /** An error, as when there is no memory or a class is gone, rather than an exception. */
  private final class Failing implements NodeProbe.Listener {
    private final boolean errors;

    Failing(boolean errors) {
      this.errors = errors;
    }

    private RuntimeException failure(String what) {
      if (errors) {
        throw new NoClassDefFoundError(what);
      }
      return new IllegalStateException(what);
    }

    @Override
    public boolean wantsMembers(NodeProbe probe) {
      asked.countDown();
      throw failure("an error of the test's");
    }

    @Override
    public Duration answered(NodeProbe probe, NodeReport report, long askedAt) {
      throw new IllegalStateException("nobody was asked");
    }

    @Override
    public Duration failed(NodeProbe probe, String why, int counted) {
      throw failure("another error of the test's");
    }

    @Override
    public void silent(NodeProbe probe, Duration unanswered, boolean all) {
      throw new IllegalStateException("nobody was asked");
    }

    @Override
    public void overdue(NodeProbe probe, Duration within) {
      throw new IllegalStateException("nobody was asked");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void errorsInWhoeverListensDoNotEndTheAsking(boolean errors) throws InterruptedException {
    ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
    try {
      NodeProbe probe =
          new NodeProbe(
              new ServerAddress("a", 5432),
              patience -> null,
              Duration.ofSeconds(10),
              executor,
              new Failing(errors));
      probe.hurry();

      assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      executor.shutdownNow();
    }
  }

  /** One that hears that the server did not answer, and has it asked again at once. */
  private static final class Again implements NodeProbe.Listener {
    @Override
    public boolean wantsMembers(NodeProbe probe) {
      return false;
    }

    @Override
    public Duration answered(NodeProbe probe, NodeReport report, long askedAt) {
      throw new IllegalStateException("nobody was asked");
    }

    @Override
    public Duration failed(NodeProbe probe, String why, int counted) {
      return Duration.ZERO;
    }

    @Override
    public void silent(NodeProbe probe, Duration unanswered, boolean all) {
      throw new IllegalStateException("it has never answered");
    }

    @Override
    public void overdue(NodeProbe probe, Duration within) {
      throw new IllegalStateException("it has never answered");
    }
  }

  @Test
  void aNodeTooSlowToConnectInTimeGivesItsServerLonger() throws InterruptedException {
    AtomicLong clock = new AtomicLong();
    List<Duration> given = new CopyOnWriteArrayList<>();
    ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
    try {
      NodeProbe probe =
          new NodeProbe(
              new ServerAddress("a", 5432),
              patience -> {
                given.add(patience);
                clock.addAndGet(patience.toNanos());
                asked.countDown();
                throw new SQLException("no connection in time", "08001");
              },
              Duration.ofSeconds(2),
              executor,
              new Again(),
              clock::get);
      probe.hurry();

      assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
      probe.close();
      assertThat(given).startsWith(Duration.ofSeconds(2), Duration.ofSeconds(4));
    } finally {
      executor.shutdownNow();
    }
  }
}
