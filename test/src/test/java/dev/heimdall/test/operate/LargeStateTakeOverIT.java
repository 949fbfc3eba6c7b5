package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Take-overs of clients whose state is larger than what one process tells another of a client. */
@Timeout(180)
@Tag("long")
class LargeStateTakeOverIT {
  private static final int STATEMENTS = 17;
  private static final int KEPT = 3;
  private static final String COMMENT = "/* " + "x".repeat(1 << 20) + " */";

  @TempDir private Path directory;

  /** Each has 1 MiB. */
  private static void prepare(RawClient client, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      client.send(Frontend.parse("s" + i, "SELECT " + i + COMMENT), Frontend.sync());
      assertThat(client.untilReady()).noneMatch(message -> message.type() == 'E');
    }
  }

  private static String execute(RawClient client, int statement) throws IOException {
    client.send(Frontend.bind("", "s" + statement), Frontend.execute("", 0), Frontend.sync());
    return client.untilReady().stream()
        .filter(message -> message.type() == 'D')
        .map(message -> message.columns().get(0))
        .findFirst()
        .orElseThrow();
  }

  /**
   * The place of a node is taken that has a client with 17 MiB of state, and one with nothing.
   *
   * @param large what becomes of the first when it is known that it stays, and why
   */
  private void takesOver(Large large) throws Exception {
    try (TakeOvers processes = new TakeOvers(directory)) {
      ProxyProcess before =
          processes.first(
              ProxyProcess.configured(
                  directory, Map.of("drainTimeout", "120s", "memoryBudget", "100MiB")));
      try (RawClient client = RawClient.logIn(before.target());
          RawClient free = RawClient.logIn(before.target())) {
        prepare(client, 0, STATEMENTS);
        ProxyProcess after = processes.next(before);
        Await.until(
            "the new process knows who has not moved, and why",
            TakeOvers.PATIENCE,
            () -> remaining(after) == 1,
            after::output);
        try (RawClient console = RawClient.logIn(after.console())) {
          assertThat(console.query("SHOW TAKE OVER"))
              .extracting(Message::toString)
              .contains("DataRow [1, state larger than 16 MiB]");
        }
        for (int i = 0; i < STATEMENTS; i++) {
          assertThat(execute(client, i)).isEqualTo(Integer.toString(i));
          assertThat(free.value("SELECT 1")).isEqualTo("1");
        }
        assertThat(before.isAlive()).isTrue();
        large.ends(client, after);
        TakeOvers.ended(before);
        TakeOvers.took(after);
        assertThat(before.output())
            .containsPattern("clients remain .*why=.*state larger than 16 MiB 1")
            .containsPattern("clients moved .*left=0");
        assertThat(free.value("SELECT 2")).isEqualTo("2");
        large.isOver(client);
      }
    }
  }

  private static double remaining(ProxyProcess after) {
    return after.door().metric("heimdall_take_over_clients{reason=\"too_large\"}");
  }

  /** Servers and rules go by the same text, which both processes have twice. */
  @Test
  void aClientWhoseTextsAFrameHoldsOnceMoves() throws Exception {
    try (TakeOvers processes = new TakeOvers(directory)) {
      ProxyProcess before =
          processes.first(
              ProxyProcess.configured(
                  directory, Map.of("drainTimeout", "120s", "memoryBudget", "100MiB")));
      try (RawClient client = RawClient.logIn(before.target())) {
        prepare(client, 2, 15);
        for (int i = 0; i < 2; i++) {
          client.query("PREPARE s" + i + " AS SELECT " + i + COMMENT);
        }
        ProxyProcess after = processes.next(before);
        TakeOvers.ended(before);
        TakeOvers.took(after);
        assertThat(before.output()).containsPattern("clients moved .*left=0");
        for (int i = 0; i < 15; i++) {
          assertThat(execute(client, i)).isEqualTo(Integer.toString(i));
        }
      }
    }
  }

  private interface Large {
    /** Has the process before end. */
    void ends(RawClient client, ProxyProcess after) throws IOException;

    void isOver(RawClient client) throws IOException;
  }

  @Test
  void aClientWithMoreStateThanAFrameHoldsIsServedWhereItIsUntilItLeaves() throws Exception {
    takesOver(
        new Large() {
          @Override
          public void ends(RawClient client, ProxyProcess after) throws IOException {
            client.close();
          }

          @Override
          public void isOver(RawClient client) {}
        });
  }

  @Test
  void itMovesOnceItHasLess() throws Exception {
    takesOver(
        new Large() {
          @Override
          public void ends(RawClient client, ProxyProcess after) throws IOException {
            for (int i = KEPT; i < STATEMENTS; i++) {
              client.send(Frontend.closeStatement("s" + i));
            }
            client.send(Frontend.sync());
            client.untilReady();
            Await.until(
                "it moves behind a statement",
                TakeOvers.PATIENCE,
                () -> execute(client, 0).equals("0") && remaining(after) == 0,
                after::output);
          }

          @Override
          public void isOver(RawClient client) throws IOException {
            for (int i = 0; i < KEPT; i++) {
              assertThat(execute(client, i)).isEqualTo(Integer.toString(i));
            }
          }
        });
  }
}
