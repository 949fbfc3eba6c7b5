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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  /**
   * By an administrator, as by a failover. What comes first has the client keep its server
   * connection in transaction mode, too.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TEMP TABLE pins (i int)",
        "BEGIN; CREATE TEMP TABLE pins (i int)",
        "CREATE TEMP TABLE pins (i int); BEGIN; SELECT 1",
        "CREATE TEMP TABLE pins (i int); BEGIN; SELECT 1/0",
      })
  void anIdleClientWhoseOwnServerConnectionIsKilledIsToldAsDirectly(String before)
      throws IOException {
    assertThat(killed(target(), before)).isEqualTo(killed(SharedPostgres.target(), before));
  }

  private static List<String> killed(Target where, String before) throws IOException {
    try (RawClient client = RawClient.logIn(where)) {
      String pid = null;
      for (String text : before.split("; ")) {
        if (client.query(text).get(0).type() != 'E') {
          pid = client.value("SELECT pg_backend_pid()");
        }
      }
      SharedPostgres.value("SELECT pg_terminate_backend(" + pid + ")");
      List<Message> last = client.untilClosed();
      return last.stream()
          .map(m -> m.fields().get('S') + " " + m.sqlState() + " " + m.fields().get('M'))
          .toList();
    }
  }
}
