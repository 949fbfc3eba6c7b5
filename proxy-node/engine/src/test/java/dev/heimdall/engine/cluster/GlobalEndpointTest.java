package dev.heimdall.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.pool.PoolSources;
import dev.heimdall.engine.topology.GlobalTopology;
import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNodes;
import dev.heimdall.engine.wire.Lsn;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.ClusterSettings;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.routing.GlobalSaid;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When the global cluster's own name for its writer is asked, and when not. */
class GlobalEndpointTest {
  private static final String NAME = "shop.global-abc.global.rds.amazonaws.com";
  private static final ServerAddress ENDPOINT = new ServerAddress(NAME, 5433);
  private static final ServerAddress NEAR = new ServerAddress("near.example", 5433);
  private static final Topology NOBODY = Topology.unasked(List.of(NEAR));

  private static GlobalEndpoint of(String hosts) {
    return new GlobalEndpoint(
        PoolSources.source(
            "shop",
            "jdbc:postgresql://" + hosts + "/shop",
            PoolSources.cluster(ClusterKind.AURORA, ClusterSettings.defaults().failover())));
  }

  private static GlobalSaid says(Optional<String> endpoint) {
    return new GlobalSaid(
        Optional.of("eu-west-1"),
        Optional.empty(),
        endpoint,
        Optional.empty(),
        List.of(),
        List.of());
  }

  private static ProbeHistory answered(boolean writer) {
    return ProbeHistory.none(NEAR)
        .answered(
            new NodeReport(
                "near",
                "near",
                "near",
                "",
                writer,
                false,
                0,
                new Lsn(1),
                0,
                "",
                List.of(),
                true,
                List.of()),
            1);
  }

  private static Topology written(ServerAddress writer) {
    return NOBODY.with(
        List.of(TopologyNodes.node(writer, NodeRole.WRITER, NodeState.UP, 1)),
        Optional.empty(),
        GlobalTopology.NONE);
  }

  private final GlobalEndpoint endpoint = of("near.example:5433");

  @Test
  void itsPortIsThatOfTheUrl() {
    assertThat(endpoint.address(says(Optional.of(NAME)))).contains(ENDPOINT);
    assertThat(endpoint.address(says(Optional.empty()))).isEmpty();
  }

  @Test
  void whereTheUrlNamesItItIsAskedAnyway() {
    assertThat(of(NAME + ":5433").address(says(Optional.of(NAME)))).isEmpty();
  }

  @Test
  void itIsAskedWhenAllOthersWereAndNoneIsTheWriter() {
    assertThat(endpoint.wanted(ENDPOINT, NOBODY, List.of(ProbeHistory.none(NEAR)))).isFalse();
    assertThat(endpoint.wanted(ENDPOINT, NOBODY, List.of(answered(false)))).isTrue();
    assertThat(endpoint.wanted(ENDPOINT, NOBODY, List.of(ProbeHistory.none(NEAR).failed("gone"))))
        .isTrue();
  }

  /** Two that contradict each other are no reason to believe the DNS. */
  @Test
  void itIsNotAskedWhileAnotherReportsThatItIsTheWriter() {
    assertThat(endpoint.wanted(ENDPOINT, NOBODY, List.of(answered(true)))).isFalse();
  }

  @Test
  void itIsAskedAsLongAsItIsTheOnlyWayToTheWriter() {
    assertThat(endpoint.wanted(ENDPOINT, written(ENDPOINT), List.of(answered(false)))).isTrue();
    assertThat(endpoint.wanted(ENDPOINT, written(NEAR), List.of(answered(false)))).isFalse();
  }
}
