package dev.heimdall.engine.route;

import static dev.heimdall.engine.route.Clusters.R1;
import static dev.heimdall.engine.route.Clusters.W;
import static dev.heimdall.engine.route.Clusters.replica;
import static dev.heimdall.engine.route.Clusters.writer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.topology.Topology;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Driver;
import dev.heimdall.model.ServerAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReadPlanTest {
  private static final ServerAddress ALIAS = new ServerAddress("alias", 5432);
  private static final ServerAddress ENDPOINT = new ServerAddress("endpoint", 5432);

  /** As seen where the data source's "alias" is left out: it leads to the server w, or to r1. */
  private final Topology seen = Clusters.of(writer(1), replica(R1, 1));

  private static DataSource source() {
    return Clusters.source("jdbc:postgresql://w,r1,alias", LoopBalancerTest.SOURCE.cluster());
  }

  private Optional<ServerAddress> writes(String hosts) {
    Driver driver =
        new Driver(
            "d",
            "jdbc:postgresql://" + hosts + "/${database}?targetServerType=primary",
            "jdbc:postgresql://${readers}/${database}",
            Optional.empty());
    return ReadPlan.writer(driver, source(), seen);
  }

  @Test
  void anotherNameOfAServerDoesNotTakeWritesFromTheWriter() {
    assertThat(writes("alias,r1,w")).contains(W);
  }

  @Test
  void anotherNameOfAServerTakesWritesWhereNobodyElseDoes() {
    assertThat(writes("alias")).contains(ALIAS);
  }

  @Test
  void aNameOfWhichTheClusterKnowsNothingTakesWritesInItsTurn() {
    assertThat(writes("endpoint,w")).contains(ENDPOINT);
    assertThat(writes("w,endpoint")).contains(W);
    assertThat(writes("alias,endpoint")).contains(ENDPOINT);
  }
}
