package dev.heimdall.test.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.LoggedLines;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How connections end. */
class EndingsIT extends EachNodeKind {
  @Test
  void whoConnectsAndLeavesIsNoError() throws IOException {
    try (LoggedLines lines = LoggedLines.of("heimdall.client")) {
      RawClient.connect(target()).close();
      RawClient.connect(target()).vanish();
      try (RawClient client = logIn()) {
        client.send(Frontend.terminate());
        assertThat(client.untilClosed()).isEmpty();
      }
      Await.until(
          "the one that has logged in is gone",
          () ->
              node().clients().isEmpty() && !lines.beginningWith("DEBUG client closed").isEmpty());
      assertThat(lines.beginningWith("ERROR")).isEmpty();
      assertThat(lines.beginningWith("WARN")).isEmpty();
    }
  }

  /** By an administrator, as by a failover. */
  @Test
  void anIdleClientWhoseOwnServerConnectionIsKilledIsToldAsDirectly() throws IOException {
    assertThat(killed(target())).isEqualTo(killed(SharedPostgres.target()));
  }

  private static List<String> killed(Target where) throws IOException {
    try (RawClient client = RawClient.logIn(where)) {
      client.query("CREATE TEMP TABLE pins_in_transaction_mode (i int)");
      String pid = client.value("SELECT pg_backend_pid()");
      SharedPostgres.value("SELECT pg_terminate_backend(" + pid + ")");
      List<Message> last = client.untilClosed();
      return last.stream()
          .map(m -> m.fields().get('S') + " " + m.sqlState() + " " + m.fields().get('M'))
          .toList();
    }
  }
}
