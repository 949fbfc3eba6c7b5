package dev.heimdall.engine.route;

import static dev.heimdall.engine.route.Clusters.R1;
import static dev.heimdall.engine.route.Clusters.R2;
import static dev.heimdall.engine.route.Clusters.replica;
import static dev.heimdall.engine.route.Clusters.writer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.topology.Topology;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NearServersTest {
  private static final Optional<String> WEST = Optional.of("eu-west-1");
  private static final Optional<String> EAST = Optional.of("us-east-1");

  private static final Topology TWO =
      Clusters.of(writer(1).in(WEST), replica(R1, 1).in(EAST), replica(R2, 1).in(EAST));

  private static long near(Optional<String> named, Optional<String> own, Topology topology) {
    return new NearServers(named, () -> own).of(topology);
  }

  @Test
  void theyAreThoseOfTheNodesOwnRegionUnlessTheConfigurationNamesAnother() {
    assertThat(near(Optional.empty(), WEST, TWO)).isEqualTo(0b001);
    assertThat(near(Optional.empty(), EAST, TWO)).isEqualTo(0b110);
    assertThat(near(WEST, EAST, TWO)).isEqualTo(0b001);
  }

  @Test
  void whereNothingTellsServersApartNoneIsNear() {
    assertThat(near(Optional.empty(), Optional.empty(), TWO)).isZero();
    assertThat(near(Optional.of("none"), EAST, TWO)).isZero();
    assertThat(near(Optional.empty(), EAST, Clusters.of(writer(1), replica(R1, 1)))).isZero();
  }

  @Test
  void theMachineIsNotAskedForItsRegionWhereAllServersAreInOne() {
    Topology one = Clusters.of(writer(1).in(WEST), replica(R1, 1).in(WEST), replica(R2, 1));
    NearServers servers =
        new NearServers(
            Optional.empty(),
            () -> {
              throw new AssertionError("it was asked");
            });
    assertThat(servers.of(one)).isZero();
  }
}
