package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node that has a twentieth of a processor from its start on, as a burstable instance without
 * credits: it finds its servers, lets clients in and says that it lives, slowly.
 */
@Tag("long")
class StarvedNodeIT {
  private static final int PERCENT = 5;

  /** Of Java alone, until the node listens. */
  private static final Duration START = Duration.ofMinutes(4);

  /** From then on until the first client has an answer of its server. */
  private static final Duration FIRST = Duration.ofMinutes(2);

  /** Of each log-in and request later on, which others run into that give it half a minute. */
  private static final Duration EACH = Duration.ofSeconds(20);

  private static final Duration RECOVERY = Duration.ofSeconds(30);
  private static final Duration PROMPT = Duration.ofSeconds(2);
  private static final int ROUNDS = 10;
  private static final int PROMPT_ROUNDS = 3;

  @TempDir private Path directory;

  private interface Action {
    void run() throws Exception;
  }

  private static Duration took(Action action) throws Exception {
    long from = System.nanoTime();
    action.run();
    return Duration.ofNanos(System.nanoTime() - from);
  }

  private static void ask(Target target, Duration patience) throws IOException {
    try (RawClient client = RawClient.connect(target)) {
      client.patience(patience);
      client.startup(0);
      client.authenticate();
      assertThat(client.value("SELECT pg_is_in_recovery()")).as("of the writer").isEqualTo("f");
    }
  }

  private static void lives(ProxyProcess node) throws Exception {
    assertThat(node.door().get("/livez").statusCode()).as("livez").isEqualTo(200);
  }

  /** A log-in without TLS, one with it, and a look at whether the node lives. */
  private static List<Duration> round(ProxyProcess node, Duration patience) throws Exception {
    return List.of(
        took(() -> ask(node.target(), patience)),
        took(() -> ask(node.target().tls(true), patience)),
        took(() -> lives(node)));
  }

  private static void offerTls(ProxyProcess node) throws IOException {
    TestCertificate certificate = TestCertificate.localhost();
    Files.writeString(node.directory().resolve("client-side.pem"), certificate.certificate());
    Files.writeString(node.directory().resolve("client-side.key"), certificate.key());
    node.changeVdb(
        "tls",
        Map.of(
            "mode", "allow", "certificateFile", "client-side.pem", "keyFile", "client-side.key"));
  }

  @Test
  void findsItsServersAndServesAndRecoversWhenItIsFed() throws Exception {
    String hosts =
        SharedPostgres.cluster().servers().stream()
            .map(server -> server.host() + ":" + server.port())
            .collect(Collectors.joining(","));
    try (ProxyProcess node = ProxyProcess.configured(directory, Map.of())) {
      node.before(hosts, Map.of("kind", "postgres"));
      offerTls(node);
      Duration start = took(() -> node.startStarved(PERCENT, START));
      List<Duration> first = round(node, FIRST);
      List<List<Duration>> starved = new ArrayList<>();
      for (int i = 0; i < ROUNDS; i++) {
        starved.add(round(node, EACH));
      }

      node.feed();

      List<List<Duration>> fed = new ArrayList<>();
      Await.until(
          "three rounds in a row are prompt",
          RECOVERY,
          () -> {
            fed.add(round(node, EACH));
            return fed.size() >= PROMPT_ROUNDS
                && fed.subList(fed.size() - PROMPT_ROUNDS, fed.size()).stream()
                    .flatMap(List::stream)
                    .allMatch(one -> one.compareTo(PROMPT) < 0);
          },
          fed::toString);
      System.out.printf("start %s, first %s, starved %s, fed %s%n", start, first, starved, fed);
      assertThat(first).allMatch(one -> one.compareTo(FIRST) < 0);
      assertThat(starved).flatExtracting(one -> one).allMatch(one -> one.compareTo(EACH) < 0);
    }
  }
}
