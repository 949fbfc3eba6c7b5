package dev.heimdall.test.secure;

import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.terminate;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * A client in TLS has closed its half of the session: what it has sent is run. The engine of TLS
 * sends nothing more then, so that it is not answered.
 */
class HalfClosedTlsIT {
  private static final Authority AUTHORITY = new Authority("half closed");
  private static final int TIMES = 5;

  private static void last(Target target, byte[]... messages) throws IOException {
    try (RawClient client = RawClient.logIn(target)) {
      client.send(messages);
      client.shutdownOutput();
      client.untilClosed();
    }
  }

  @Test
  void whatItHasSentIsRun() throws IOException {
    SecureServer.server()
        .executeIn("app", "CREATE TABLE half_closed (a int)", "GRANT ALL ON half_closed TO PUBLIC");
    try (TestNode node =
        TestNode.start(
            c -> {
              SecureServer.behind(c);
              c.clientTls("require", AUTHORITY.issue("node", "localhost").files());
              c.vdb("auth", List.of(Map.of("method", "trust")));
            })) {
      Target plain = node.target();
      Target tls =
          new Target(
              plain.host(), plain.port(), plain.database(), plain.user(), plain.password(), true);
      byte[] slow = query("INSERT INTO half_closed SELECT 1 FROM pg_sleep(0.1)");
      for (int i = 0; i < TIMES; i++) {
        last(tls, slow);
        last(tls, slow, terminate());
        last(tls, slow, slow);
      }
      Await.until(
          "all are there",
          () ->
              SecureServer.server()
                  .queryValue("app", "SELECT count(*) FROM half_closed")
                  .equals(String.valueOf(4 * TIMES)));
    } finally {
      SecureServer.server().executeIn("app", "DROP TABLE half_closed");
    }
  }
}
