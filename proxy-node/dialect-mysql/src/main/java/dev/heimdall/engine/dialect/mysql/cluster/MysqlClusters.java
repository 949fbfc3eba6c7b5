package dev.heimdall.engine.dialect.mysql.cluster;

import dev.heimdall.engine.cluster.ClusterProtocol;
import dev.heimdall.engine.cluster.JdbcServer;
import dev.heimdall.engine.cluster.ProbedServer;
import dev.heimdall.engine.cluster.Prober;
import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.model.DataSource;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.Function;

/** Clusters of MySQL and MariaDB: replication, groups, RDS, and Aurora. */
public final class MysqlClusters implements ClusterProtocol {
  @Override
  public Prober prober(DataSource source) {
    int port = source.port();
    return switch (source.cluster().kind()) {
      case AURORA ->
          new Asked(true, server -> new AuroraProber(server, source.cluster().ofGlobalCluster()));
      case RDS_MULTI_AZ ->
          new Asked(false, server -> new ReplicationProber(MemberList.ofRds(port)));
      case MYSQL, RDS ->
          new Asked(false, server -> new ReplicationProber(MemberList.ofReplication(port)));
      case GROUP_REPLICATION -> new Asked(false, server -> new GroupProber());
      case NONE, POSTGRES, SQLSERVER, AVAILABILITY_GROUP ->
          throw new IllegalArgumentException(source.name() + " is no cluster of MySQL");
    };
  }

  /**
   * @param questions to one server, which the source is made to be
   */
  private record Asked(boolean oneStorage, Function<DataSource, JdbcServer.Questions> questions)
      implements Prober {
    /** GTIDs say who has what; there are no numbers of histories. */
    @Override
    public boolean timelines() {
      return false;
    }

    @Override
    public String readOnlyBy() {
      return "read_only";
    }

    @Override
    public String timelineUntold() {
      return "";
    }

    /** Servers are asked without a database: they have each their own, and need none. */
    @Override
    public ProbedServer open(
        DataSource server, Optional<String> database, SourceConnections connections)
        throws SQLException {
      return new JdbcServer(
          connections.unpooled(database.orElse(""))::getConnection,
          server.connectTimeout(),
          questions.apply(server));
    }
  }
}
