package dev.heimdall.engine.dialect.sqlserver.cluster;

import dev.heimdall.engine.cluster.ClusterProtocol;
import dev.heimdall.engine.cluster.JdbcServer;
import dev.heimdall.engine.cluster.ProbedServer;
import dev.heimdall.engine.cluster.Prober;
import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.DataSource;
import java.sql.SQLException;
import java.util.Optional;

/** Clusters of SQL Server: availability groups, RDS, and servers that are listed. */
public final class SqlServerClusters implements ClusterProtocol {
  @Override
  public Prober prober(DataSource source) {
    return switch (source.cluster().kind()) {
      // RDS names its servers by names that lead nowhere from outside.
      case SQLSERVER, RDS -> new Asked(source, false);
      case AVAILABILITY_GROUP -> new Asked(source, true);
      case NONE, POSTGRES, MYSQL, GROUP_REPLICATION, RDS_MULTI_AZ, AURORA ->
          throw new IllegalArgumentException(source.name() + " is no cluster of SQL Server");
    };
  }

  /**
   * @param discovers whether servers name the others
   */
  private record Asked(DataSource source, boolean discovers) implements Prober {
    /** Groups have no numbers of histories. */
    @Override
    public boolean timelines() {
      return false;
    }

    @Override
    public boolean oneStorage() {
      return false;
    }

    @Override
    public String readOnlyBy() {
      return "the database is READ_ONLY";
    }

    @Override
    public String timelineUntold() {
      return "";
    }

    /** Asked without the database: secondaries accept no log-in there that may write. */
    @Override
    public ProbedServer open(
        DataSource server, Optional<String> database, SourceConnections connections)
        throws SQLException {
      boolean listed = source.cluster().kind() == ClusterKind.SQLSERVER;
      GroupProber prober =
          new GroupProber(database.or(source::database), !listed, discovers, source.port());
      return new JdbcServer(
          connections.unpooled("master")::getConnection,
          server.connectTimeout(),
          listed ? new BabelfishProber(server, prober) : prober);
    }
  }
}
