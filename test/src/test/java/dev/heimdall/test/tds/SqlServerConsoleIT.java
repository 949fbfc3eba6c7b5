package dev.heimdall.test.tds;

import static dev.heimdall.test.tds.TdsSessionTest.all;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.boot.SqlServerNode;
import dev.heimdall.test.fixture.AlsoOnBabelfish;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.ProxyHeader;
import dev.heimdall.test.fixture.SocketRelay;
import dev.heimdall.test.fixture.TestCertificate;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Operators with drivers of SQL Server at the admin database. */
@AlsoOnBabelfish
class SqlServerConsoleIT {
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
    return node.jdbc(";encrypt=false;connectRetryCount=0");
  }

  /** One column of what a command shows. */
  private static List<String> column(Connection console, String sql, String name)
      throws SQLException {
    List<String> values = new ArrayList<>();
    try (Statement statement = console.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        values.add(rows.getString(name));
      }
    }
    return values;
  }

  @Test
  void commandsShowPoolsAndWhyClientsKeepConnections() throws Exception {
    try (Connection console = node.console();
        Connection ann = client()) {
      all(ann, "create table #t (a int)");

      assertThat(column(console, "SHOW POOLS", "vdb")).contains("app");
      assertThat(column(console, "show clients", "pin_reason").toString()).contains("temporary");
      assertThat(column(console, "SHOW CLIENTS", "database")).contains("heimdall", "app");
      assertThat(console.isValid(5)).isTrue();
      try (PreparedStatement prepared = console.prepareStatement("SHOW VERSION");
          ResultSet row = prepared.executeQuery()) {
        assertThat(row.next()).isTrue();
      }
    }
  }

  /** The rules are one at least, so that statements are judged. */
  @Test
  void anAdministratorsBatchesMayBeCommandsAndQueriesAboutRules() throws Exception {
    node.close();
    String rule = "{\"match\": \"secret\", \"action\": \"drop\"}";
    node = SqlServerNode.start(server, "", rule);
    try (Connection ann = client()) {
      ann.setAutoCommit(false);
      all(ann, "create table #t (a int)");

      assertThat(column(ann, "SHOW CLIENTS", "database")).containsExactly("app");
      assertThat(all(ann, "select 7")).isEqualTo("[7;]");
      assertThat(column(ann, "show queryinfo", "value")).contains("select ?");
      assertThat(column(ann, "EXPLAIN RULES select secret", "action")).contains("drop");
      assertThatThrownBy(() -> all(ann, "show nothing")).hasMessageContaining("procedure");
      assertThatThrownBy(() -> all(ann, "kill 1")).hasMessageNotContaining("client");
    }
  }

  @Test
  void severalCommandsOfATextHaveAResultEach() throws Exception {
    try (Connection console = node.console();
        Statement both = console.createStatement()) {
      assertThat(both.execute("SHOW VERSION; SHOW POOLS")).isTrue();
      assertThat(both.getMoreResults()).isTrue();
      try (ResultSet pools = both.getResultSet()) {
        assertThat(pools.findColumn("vdb")).isPositive();
      }
      assertThat(both.getMoreResults()).isFalse();
      assertThat(both.getUpdateCount()).isEqualTo(-1);
    }
  }

  @Test
  void whatIsNoCommandIsAnErrorAndTheConsoleGoesOn() throws Exception {
    try (Connection console = node.console()) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> all(console, "select * from t"))
            .isInstanceOf(SQLException.class)
            .hasMessageContaining("SHOW HELP");
        assertThat(column(console, "SHOW CLIENTS", "database")).containsExactly("heimdall");
      }
    }
  }

  @Test
  void whatDriversSendByHabitIsAnswered() throws Exception {
    try (Connection console = node.console()) {
      assertThat(all(console, "select 1 as a, db_name() as b, system_user as c"))
          .isEqualTo("[1,heimdall,app;]");
      assertThat(all(console, "set nocount on; select 'x'")).isEqualTo("[x;]");
    }
  }

  @Test
  void aPauseIsCancelledByAnAttention() throws Exception {
    try (Connection console = node.console();
        Connection ann = client();
        Statement pause = console.createStatement()) {
      ann.setAutoCommit(false);
      all(ann, "create table t (a int)");
      all(ann, "insert t values (1)");
      CompletableFuture<Throwable> outcome =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  pause.execute("PAUSE app");
                  return null;
                } catch (SQLException e) {
                  return e;
                }
              });
      try (Connection other = node.console()) {
        Await.until(
            "the pool is paused",
            () -> column(other, "SHOW POOLS", "paused").stream().anyMatch("1"::equals));
        pause.cancel();
        assertThat(outcome.get(20, TimeUnit.SECONDS)).isInstanceOf(SQLException.class);
        assertThat(column(other, "SHOW POOLS", "paused")).isNotEmpty().doesNotContain("1");
      }
      assertThat(column(console, "SHOW POOLS", "vdb")).contains("app");
      ann.commit();
    }
  }

  @Test
  void commandsActOnClientsAndConnections() throws Exception {
    try (Connection console = node.console();
        Connection ann = client()) {
      assertThat(all(ann, "select 1")).isEqualTo("[1;]");
      all(console, "PAUSE");
      all(console, "RESUME");
      all(console, "RECONNECT app");
      assertThat(all(ann, "select 1")).isEqualTo("[1;]");
      assertThat(server.standIn().accepted()).isEqualTo(2);
      List<String> ids = column(console, "SHOW CLIENTS", "id");
      List<String> databases = column(console, "SHOW CLIENTS", "database");
      all(console, "KILL " + ids.get(databases.indexOf("app")));
      assertThatThrownBy(() -> all(ann, "select 1")).isInstanceOf(SQLException.class);
    }
  }

  /** The header is ahead of PRELOGIN, or of TLS. */
  @Test
  void clientsBehindALoadBalancerHaveTheirOwnAddresses() throws Exception {
    String trusted = ", \"proxyProtocol\": {\"enabled\": true, \"trusted\": [\"127.0.0.1/32\"]}";
    String strict =
        ";encrypt=strict;hostNameInCertificate=localhost;serverCertificate="
            + TestCertificate.localhost().inFiles().certificate();
    try (SqlServerNode behind = SqlServerNode.start(server, trusted, "");
        Balancer balancer = new Balancer(behind.port());
        Connection ann = SqlServerNode.jdbc(balancer.port(), ";encrypt=false");
        Connection bob = SqlServerNode.jdbc(balancer.port(), strict);
        Connection console =
            SqlServerNode.jdbc(balancer.port(), ";encrypt=false;databaseName=heimdall")) {
      assertThat(all(ann, "select 1")).isEqualTo("[1;]");
      assertThat(all(bob, "select 2")).isEqualTo("[2;]");
      assertThat(column(console, "SHOW CLIENTS", "addr"))
          .containsExactly("198.51.100.7", "198.51.100.7", "198.51.100.7");
    }
  }

  private static final class Balancer extends SocketRelay {
    Balancer(int node) throws IOException {
      super(node);
      start();
    }

    @Override
    protected void forth(InputStream client, OutputStream server) throws IOException {
      server.write(ProxyHeader.of("198.51.100.7"));
      super.forth(client, server);
    }
  }

  /** Of TDS 7.1, with a batch of its own ahead of the user's. */
  @Test
  void jtdsIsServed() throws Exception {
    try (Connection console = node.jtdsConsole()) {
      assertThat(column(console, "SHOW CLIENTS", "user")).containsExactly("app");
      console.setAutoCommit(false);
      assertThat(column(console, "SHOW CLIENTS", "database")).contains("heimdall");
      console.commit();
    }
  }
}
