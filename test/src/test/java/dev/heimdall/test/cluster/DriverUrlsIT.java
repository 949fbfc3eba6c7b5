package dev.heimdall.test.cluster;

import static dev.heimdall.test.cluster.RoutedCluster.asOwner;
import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.test.fault.TcpFaults;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.TestConfiguration;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a driver's document says of hosts, their order and their weights is what a node does. */
@Tag("ci")
class DriverUrlsIT {
  private static final int READS = 60;
  private static final String BUILT_IN_WRITER =
      "jdbc:postgresql://${readers}/${database}?targetServerType=primary";

  private static RoutedCluster start(Consumer<TestConfiguration> wishes) {
    return new RoutedCluster(
        c -> {
          c.source("cluster.reads", "all");
          c.source("cluster.consistency", "session");
          // Neither a slow answer nor a slow probe is to move a read.
          c.source("cluster.balance.useResponseMetrics", false);
          c.source("cluster.probe.timeout", "10s");
          c.source("driver", "own");
          c.driver("own", "writerUrl", BUILT_IN_WRITER);
          wishes.accept(c);
        },
        primary -> asOwner(primary, "CREATE TABLE t (i int)", "INSERT INTO t VALUES (1)"));
  }

  private static int where(Connection client) throws SQLException {
    return Integer.parseInt(value(client, "SELECT current_setting('port') FROM t LIMIT 1"));
  }

  private static String address(PostgresServer server) {
    return server.host() + ":" + server.port();
  }

  /** Which servers have answered. */
  private static Set<Integer> answered(Connection client) throws SQLException {
    Set<Integer> answered = new TreeSet<>();
    for (int i = 0; i < READS; i++) {
      answered.add(where(client));
    }
    return answered;
  }

  @Test
  void theReaderUrlAndTheWeightsSayWhichServersAreReadFrom() throws Exception {
    String list = "jdbc:postgresql://${readers}/${database}?targetServerType=secondary";
    try (RoutedCluster routed = start(c -> c.driver("own", "readerUrl", list));
        Connection client = routed.connect()) {
      Await.until(
          "all servers are up",
          () ->
              routed.node().admin("SHOW NODES").stream()
                      .filter(row -> "up".equals(row.get("state")))
                      .count()
                  == 3);
      routed.awaitReplicaReads(client);

      // A list has an order: its first server that can be used has all reads. Which one that is may
      // change while servers catch up and connections are made, but not for ever.
      Set<Integer> readFrom = new TreeSet<>();
      Await.until(
          "one replica has all reads",
          () -> {
            readFrom.clear();
            readFrom.addAll(answered(client));
            return readFrom.size() == 1 && !readFrom.contains(routed.primary().port());
          });
      PostgresServer one =
          readFrom.contains(routed.second().port()) ? routed.second() : routed.first();
      PostgresServer other = one == routed.first() ? routed.second() : routed.first();

      // Each change has one answer that nothing before it could have brought about.
      routed
          .node()
          .change(
              c ->
                  c.driver(
                      "own", "readerUrl", "jdbc:postgresql://" + address(other) + "/${database}"));
      Await.until("the one that is named answers", () -> where(client) == other.port());
      assertThat(answered(client)).doesNotContain(one.port());

      routed
          .node()
          .change(
              c ->
                  c.driver("own", "readerUrl", "jdbc:postgresql://${reader}/${database}")
                      .source(
                          "cluster.nodes",
                          List.of(
                              Map.of("address", address(one), "weight", 1000),
                              Map.of("address", address(other), "weight", 0))));
      Await.until("the weighty one answers", () -> where(client) == one.port());
      assertThat(answered(client)).doesNotContain(other.port());

      routed
          .node()
          .change(
              c ->
                  c.driver("own", "readerUrl", list + "&loadBalanceHosts=true")
                      .source("cluster.nodes", List.of()));
      Set<Integer> shared = new TreeSet<>();
      Await.until(
          "both share the reads",
          () -> {
            shared.add(where(client));
            return shared.containsAll(List.of(one.port(), other.port()));
          });
    }
  }

  @Test
  void writesGoThroughTheEndpointThatTheWriterUrlNames() throws Exception {
    try (RoutedCluster routed =
            start(
                c ->
                    c.driver("own", "readerUrl", "jdbc:postgresql://${reader}/${database}")
                        .source("cluster.reads", "none"));
        TcpFaults endpoint = new TcpFaults(routed.primary().host(), routed.primary().port())) {
      routed
          .node()
          .change(
              c ->
                  c.driver("own", "writerUrl", "jdbc:postgresql://${writeEndpoint}/${database}")
                      .source("cluster.writeEndpoint", "127.0.0.1:" + endpoint.port()));
      try (Connection client = routed.connect()) {
        Await.until(
            "connections go to the endpoint",
            () -> {
              execute(client, "INSERT INTO t VALUES (2)");
              return routed.node().servers().stream()
                  .anyMatch(row -> row.get("port").equals(Integer.toString(endpoint.port())));
            });
        assertThat(where(client)).isEqualTo(routed.primary().port());
      }
    }
  }
}
