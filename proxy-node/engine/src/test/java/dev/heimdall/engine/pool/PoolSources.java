package dev.heimdall.engine.pool;

import dev.heimdall.engine.prepared.StatementBounds;
import dev.heimdall.model.BackendTls;
import dev.heimdall.model.CatalogSettings;
import dev.heimdall.model.ChangeSettings;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.ClusterSettings;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Engine;
import dev.heimdall.model.FailoverSettings;
import dev.heimdall.model.PipeliningSettings;
import dev.heimdall.model.PoolSettings;
import dev.heimdall.model.ResetMode;
import dev.heimdall.model.SourceCredentials;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** What pools in tests lead to. */
public final class PoolSources {
  private PoolSources() {}

  public static DataSource primary() {
    return source("primary", "jdbc:postgresql://db.example", ClusterSettings.defaults());
  }

  public static DataSource source(String name, String url, ClusterSettings cluster) {
    return new DataSource(
        name,
        Engine.POSTGRESQL,
        url,
        Optional.empty(),
        Optional.empty(),
        SourceCredentials.none(),
        BackendTls.defaults(),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        Duration.ofSeconds(30),
        Map.of(),
        new CatalogSettings(false, Optional.empty(), Optional.empty(), Duration.ofMinutes(1)),
        Optional.empty(),
        cluster,
        ChangeSettings.defaults());
  }

  /** A cluster's settings, with defaults for everything else. */
  public static ClusterSettings cluster(ClusterKind kind, FailoverSettings failover) {
    ClusterSettings none = ClusterSettings.defaults();
    return new ClusterSettings(
        kind,
        none.arn(),
        none.reads(),
        none.consistency(),
        none.hostPattern(),
        none.writeEndpoint(),
        none.readEndpoint(),
        none.nodes(),
        none.probe(),
        none.api(),
        none.lag(),
        none.balance(),
        failover);
  }

  /** Pools that lead there, with nothing set but this. */
  public static PoolPlan plan(DataSource source, PoolSettings settings) {
    return new PoolPlan(
        source,
        Optional.empty(),
        null,
        settings,
        PipeliningSettings.defaults(),
        StatementBounds.of(100),
        Map.of());
  }

  /**
   * Settings of pools that keep their connections for good.
   *
   * @param most connections of all nodes; empty for what the server takes
   * @param queueTimeout how long a session waits; zero for ever
   */
  public static PoolSettings settings(int size, Optional<Integer> most, Duration queueTimeout) {
    return new PoolSettings(
        size,
        most,
        0,
        0,
        0,
        Duration.ZERO,
        Duration.ZERO,
        queueTimeout,
        Duration.ZERO,
        0,
        ResetMode.CHANGED,
        8);
  }
}
