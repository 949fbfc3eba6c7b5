package dev.heimdall.test.operate;

import static dev.heimdall.test.fixture.TestConfiguration.rule;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests that a client has sent whole before its half-close are run and answered, at whatever
 * moment of a take-over that is.
 */
@Timeout(180)
@Tag("long")
class HalfClosedTakeOverIT {
  /** Clients that have said nothing for a while, which are those that move. */
  private static final int IDLE = 20;

  private static final int DELAYED = 5;

  @TempDir private Path directory;
  private TakeOvers processes;

  @BeforeEach
  void makeState() throws IOException {
    processes = new TakeOvers(directory);
    SharedPostgres.primary()
        .executeIn(
            "app",
            "CREATE TABLE half_closed_taken (a int)",
            "GRANT ALL ON half_closed_taken TO PUBLIC");
  }

  @AfterEach
  void end() throws InterruptedException {
    processes.close();
    SharedPostgres.primary().executeIn("app", "DROP TABLE half_closed_taken");
  }

  private static byte[] insert(String how, int value) {
    String sql = "INSERT INTO half_closed_taken SELECT " + value;
    return switch (how) {
      case "slow" -> Frontend.query(sql + " FROM pg_sleep(0.2)");
      case "batch" -> Frontend.all(Frontend.statement(sql), Frontend.sync());
      default -> Frontend.query(sql);
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"query", "slow", "batch"})
  void whatAClientSendsAtLastIsRunAndAnswered(String how) throws Exception {
    ProxyProcess before =
        processes.first(ProxyProcess.configured(directory, Map.of("drainTimeout", "60s")));
    Deque<RawClient> idle = new ArrayDeque<>();
    for (int i = 0; i < IDLE; i++) {
      idle.add(RawClient.logIn(before.target()));
    }
    CompletableFuture<ProxyProcess> next =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return processes.next(before);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    int sent = 0;
    List<String> unanswered = new ArrayList<>();
    while (!next.isDone() || before.isAlive() || !idle.isEmpty()) {
      if (before.isAlive()) {
        idle.add(RawClient.logIn(before.target()));
      }
      try (RawClient client = idle.remove()) {
        client.send(insert(how, sent));
        client.shutdownOutput();
        String heard = client.untilClosed().toString();
        if (!heard.contains("INSERT 0 1")) {
          unanswered.add(sent + ": " + heard);
        }
      }
      sent++;
    }
    TakeOvers.ended(before);
    TakeOvers.took(next.join());

    assertThat(unanswered).isEmpty();
    assertThat(sent).isGreaterThan(IDLE);
    assertThat(
            SharedPostgres.primary()
                .queryValue("app", "SELECT count(DISTINCT a) FROM half_closed_taken"))
        .isEqualTo(Integer.toString(sent));
  }

  /** The process before has it still when the next one has come. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatARuleDelaysIsRunByTheProcessBefore(boolean saysSo) throws Exception {
    ProxyProcess before = ProxyProcess.configured(directory, Map.of("drainTimeout", "60s"));
    Files.writeString(
        Files.createDirectories(before.directory().resolve("rules")).resolve("delays.json"),
        "{\"rules\": [" + rule("half_closed", "tag", "\"delay\": 20000000") + "]}");
    before.changeVdb("rules", List.of("delays"));
    before.changeVdb("clients", Map.of("halfClosedTimeout", "40s"));
    processes.first(before);
    for (int i = 0; i < DELAYED; i++) {
      try (RawClient client = RawClient.logIn(before.target())) {
        client.send(
            saysSo
                ? new byte[][] {insert("query", i), Frontend.terminate()}
                : new byte[][] {insert("query", i)});
      }
    }
    ProxyProcess after = processes.next(before);
    TakeOvers.ended(before);
    TakeOvers.took(after);

    assertThat(before.output()).contains("left=0");
    assertThat(SharedPostgres.primary().queryValue("app", "SELECT count(*) FROM half_closed_taken"))
        .isEqualTo(Integer.toString(DELAYED));
  }
}
