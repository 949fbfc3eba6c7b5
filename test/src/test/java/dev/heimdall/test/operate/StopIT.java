package dev.heimdall.test.operate;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a node leaves behind that stops at once. */
class StopIT {
  private static final int CLIENTS = 20;

  private static long running() {
    return Long.parseLong(
        SharedPostgres.value(
            "SELECT count(*) FROM pg_stat_activity"
                + " WHERE query LIKE 'SELECT pg_sleep(613)%' AND state = 'active'"));
  }

  @Test
  void whatRunsForClientsEndsOnTheServer() throws IOException {
    List<RawClient> clients = new ArrayList<>();
    try {
      try (TestNode node = TestNode.start(c -> c.vdb("pool.size", CLIENTS))) {
        for (int i = 0; i < CLIENTS; i++) {
          RawClient client = RawClient.logIn(node.target());
          clients.add(client);
          client.send(Frontend.query("SELECT pg_sleep(613)"));
        }
        Await.until("all run", () -> running() == CLIENTS);
      }
      Await.until("none runs", () -> running() == 0);
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }
}
