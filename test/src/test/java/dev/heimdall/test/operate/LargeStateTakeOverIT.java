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
@Tag("ci")
class LargeStateTakeOverIT {
  @TempDir private Path directory;

  /** Prepares as many statements of 1 MiB. */
  private static void prepare(RawClient client, int statements) throws IOException {
    String comment = "/* " + "x".repeat(1 << 20) + " */";
    for (int i = 0; i < statements; i++) {
      client.send(Frontend.parse("s" + i, "SELECT " + i + comment), Frontend.sync());
      assertThat(client.untilReady()).noneMatch(message -> message.type() == 'E');
    }
  }

  private static String execute(RawClient client, String statement) throws IOException {
    client.send(Frontend.bind("", statement), Frontend.execute("", 0), Frontend.sync());
    return client.untilReady().stream()
        .filter(message -> message.type() == 'D')
        .map(message -> message.columns().get(0))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aClientWithMoreStateThanAFrameHoldsStaysUntilItHasLessOrLeaves() throws Exception {
    try (TakeOvers processes = new TakeOvers(directory)) {
      ProxyProcess before =
          processes.first(ProxyProcess.configured(directory, Map.of("drainTimeout", "120s")));
      try (RawClient shrinks = RawClient.logIn(before.target());
          RawClient leaves = RawClient.logIn(before.target());
          RawClient free = RawClient.logIn(before.target())) {
        prepare(shrinks, 17);
        prepare(leaves, 18);
        ProxyProcess after = processes.next(before);
        Await.until(
            "the new process knows who has not moved, and why",
            TakeOvers.PATIENCE,
            () -> after.door().metric("heimdall_take_over_clients{reason=\"too_large\"}") == 2,
            after::output);
        try (RawClient console = RawClient.logIn(after.console())) {
          assertThat(console.query("SHOW TAKE OVER"))
              .extracting(Message::toString)
              .contains("DataRow [2, state larger than 16 MiB]");
        }
        for (int i = 0; i < 17; i++) {
          assertThat(execute(shrinks, "s" + i)).isEqualTo(Integer.toString(i));
          assertThat(execute(leaves, "s" + i)).isEqualTo(Integer.toString(i));
          assertThat(free.value("SELECT 1")).isEqualTo("1");
        }
        shrinks.send(Frontend.closeStatement("s0"), Frontend.closeStatement("s1"), Frontend.sync());
        shrinks.untilReady();
        Await.until(
            "who has less than that moves",
            TakeOvers.PATIENCE,
            () -> after.door().metric("heimdall_take_over_clients{reason=\"too_large\"}") == 1,
            after::output);
        assertThat(execute(shrinks, "s16")).isEqualTo("16");
        assertThat(before.isAlive()).isTrue();
        assertThat(execute(leaves, "s17")).isEqualTo("17");
        leaves.close();
        TakeOvers.ended(before);
        TakeOvers.took(after);
        assertThat(before.output())
            .containsPattern("clients remain .*why=.*state larger than 16 MiB 2")
            .containsPattern("clients moved .*number=2 left=0");
        assertThat(execute(shrinks, "s2")).isEqualTo("2");
        assertThat(free.value("SELECT 2")).isEqualTo("2");
      }
    }
  }
}
