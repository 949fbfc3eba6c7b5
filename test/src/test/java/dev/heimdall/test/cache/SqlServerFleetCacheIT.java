package dev.heimdall.test.cache;

import dev.heimdall.test.fixture.QueryClient;
import dev.heimdall.test.fixture.SqlServerGroupNode;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.tds.AvailabilityGroup;
import dev.heimdall.test.tds.TdsTarget;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** Results of SQL Server that nodes keep for each other. */
@Tag("ci")
@DisabledIfSystemProperty(
    named = "tds.server",
    matches = ".+",
    disabledReason = "its server is of a group of one")
class SqlServerFleetCacheIT
    extends FleetCacheContract<SqlServerGroupNode, SqlServerFleetCacheIT.Client> {
  private final AvailabilityGroup group = AvailabilityGroup.start(1);

  /**
   * A session of mssql-jdbc.
   *
   * @param connection closed with this
   */
  record Client(Connection connection) implements QueryClient {
    @Override
    public String value(String sql) throws IOException {
      try (Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery(sql)) {
        row.next();
        return row.getString(1);
      } catch (SQLException e) {
        throw new IOException(e);
      }
    }

    void run(String sql) throws IOException {
      try (Statement statement = connection.createStatement()) {
        statement.execute(sql);
      } catch (SQLException e) {
        throw new IOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      try {
        connection.close();
      } catch (SQLException e) {
        throw new IOException(e);
      }
    }
  }

  @AfterAll
  @Override
  void stop() throws IOException, SQLException {
    super.stop();
    group.close();
  }

  @Override
  SqlServerGroupNode start(Consumer<TestConfiguration> wishes) {
    return SqlServerGroupNode.start(group, wishes);
  }

  @Override
  TestConfiguration watched(TestConfiguration c) {
    return c;
  }

  @Override
  Client client(SqlServerGroupNode node) throws IOException {
    try {
      return new Client(node.connect());
    } catch (SQLException e) {
      throw new IOException(e);
    }
  }

  @Override
  Client other(SqlServerGroupNode node) throws IOException {
    Client client = client(node);
    client.run("SET DATEFORMAT dmy");
    return client;
  }

  @Override
  void run(Client client, String sql) throws IOException {
    client.run(sql.equals("BEGIN") ? "BEGIN TRAN" : sql);
  }

  @Override
  String committed() {
    return "SET TRANSACTION ISOLATION LEVEL READ COMMITTED";
  }

  @Override
  void past(String sql) throws SQLException {
    try (Connection direct = TdsTarget.of(group.primary()).jdbc(";databaseName=app;encrypt=false");
        Statement statement = direct.createStatement()) {
      statement.execute(sql);
    }
  }
}
