package dev.heimdall.test.tds;

import static dev.heimdall.test.tds.TdsSessionTest.all;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.sqlserver.jdbc.SQLServerBulkCopy;
import com.microsoft.sqlserver.jdbc.SQLServerDataTable;
import com.microsoft.sqlserver.jdbc.SQLServerPreparedStatement;
import dev.heimdall.engine.boot.SqlServerNode;
import dev.heimdall.test.fixture.AlsoOnBabelfish;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many rows at once by mssql-jdbc, through a node that has one connection to the stand-in. */
@AlsoOnBabelfish
class SqlServerBulkIT {
  private static final int ROWS = 2000;

  private TdsTarget server;
  private SqlServerNode node;

  @BeforeEach
  void listen() {
    server = TdsTarget.start("app");
    node = SqlServerNode.start(server, "", "");
  }

  @AfterEach
  void end() {
    node.close();
    server.close();
  }

  private Connection client() throws SQLException {
    return node.jdbc(";encrypt=false");
  }

  private Connection direct() throws SQLException {
    return server.jdbc(";databaseName=app;encrypt=false");
  }

  private static SQLServerDataTable rows() throws SQLException {
    SQLServerDataTable rows = new SQLServerDataTable();
    rows.addColumnMetadata("a", Types.INTEGER);
    rows.addColumnMetadata("b", Types.NVARCHAR);
    for (int i = 1; i <= ROWS; i++) {
      rows.addRow(i, i % 2 == 0 ? null : "é".repeat(20));
    }
    return rows;
  }

  @Test
  void rowsAreLoaded() throws Exception {
    try (Connection ann = client();
        Connection bob = client();
        Connection direct = direct();
        Statement query = direct.createStatement();
        SQLServerBulkCopy copy = new SQLServerBulkCopy(ann)) {
      all(ann, "create table bulked (a int, b nvarchar(20))");
      all(ann, "create type pairs as table (a int, b nvarchar(20))");
      all(ann, "create table source (a int, b nvarchar(20))");
      try (PreparedStatement insert = ann.prepareStatement("insert source select a, b from ?")) {
        ((SQLServerPreparedStatement) insert).setStructured(1, "pairs", rows());
        insert.execute();
      }
      copy.setDestinationTableName("bulked");
      copy.writeToServer(query.executeQuery("select a, b from source"));

      assertThat(all(bob, "select count(*), count(b), sum(a) from bulked"))
          .isEqualTo("[%d,%d,%d;]".formatted(ROWS, ROWS / 2, ROWS * (ROWS + 1) / 2));
      assertThat(server.standIn().accepted()).isEqualTo(2); // the node, and the source
    }
  }

  @Test
  void aTableIsAParameter() throws Exception {
    try (Connection ann = client();
        Connection bob = client()) {
      all(ann, "create type pairs as table (a int, b nvarchar(20))");
      for (int round = 0; round < 2; round++) {
        try (PreparedStatement statement =
            ann.prepareStatement("select count(*), count(b), sum(a) from ?")) {
          ((SQLServerPreparedStatement) statement).setStructured(1, "pairs", rows());
          try (ResultSet result = statement.executeQuery()) {
            assertThat(result.next()).isTrue();
            assertThat(result.getInt(1)).isEqualTo(ROWS);
            assertThat(result.getInt(2)).isEqualTo(ROWS / 2);
            assertThat(result.getInt(3)).isEqualTo(ROWS * (ROWS + 1) / 2);
          }
        }
        assertThat(all(bob, "select 'b'")).isEqualTo("[b;]");
      }
      assertThat(server.connections()).isOne();
    }
  }
}
