package dev.heimdall.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.ServerAddress;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is said of a server that has a question and does not answer it. */
class AnswerWatchTest {
  /** Questions that are answered before the one that is not. */
  private static final int ANSWERED = 5;

  private final ScheduledExecutorService executor = Executors.newScheduledThreadPool(2);
  private final CountDownLatch answers = new CountDownLatch(1);
  private final List<String> said = new CopyOnWriteArrayList<>();
  private final BlockingQueue<String> news = new LinkedBlockingQueue<>();

  @AfterEach
  void close() {
    answers.countDown();
    executor.shutdownNow();
  }

  /** Answers at once, and then no more until it is let. */
  private final class Server implements ProbedServer {
    private final boolean connecting;
    private int asked;

    Server(boolean connecting) {
      this.connecting = connecting;
    }

    @Override
    public NodeReport ask(boolean members) {
      throw new UnsupportedOperationException("nobody hears how far it has come");
    }

    @Override
    public NodeReport ask(boolean members, Progress progress) throws SQLException {
      progress.sent();
      if (++asked > ANSWERED) {
        if (connecting) {
          progress.connecting();
        }
        await(answers);
      }
      return null;
    }

    @Override
    public Position written() {
      throw new UnsupportedOperationException("nobody asks that");
    }

    @Override
    public void close() {
      // There is no connection to be closed.
    }
  }

  private static void await(CountDownLatch latch) throws SQLException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new SQLException("the test has ended", e);
    }
  }

  private final class Hears implements NodeProbe.Listener {
    @Override
    public boolean wantsMembers(NodeProbe probe) {
      return false;
    }

    @Override
    public Duration answered(NodeProbe probe, NodeReport report, long askedAt) {
      say("answered");
      return Duration.ZERO;
    }

    @Override
    public Duration failed(NodeProbe probe, String why, int counted) {
      say("failed");
      return Duration.ofDays(1);
    }

    @Override
    public void silent(NodeProbe probe, Duration unanswered, boolean all) {
      say("silent");
    }

    @Override
    public void overdue(NodeProbe probe, Duration within) {
      say("overdue");
    }
  }

  private void say(String what) {
    said.add(what);
    news.add(what);
  }

  private void begin(boolean connecting, Duration patience) {
    Server server = new Server(connecting);
    NodeProbe probe =
        new NodeProbe(
            new ServerAddress("127.0.0.1", 5432),
            within -> server,
            patience,
            executor,
            new Hears());
    probe.hurry();
  }

  private void assertNext(String... expected) throws InterruptedException {
    for (String one : expected) {
      assertThat(news.poll(60, TimeUnit.SECONDS)).as("%s", said).isEqualTo(one);
    }
  }

  @Test
  void aServerIsSilentLongBeforeItsTimeIsOver() throws InterruptedException {
    begin(false, Duration.ofHours(1));
    assertNext("answered", "answered", "answered", "answered", "answered", "silent");
    answers.countDown();
    assertNext("answered");
  }

  @Test
  void aQuestionThatDoesNotEndCountsAsTwoFailuresAndNoMore() throws InterruptedException {
    begin(false, Duration.ofMillis(200));
    assertNext("answered", "answered", "answered", "answered", "answered", "overdue", "overdue");
    answers.countDown();
    assertNext("answered");
  }

  /** It takes several round trips, which says nothing of the server. */
  @Test
  void whileAConnectionIsMadeNobodyIsSilent() throws InterruptedException {
    begin(true, Duration.ofSeconds(2));
    assertNext("answered", "answered", "answered", "answered", "answered", "overdue");
  }
}
