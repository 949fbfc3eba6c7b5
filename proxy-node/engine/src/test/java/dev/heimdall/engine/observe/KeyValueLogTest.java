package dev.heimdall.engine.observe;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class KeyValueLogTest {
  private static final SocketAddress ADDRESS = new InetSocketAddress("127.0.0.1", 40312);

  private final AtomicLong clock = new AtomicLong();
  private final KeyValueLog log =
      new KeyValueLog(Duration.ofNanos(100), clock::get, VdbLines.NOBODY);
  private final Logger logger = (Logger) LoggerFactory.getLogger("heimdall");
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void attach() {
    lines.start();
    logger.addAppender(lines);
    logger.setAdditive(false);
    logger.setLevel(Level.DEBUG);
  }

  @AfterEach
  void detach() {
    logger.detachAppender(lines);
    logger.setAdditive(true);
    logger.setLevel(null);
  }

  @Test
  void aClientsLifeIsToldInPairs() {
    log.clientConnected(7, ADDRESS, "shop", "shop", "ann", "my app", true);
    log.clientClosed(7, "shop", "ann", true, "client closed", Duration.ofMillis(1500), 12);
    assertThat(texts())
        .containsExactly(
            "client connected client=7 addr=127.0.0.1:40312 vdb=shop database=shop user=ann"
                + " app=\"my app\" tls=true",
            "client closed client=7 vdb=shop user=ann reason=\"client closed\" seconds=1.5"
                + " queries=12");
  }

  @Test
  void anEndThatNobodyWantedIsLoggedWithoutDebug() {
    logger.setLevel(Level.INFO);
    log.clientConnected(7, ADDRESS, "shop", "shop", "ann", "", true);
    log.clientClosed(7, "shop", "ann", true, "client closed", Duration.ZERO, 0);
    log.clientClosed(8, "shop", "ann", false, "idle timeout", Duration.ZERO, 0);
    log.serverClosed(3, "shop", false, "server closed the connection", Duration.ZERO);
    assertThat(lines.list).extracting(ILoggingEvent::getLevel).containsOnly(Level.INFO);
    assertThat(texts()).hasSize(2).first().asString().contains("client=8");
  }

  @Test
  void aNameCannotForgeALineOrAPair() {
    log.loginRefused(
        "shop",
        ADDRESS,
        "x\nnode stopped",
        "ann reason=none \"q\" \\",
        Refusal.AUTHENTICATION,
        null);
    assertThat(texts())
        .containsExactly(
            "login refused vdb=shop addr=127.0.0.1:40312 database=\"x\\nnode stopped\""
                + " user=\"ann reason=none \\\"q\\\" \\\\\" reason=authentication");
    log.sessionPinned(1, "a\u2028b\u001b[31m\u202e", "temp table");
    assertThat(texts().get(1)).contains("vdb=\"a\\u2028b\\u001b[31m\\u202e\"");
  }

  @Test
  void aLongValueIsCut() {
    log.sessionPinned(1, "v".repeat(10_000), "temp table");
    assertThat(texts().get(0)).hasSizeLessThan(400).contains("…");
  }

  @Test
  void refusalsOfOneHostAreSummedUp() {
    for (int i = 0; i < 5; i++) {
      log.loginRefused(
          "shop",
          new InetSocketAddress("127.0.0.1", 1000 + i),
          "d",
          "u",
          Refusal.AUTHENTICATION,
          "");
    }
    log.loginRefused("shop", ADDRESS, "d", "u", Refusal.UNKNOWN_DATABASE, "");
    assertThat(texts()).hasSize(2);
    clock.set(100);
    log.loginRefused("shop", ADDRESS, "d", "u", Refusal.AUTHENTICATION, "");
    assertThat(texts().get(2)).endsWith("reason=authentication suppressed=4");
    assertThat(lines.list).extracting(ILoggingEvent::getLevel).containsOnly(Level.WARN);
  }

  @Test
  void anExhaustedPoolWarnsOnceInAPeriod() {
    log.poolExhausted("shop", "shop", "ann", 20, 31, Duration.ofSeconds(5));
    log.poolExhausted("shop", "shop", "ann", 20, 32, Duration.ofSeconds(5));
    log.poolExhausted("shop", "shop", "bob", 20, 1, Duration.ofSeconds(5));
    assertThat(texts())
        .containsExactly(
            "pool exhausted vdb=shop database=shop user=ann size=20 waiting=31 waited_seconds=5.0",
            "pool exhausted vdb=shop database=shop user=bob size=20 waiting=1 waited_seconds=5.0");
  }

  @Test
  void everySubjectHasItsLogger() {
    log.serverConnected(1, "shop", "shop", "ann", ADDRESS, 4711);
    log.serverConnectFailed("shop", new InetSocketAddress("::1", 5432), "Connection refused");
    log.serverProtocolError(1, "shop", ADDRESS, "message type 0x00");
    log.adminCommand("ann", ADDRESS, "PAUSE shop", "PAUSE 1");
    log.configReloaded(2, "vdbs/shop.json");
    log.configRejected(List.of("vdbs/shop.json: pool.size: not a number"));
    log.node("listening", "127.0.0.1:5050");
    assertThat(lines.list)
        .extracting(ILoggingEvent::getLoggerName)
        .containsExactly(
            "heimdall.server",
            "heimdall.server",
            "heimdall.server",
            "heimdall.admin",
            "heimdall.config",
            "heimdall.config",
            "heimdall.node");
    assertThat(texts().get(1)).contains("addr=[0:0:0:0:0:0:0:1]:5432");
    assertThat(lines.list.get(5).getLevel()).isEqualTo(Level.ERROR);
  }

  @Test
  void everyProblemOfAConfigurationIsLoggedUpToItsRemedy() {
    String remedy = "did you mean \"size\"?";
    log.configRejected(List.of("a " + "x".repeat(500) + remedy, "b"));
    assertThat(texts().get(0))
        .startsWith("configuration rejected, the earlier one stays problems=2");
    assertThat(texts().get(0)).contains("did you mean");
    assertThat(texts().get(1)).isEqualTo("configuration rejected another=b");

    log.configRejected(Collections.nCopies(60, "c"));
    assertThat(texts()).hasSize(2 + 50);
  }

  private List<String> texts() {
    return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }
}
