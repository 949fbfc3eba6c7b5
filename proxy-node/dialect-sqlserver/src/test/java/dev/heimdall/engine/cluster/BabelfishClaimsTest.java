package dev.heimdall.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.sqlserver.cluster.SqlServerClusters;
import dev.heimdall.engine.pool.PoolSources;
import dev.heimdall.engine.wire.sqlserver.BabelfishLsn;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.ClusterSettings;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.routing.GlobalSaid;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Two servers of Babelfish that report that they are the writer. */
class BabelfishClaimsTest {
  private static final Prober PROBER =
      new SqlServerClusters()
          .prober(
              PoolSources.source(
                  "cluster",
                  "jdbc:sqlserver://a.example",
                  PoolSources.cluster(
                      ClusterKind.SQLSERVER, ClusterSettings.defaults().failover())));

  private static NodeReport report(String run, long timeline) {
    return new NodeReport(
        run,
        run,
        "",
        "7713909140816872614",
        true,
        false,
        timeline,
        new BabelfishLsn(timeline, 100),
        0,
        "",
        List.of(),
        true,
        List.of());
  }

  private static WriterClaims.Verdict verdict(ProbeHistory one, ProbeHistory other) {
    return new WriterClaims(
            PROBER,
            List.of(one, other),
            RdsDescriptions.nothing(),
            GlobalSaid.NOTHING,
            Optional.empty())
        .verdict(List.of(one, other));
  }

  @Test
  void aFormerPrimaryThatComesBackIsToldByItsTimeline() {
    ProbeHistory promoted =
        ProbeHistory.none(new ServerAddress("promoted", 1433)).answered(report("b", 2), 5);
    ProbeHistory former =
        ProbeHistory.none(new ServerAddress("former", 1433)).answered(report("a", 1), 9);
    assertThat(verdict(promoted, former).believed()).contains(promoted);
    assertThat(verdict(former, promoted).believed()).contains(promoted);
  }
}
