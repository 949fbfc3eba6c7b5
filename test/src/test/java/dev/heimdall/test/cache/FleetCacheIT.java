package dev.heimdall.test.cache;

import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.function.Consumer;

/** Results of PostgreSQL that nodes keep for each other. */
class FleetCacheIT extends FleetCacheContract<TestNode, RawClient> {
  @Override
  TestNode start(Consumer<TestConfiguration> wishes) {
    return TestNode.start(wishes);
  }

  @Override
  TestConfiguration watched(TestConfiguration c) {
    return c.cluster(SharedPostgres.cluster());
  }

  @Override
  RawClient client(TestNode node) throws IOException {
    return RawClient.logIn(node.target());
  }

  @Override
  void madeTable() throws IOException {
    past("GRANT SELECT ON fc_rows TO other");
  }

  @Override
  RawClient other(TestNode node) throws IOException {
    RawClient client = RawClient.logIn(node.target().as("other", "other"));
    client.query("SET TimeZone = 'Asia/Tokyo'");
    return client;
  }

  @Override
  void run(RawClient client, String sql) throws IOException {
    client.query(sql);
  }

  @Override
  String committed() {
    return "SET default_transaction_isolation = 'read committed'";
  }

  @Override
  void past(String sql) throws IOException {
    try (RawClient client = RawClient.logIn(SharedPostgres.target())) {
      client.query(sql);
    }
  }
}
