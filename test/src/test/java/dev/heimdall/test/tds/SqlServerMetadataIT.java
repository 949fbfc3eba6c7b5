package dev.heimdall.test.tds;

import static dev.heimdall.test.tds.TdsSessionTest.all;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.boot.SqlServerNode;
import dev.heimdall.test.fixture.AlsoOnBabelfish;
import dev.heimdall.test.fixture.Await;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Procedures of the server's own that read definitions, where a catalogue is read: they keep no
 * connection, and calls go on being judged by what is known. The stand-in has none of them, and
 * answers with an error.
 */
@AlsoOnBabelfish
class SqlServerMetadataIT {
  private interface Walk {
    ResultSet rows(DatabaseMetaData of) throws SQLException;
  }

  private static final List<Walk> METADATA =
      List.of(
          of -> of.getTables("app", "dbo", "plain", null),
          of -> of.getColumns("app", "dbo", "plain", null),
          of -> of.getPrimaryKeys("app", "dbo", "plain"),
          of -> of.getImportedKeys("app", "dbo", "plain"),
          of -> of.getExportedKeys("app", "dbo", "plain"),
          of -> of.getIndexInfo("app", "dbo", "plain", false, true),
          of -> of.getBestRowIdentifier("app", "dbo", "plain", 0, true),
          of -> of.getVersionColumns("app", "dbo", "plain"),
          of -> of.getTablePrivileges("app", "dbo", "plain"),
          of -> of.getColumnPrivileges("app", "dbo", "plain", null),
          of -> of.getProcedures("app", "dbo", "harmless"),
          of -> of.getProcedureColumns("app", "dbo", "harmless", null),
          of -> of.getFunctions("app", "dbo", "harmless"),
          DatabaseMetaData::getTypeInfo);

  private static final List<String> CALLS =
      List.of(
          "exec sp_tables",
          "sp_tables N'plain'",
          "[sp_tables] 'plain'",
          "exec sys.sp_columns N'plain'",
          "exec dbo.[SP_Columns] @table_name = N'plain'",
          "declare @r int exec @r = sp_pkeys 'plain'",
          "declare @t table (a int) insert into @t exec sp_fkeys 'plain'",
          "exec ('sp_columns plain')",
          "exec harmless; exec sp_statistics 'plain'; select 1 as a",
          "exec sp_executesql N'exec sp_columns @a', N'@a nvarchar(9)', @a = N'plain'");

  private static final int MOST_TRIES = 5;

  private TdsTarget server;
  private SqlServerNode node;

  @BeforeEach
  void define() throws SQLException {
    server = TdsTarget.start("app");
    try (Connection direct = server.jdbc(";databaseName=app;encrypt=false")) {
      all(direct, "create table plain (v int primary key)");
      all(direct, "create procedure harmless as select 1 as a");
    }
    node = SqlServerNode.reading(server, "");
    Await.until("the definitions are read", () -> !pins("exec harmless"));
  }

  @AfterEach
  void end() {
    node.close();
    server.close();
  }

  private Connection client() throws SQLException {
    return node.jdbc(";encrypt=false;connectRetryCount=0");
  }

  /** Reasons for which clients of the database keep the connection. */
  private String pinned() throws SQLException {
    StringBuilder reasons = new StringBuilder();
    try (Connection console = node.console();
        Statement statement = console.createStatement();
        ResultSet rows = statement.executeQuery("SHOW CLIENTS")) {
      while (rows.next()) {
        if (rows.getString("database").equals("app") && rows.getString("pin_reason") != null) {
          reasons.append(rows.getString("pin_reason"));
        }
      }
    }
    return reasons.toString();
  }

  private boolean pins(String sql) throws SQLException {
    try (Connection client = client()) {
      go(client, sql);
      return !pinned().isEmpty();
    }
  }

  private static void go(Connection client, String sql) {
    try {
      all(client, sql);
    } catch (SQLException e) {
      assertThat(e.getErrorCode()).as(sql).isNotZero();
    }
  }

  @Test
  void whatADriverReadsOfDefinitionsKeepsNoConnection() throws SQLException {
    List<String> found = new ArrayList<>();
    for (int i = 0; i < METADATA.size(); i++) {
      Walk walk = METADATA.get(i);
      found.add(i + reasons(client -> walk.rows(client.getMetaData()).close()));
    }
    found.removeIf(one -> one.matches("[0-9]+"));
    assertThat(found).isEmpty();
    assertThat(pins("exec harmless")).isFalse();
  }

  @Test
  void noFormOfACallKeepsAConnection() throws SQLException {
    List<String> found = new ArrayList<>();
    for (String call : CALLS) {
      Way both =
          client -> {
            go(client, call);
            try (PreparedStatement prepared = client.prepareStatement(call)) {
              prepared.execute();
            }
          };
      found.add(call + reasons(both));
    }
    found.removeAll(CALLS);
    assertThat(found).isEmpty();
  }

  private interface Way {
    void go(Connection client) throws SQLException;
  }

  /** Reasons for which a client keeps the connection; empty where another one gets it. */
  private String reasons(Way way) throws SQLException {
    String reasons = once(way);
    for (int i = 0; i < MOST_TRIES && reasons.contains("just now"); i++) {
      reasons = once(way); // definitions were read meanwhile, for longer than calls wait
    }
    return reasons;
  }

  private String once(Way way) throws SQLException {
    try (Connection ann = client();
        Connection bob = client()) {
      try {
        way.go(ann);
      } catch (SQLException e) {
        assertThat(e.getErrorCode()).as(e.getMessage()).isNotZero();
      }
      String reasons = pinned();
      if (reasons.isEmpty()) {
        all(bob, "select v from plain");
      }
      return reasons;
    }
  }
}
