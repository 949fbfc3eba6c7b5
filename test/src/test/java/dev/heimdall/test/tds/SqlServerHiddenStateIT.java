package dev.heimdall.test.tds;

import static dev.heimdall.test.tds.TdsSessionTest.all;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.sqlserver.jdbc.SQLServerConnectionPoolDataSource;
import dev.heimdall.engine.boot.SqlServerNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.sql.PooledConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * One client leaves state in a server's session in random ways, and leaves in random ways; the next
 * client on the same connection looks for any trace, and writes a row that has to stay.
 */
class SqlServerHiddenStateIT {
  private static final String LOOK =
      "select @@options, @@trancount, @@datefirst, @@language, @@lock_timeout,"
          + " context_info(), session_context(N'k'), db_name(),"
          + " object_id('tempdb..#left_behind')";

  private static final String LEVEL =
      "select transaction_isolation_level from sys.dm_exec_sessions where session_id = @@spid";

  private static final List<String> ACTS =
      List.of(
          "set ansi_defaults off",
          "set ansi_defaults on",
          "set ansi_nulls, ansi_defaults off",
          "set implicit_transactions on",
          "set quoted_identifier off",
          "set nocount on",
          "set xact_abort on",
          "set arithabort off",
          "set rowcount 2",
          "set textsize 100",
          "set datefirst 3",
          "set dateformat dmy",
          "set language german",
          "set lock_timeout 77",
          "set deadlock_priority high",
          "set context_info 0x1234",
          "set identity_insert numbered on",
          "set transaction isolation level read uncommitted",
          "set transaction isolation level snapshot",
          "exec sp_set_session_context N'k', N'v'",
          "use tempdb",
          "create table #left_behind (a int)",
          "insert numbered (v) values (1)",
          "insert numbered (v) values (1), (2), (3)",
          "exec sp_getapplock 'left', 'exclusive', 'session'",
          "declare left_behind cursor for select 1",
          "select 1 / 0",
          "select 1 union all select 2",
          "begin tran",
          "exec sp_executesql N'select @a', N'@a int', 1",
          "exec acting");

  private static final List<String> ON_BABELFISH =
      List.of(
          "select set_config('babelfishpg_tsql.ansi_defaults', 'off', false)",
          "select [set_config]('babelfishpg_tsql.ansi_defaults', 'off', false)",
          "update pg_catalog.pg_settings set setting = 'off'"
              + " where name = 'babelfishpg_tsql.ansi_defaults'",
          "select pg_catalog.query_to_xml('select set_config("
              + "''babelfishpg_tsql.ansi_defaults'', ''off'', false)', true, false, '')",
          "set parseonly on");

  /** Ways to do it, with the act for %s, and with its quotes doubled for %2$s. */
  private static final List<String> WAYS =
      List.of(
          "%s",
          "%s",
          "%s",
          "exec('%2$s')",
          "exec sp_executesql N'%2$s'",
          "begin tran %s commit",
          "begin tran %s rollback",
          "begin tran %s",
          "if 1 = 1 %s",
          "begin try %s end try begin catch end catch",
          "%s select 1 / 0",
          "%s raiserror('left', 16, 1)",
          "begin try exec('%2$s') select 1 / 0 end try begin catch end catch",
          "/* %s */ set nocount off %s",
          "declare @text nvarchar(400) = N'%2$s' exec(@text)");

  private TdsTarget server;
  private SqlServerNode node;
  private boolean babelfish;
  private String unused;
  private int written;

  @BeforeEach
  void listen() throws Exception {
    server = TdsTarget.start("app");
    if (server.server() != null) {
      server.server().database().modules().asBabelfish(true);
    }
    try (Connection direct = server.jdbc(";encrypt=false;databaseName=app")) {
      all(direct, "create table numbered (id int identity primary key, v int)");
      all(direct, "create table written (a int)");
      all(direct, "create procedure acting as set ansi_defaults off");
      babelfish = server.server() == null && !"[null;]".equals(all(direct, isBabelfish()));
    }
    node = SqlServerNode.reading(server, "");
    try (Connection fresh = server.jdbc(";encrypt=false;databaseName=app")) {
      unused = seen(fresh);
    }
  }

  private static String isBabelfish() {
    return "select cast(serverproperty('babelfish') as varchar(9))";
  }

  @AfterEach
  void end() {
    node.close();
    server.close();
  }

  @Test
  void nothingOfASessionIsLeftToTheNext() throws Exception {
    rounds(Integer.getInteger("hidden.rounds", 150));
  }

