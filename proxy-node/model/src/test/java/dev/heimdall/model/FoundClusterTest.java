package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What counts of a cluster of which something else is reported later. */
class FoundClusterTest {
  private static final ServerAddress WEST = new ServerAddress("west", 5432);
  private static final ServerAddress EAST = new ServerAddress("east", 5432);
  private static final ServerAddress NEW = new ServerAddress("new", 5432);

  private static FoundCluster found(String database, ServerAddress... servers) {
    return new FoundCluster(
        Engine.POSTGRESQL,
        ClusterKind.AURORA,
        List.of(servers),
        Optional.of(database).filter(name -> !name.isEmpty()));
  }

  /** A switchover is no reason to begin anew, nor is that one of several has gone. */
  @Test
  void addressesThatStillLeadThereStay() {
    FoundCluster before = found("orders", WEST, EAST);
    assertThat(found("orders", EAST, WEST).after(before, Set.of(EAST, WEST))).isEqualTo(before);
    assertThat(found("orders", NEW, EAST).after(before, Set.of(NEW, EAST))).isEqualTo(before);
    assertThat(found("orders", NEW).after(before, Set.of(NEW, WEST, EAST))).isEqualTo(before);
  }

  @Test
  void whereNoneOfThemLeadsThereOthersTakeTheirPlace() {
    FoundCluster before = found("orders", WEST, EAST);
    FoundCluster now = found("orders", NEW);
    assertThat(now.after(before, Set.of(NEW))).isEqualTo(now);
  }

  @Test
  void anotherPortIsFollowedAlsoWhereOnlyOneHasIt() {
    FoundCluster before = found("orders", WEST, EAST);
    ServerAddress moved = new ServerAddress("west", 5433);
    FoundCluster now = found("orders", moved, EAST);
    assertThat(now.after(before, Set.of(moved, EAST))).isEqualTo(now);
    assertThat(now.after(before, Set.of(WEST, moved, EAST)))
        .as("two servers of one host")
        .isEqualTo(before);
  }

  @Test
  void anotherDatabaseIsFollowedAndNoneIsNoNews() {
    FoundCluster before = found("orders", WEST);
    assertThat(found("shop", WEST).after(before, Set.of(WEST))).isEqualTo(found("shop", WEST));
    assertThat(found("", WEST).after(before, Set.of(WEST))).isEqualTo(before);
    assertThat(before.after(found("", WEST), Set.of(WEST))).isEqualTo(before);
  }

  @Test
  void anotherKindIsFollowed() {
    FoundCluster before =
        new FoundCluster(
            Engine.POSTGRESQL, ClusterKind.RDS_MULTI_AZ, List.of(WEST), Optional.empty());
    FoundCluster now = found("", WEST);
    assertThat(now.after(before, Set.of(WEST))).isEqualTo(now);
  }
}
