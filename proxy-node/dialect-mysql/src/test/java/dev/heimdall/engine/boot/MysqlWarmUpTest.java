package dev.heimdall.engine.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.auth.NonceSource;
import dev.heimdall.engine.auth.ScramKeyCache;
import dev.heimdall.engine.dialect.NodeServices;
import dev.heimdall.engine.dialect.mysql.MysqlDialect;
import dev.heimdall.engine.observe.CountedPool;
import dev.heimdall.engine.observe.LoopMetrics;
import dev.heimdall.engine.observe.TrafficLabels;
import dev.heimdall.engine.practice.Practice;
import dev.heimdall.engine.practice.PracticeRun;
import dev.heimdall.model.Engine;
import dev.heimdall.model.Transport;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Nodes that practise MySQL's protocol before they are ready. */
class MysqlWarmUpTest {
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

  private static Practice practice() {
    return new MysqlDialect()
        .create(
            new NodeServices(
                new ScramKeyCache(10), NonceSource.random(new SecureRandom()), Runnable::run))
        .practice()
        .orElseThrow();
  }

  @Test
  void clientsHaveTheirStatementsAnswered() throws Exception {
    try (PracticeNode node = PracticeNode.start(Map.of(Engine.MYSQL, practice()), Transport.NIO)) {
      for (PracticeRun run : node.begin(done -> done >= 3000)) {
        run.await(PATIENCE); // throws what a client met
        assertThat(run.statements()).isGreaterThanOrEqualTo(3000);
      }
    }
  }

  /** What Java has never seen it compiles without, and once more when it comes. */
  @Test
  void theyWaitForServersAndShareThemAndHaveSettingsOfTheirOwn() throws Exception {
    try (PracticeNode node = PracticeNode.start(Map.of(Engine.MYSQL, practice()), Transport.NIO)) {
      for (PracticeRun run : node.begin(done -> done >= 3000)) {
        run.await(PATIENCE);
      }

      LoopMetrics loop = node.node().nodeLoops().get(0).sessions().get(Engine.MYSQL).metrics();
      CountedPool judged = CountedPool.of(loop, pool("practice-mysql-judged"));
      assertThat(judged.waits()).isPositive();
      assertThat(judged.behind()).isPositive();
      assertThat(judged.replays()).isPositive();
      assertThat(CountedPool.of(loop, pool("practice-mysql")).behind())
          .as("nor without rules do they share a connection of which nothing is known")
          .isPositive();
    }
  }

  private static TrafficLabels pool(String vdb) {
    return new TrafficLabels(vdb, "practice", "practice");
  }

  /** Anybody on the machine may connect to the servers: a length that they send costs nothing. */
  @Test
  void whoeverElseConnectsIsSentAway() throws Exception {
    try (PracticeRun run = new PracticeRun(practice());
        Socket stranger = new Socket(InetAddress.getLoopbackAddress(), run.port())) {
      stranger.setSoTimeout((int) TimeUnit.NANOSECONDS.toMillis(PATIENCE));
      stranger
          .getOutputStream()
          .write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      stranger.getInputStream().readAllBytes(); // to its end
    }
  }
}
