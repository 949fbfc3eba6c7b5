package dev.heimdall.test.tds;

import static dev.heimdall.test.tds.TdsSessionTest.all;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.microsoft.sqlserver.jdbc.SQLServerBulkCopy;
import com.microsoft.sqlserver.jdbc.SQLServerConnectionPoolDataSource;
import com.microsoft.sqlserver.jdbc.SQLServerDataTable;
import com.microsoft.sqlserver.jdbc.SQLServerPreparedStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import javax.sql.PooledConnection;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Bulk loads, table-valued parameters, cursors and resets of the stand-in, or of a real server. */
class TdsBulkTest {
  private static TdsTarget target;

  @BeforeAll
  static void start() {
    target = TdsTarget.start();
  }

  @AfterAll
  static void end() {
    target.close();
  }

  @Test
  void rowsAreBulkLoaded() throws Exception {
    try (Connection client = target.jdbc("");
        Connection source = target.jdbc("");
        Statement query = source.createStatement();
        SQLServerBulkCopy copy = new SQLServerBulkCopy(client)) {
      all(client, "drop table if exists bulked create table bulked (a int, b nvarchar(20))");
      copy.setDestinationTableName("bulked");
      copy.writeToServer(query.executeQuery("select 1 as a, N'é' as b union all select 2, null"));

      assertThat(all(client, "select a, b from bulked order by a")).isEqualTo("[1,é;2,null;]");
      all(client, "drop table bulked");
    }
  }

  @Test
  void aTableIsAParameter() throws Exception {
    try (Connection client = target.jdbc("")) {
      all(client, "drop type if exists pairs");
      all(client, "create type pairs as table (a int, b nvarchar(10))");
      SQLServerDataTable table = new SQLServerDataTable();
      table.addColumnMetadata("a", Types.INTEGER);
      table.addColumnMetadata("b", Types.NVARCHAR);
      table.addRow(1, "x");
      table.addRow(2, null);
      try (PreparedStatement statement =
          client.prepareStatement("select count(*), count(b) from ?")) {
        ((SQLServerPreparedStatement) statement).setStructured(1, "pairs", table);
        try (ResultSet result = statement.executeQuery()) {
          assertThat(result.next()).isTrue();
          assertThat(result.getInt(1)).isEqualTo(2);
          assertThat(result.getInt(2)).isEqualTo(1);
        }
      }
      all(client, "drop type pairs");
    }
  }

  @Test
  void cursorsAreFetchedInParts() throws Exception {
    for (Connection each :
        new Connection[] {target.jdbc(";selectMethod=cursor"), target.jtds(";useCursors=true")}) {
      try (Connection client = each;
          Statement statement = client.createStatement()) {
        statement.setFetchSize(2);
        int sum = 0;
        try (ResultSet result =
            statement.executeQuery("select 1 as a union all select 2 union all select 4")) {
          while (result.next()) {
            sum += result.getInt(1);
          }
        }
        assertThat(sum).isEqualTo(7);
      }
    }
  }

  @Test
  void aResetLeavesNothingBehind() throws Exception {
    assumeThat(target.server()).isNotNull();
    PooledConnection pooled = pooled();
    try {
      int spid;
      try (Connection first = pooled.getConnection()) {
        all(first, "create table #t (a int) set lock_timeout 77 set context_info 0x01 use tempdb");
        all(first, "begin tran insert #t values (1)");
        spid = target.server().spids().get(0);
      }
      target.server().clearLog();
      try (Connection second = pooled.getConnection()) {
        assertThat(all(second, "select @@trancount, @@lock_timeout, db_name(), context_info()"))
            .isEqualTo("[0,-1,master,null;]");
        assertThat(all(second, "select object_id('tempdb..#t')")).isEqualTo("[null;]");
        assertThat(target.server().spids()).containsExactly(spid);
      }
      assertThat(target.server().log()).anyMatch(TdsMessage::resets);
    } finally {
      pooled.close();
    }
  }

  @Test
  void aSessionWithAnApplicationRoleCannotBeReset() throws Exception {
    assumeThat(target.server()).isNotNull();
    PooledConnection pooled = pooled();
    try {
      try (Connection first = pooled.getConnection()) {
        all(first, "exec sp_setapprole 'reports', 'secret'");
        assertThat(all(first, "select user_name()")).isEqualTo("[reports;]");
      }
      assertThatThrownBy(() -> all(pooled.getConnection(), "select 1"))
          .isInstanceOf(SQLException.class);
    } finally {
      pooled.close();
    }
  }

  private static PooledConnection pooled() throws SQLException {
    SQLServerConnectionPoolDataSource source = new SQLServerConnectionPoolDataSource();
    source.setServerName("127.0.0.1");
    source.setPortNumber(target.server().port());
    source.setUser(TdsOptions.USER);
    source.setPassword(TdsOptions.PASSWORD);
    source.setTrustServerCertificate(true);
    return source.getPooledConnection();
  }
}