  @Test
  @Tag("long")
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  void nothingOfManySessionsIsLeftToTheNext() throws Exception {
    rounds(Integer.getInteger("hidden.rounds", 13_000));
  }

  private void rounds(int count) throws Exception {
    long seed = Long.getLong("hidden.seed", System.nanoTime());
    Random random = new Random(seed);
    for (int i = 0; i < count; i++) {
      String done = make(random);
      String description = "round " + i + " of seed " + seed + " behind: " + done;
      try (Connection next = client()) {
        if (random.nextInt(3) == 0) {
          String first = random.nextBoolean() ? "select @@rowcount" : "select @@error";
          assertThat(all(next, first)).as(description).isEqualTo("[0;]");
        }
        if (random.nextBoolean()) {
          assertThat(seen(next)).as(description).isEqualTo(unused);
        }
        write(next);
        assertThat(seen(next)).as(description).isEqualTo(unused);
        assertThat(identityInsert(next)).as(description).isFalse();
      }
    }
    try (Connection direct = server.jdbc(";encrypt=false;databaseName=app")) {
      assertThat(all(direct, "select count(*), count(distinct a) from written"))
          .as("rows of seed %s", seed)
          .isEqualTo("[" + written + "," + written + ";]");
    }
  }

  private Connection client() throws SQLException {
    return node.jdbc(";encrypt=false");
  }

  private void write(Connection next) throws SQLException {
    assertThat(all(next, "insert written values (" + ++written + ")")).isEqualTo("(1)");
  }

  private static String seen(Connection client) throws SQLException {
    return all(client, LOOK) + all(client, LEVEL);
  }

  private boolean identityInsert(Connection client) throws SQLException {
    if (server.server() != null) {
      return !"[;]".equals(all(client, "select left_behind()"));
    }
    try (Statement statement = client.createStatement()) {
      statement.execute("insert numbered (id, v) values (" + -written + ", 1)");
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  /** A client makes state, and leaves; returns what it did. */
  private String make(Random random) throws SQLException {
    StringBuilder done = new StringBuilder();
    int leaves = random.nextInt(5);
    if (leaves == 4) {
      pooled(random, done);
      return done.append("reset").toString();
    }
    try (Connection maker = client()) {
      act(maker, random, done);
      switch (leaves) {
        case 0 -> done.append("close");
        case 1 -> {
          done.append("abort");
          maker.abort(Runnable::run);
        }
        case 2 -> {
          done.append("cut off");
          cutOff(maker, statement(random, done), random);
        }
        default -> {
          done.append("in a transaction");
          attempt(maker, "begin tran insert numbered (v) values (7)");
        }
      }
    }
    return done.toString();
  }

  /** The session is reset by its client's pool, and goes on. */
  private void pooled(Random random, StringBuilder done) throws SQLException {
    SQLServerConnectionPoolDataSource source = new SQLServerConnectionPoolDataSource();
    source.setURL("jdbc:sqlserver://127.0.0.1:" + node.port() + ";databaseName=app;encrypt=false");
    PooledConnection pool = source.getPooledConnection("app", "app");
    try {
      try (Connection maker = pool.getConnection()) {
        act(maker, random, done);
      }
      try (Connection again = pool.getConnection()) {
        act(again, random, done);
      }
    } finally {
      pool.close();
    }
  }

  private void cutOff(Connection maker, String sql, Random random) throws SQLException {
    Thread running =
        new Thread(
            () -> attempt(maker, sql + (random.nextBoolean() ? " waitfor delay '0:0:0.02'" : "")));
    running.start();
    maker.abort(Runnable::run);
    try {
      running.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void act(Connection maker, Random random, StringBuilder done) {
    for (int acts = 1 + random.nextInt(3); acts > 0; acts--) {
      attempt(maker, statement(random, done));
    }
  }

  private String statement(Random random, StringBuilder done) {
    List<String> acts = babelfish && random.nextInt(3) == 0 ? ON_BABELFISH : ACTS;
    String act = acts.get(random.nextInt(acts.size()));
    String way = WAYS.get(random.nextInt(WAYS.size()));
    String sql = way.formatted(act, act.replace("'", "''"));
    done.append(sql).append("; ");
    return sql;
  }

  private static void attempt(Connection client, String sql) {
    try {
      all(client, sql);
    } catch (SQLException e) {
      assertThat(e.getMessage()).doesNotContain("internal error");
    }
  }
}
