package dev.heimdall.engine.dialect.postgres.cluster;

import dev.heimdall.engine.cluster.ClusterProtocol;
import dev.heimdall.engine.cluster.JdbcServer;
import dev.heimdall.engine.cluster.ProbedServer;
import dev.heimdall.engine.cluster.Prober;
import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.model.DataSource;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.Function;

/** Clusters of PostgreSQL: streaming replication, RDS, and Aurora. */
public final class PostgresClusters implements ClusterProtocol {
  @Override
  public Prober prober(DataSource source) {
    int port = source.port();
    return switch (source.cluster().kind()) {
      case AURORA ->
          new Asked(false, server -> new AuroraProber(server, source.cluster().ofGlobalCluster()));
      case RDS_MULTI_AZ -> new Asked(true, server -> new MultiAzProber(port));
      case POSTGRES, RDS -> new Asked(true, server -> new PostgresProber(port));
      case NONE, MYSQL, GROUP_REPLICATION, SQLSERVER, AVAILABILITY_GROUP ->
          throw new IllegalArgumentException(source.name() + " is no cluster of PostgreSQL");
    };
  }

  /**
   * @param questions to one server, which the source is made to be
   */
  private record Asked(boolean timelines, Function<DataSource, JdbcServer.Questions> questions)
      implements Prober {
    @Override
    public boolean oneStorage() {
      return !timelines;
    }

    @Override
    public String readOnlyBy() {
      return "default_transaction_read_only";
    }

    @Override
    public String timelineUntold() {
      return "the user of the probes needs pg_monitor";
    }

    @Override
    public ProbedServer open(
        DataSource server, Optional<String> database, SourceConnections connections)
        throws SQLException {
      return new JdbcServer(
          connections.unpooled(database.orElse("postgres"))::getConnection,
          server.connectTimeout(),
          questions.apply(server));
    }
  }
}
