package dev.heimdall.test.tds;

import static dev.heimdall.test.tds.TdsSessionTest.all;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.sqlserver.jdbc.SQLServerConnection;
import com.microsoft.sqlserver.jdbc.SQLServerResultSet;
import dev.heimdall.engine.boot.SqlServerNode;
import dev.heimdall.test.fixture.SocketRelay;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of mssql-jdbc that lose their connections while these are idle. */
class SqlServerRecoveryIT {
  private TdsTarget server;
  private SqlServerNode first;
  private SqlServerNode second;
  private Balancer balancer;

  @BeforeEach
  void listen() throws IOException {
    server = TdsTarget.start("app");
    first = SqlServerNode.start(server, "", "");
    second = SqlServerNode.start(server, "", "");
    balancer = new Balancer(first.port());
  }

  @AfterEach
  void end() throws IOException {
    balancer.close();
    first.close();
    second.close();
    server.close();
  }

  private Connection client() throws Exception {
    return lookingEachTime(SqlServerNode.jdbc(balancer.port(), ";encrypt=false"));
  }

  /** By default the driver looks whether a connection is still there after 15 s without use. */
  private static Connection lookingEachTime(Connection client) throws Exception {
    Field tracker = SQLServerConnection.class.getDeclaredField("idleNetworkTracker");
    tracker.setAccessible(true);
    Object of = tracker.get(client);
    Method limit = of.getClass().getDeclaredMethod("setMaxIdleMillis", int.class);
    limit.setAccessible(true);
    limit.invoke(of, -1);
    return client;
  }

  /** A load balancer that sends connections to the node that is in service. */
  private static final class Balancer extends SocketRelay {
    private final Set<OutputStream> clients = ConcurrentHashMap.newKeySet();
    private volatile int node;

    Balancer(int node) throws IOException {
      super(node);
      this.node = node;
      start();
    }

    @Override
    protected int target() {
      return node;
    }

    @Override
    protected void back(InputStream from, OutputStream client) throws IOException {
      clients.add(client);
      super.back(from, client);
    }

    /** Ends all connections; the next ones go to that node. */
    void moveTo(int other) throws IOException {
      node = other;
      for (OutputStream client : clients) {
        client.close();
      }
      clients.clear();
    }
  }

  @Test
  void aSessionGoesOnAtAnotherNodeWithItsSettings() throws Exception {
    try (Connection ann = client()) {
      all(ann, "create table t (a int)");
      all(ann, "use tempdb");
      all(ann, "set lock_timeout 1234 set datefirst 3");
      ann.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
      String before = all(ann, "select db_name(), @@lock_timeout, @@datefirst");
      assertThat(before).isEqualTo("[tempdb,1234,3;]");

      for (int port : new int[] {second.port(), first.port(), first.port()}) {
        balancer.moveTo(port);
        assertThat(all(ann, "select db_name(), @@lock_timeout, @@datefirst")).isEqualTo(before);
        assertThat(ann.getCatalog()).isEqualTo("tempdb");
        all(ann, "set datefirst 3");
        assertThat(all(ann, "select 1")).isEqualTo("[1;]");
      }
      try (PreparedStatement prepared = ann.prepareStatement("select ? + 1")) {
        for (int i = 0; i < 4; i++) {
          assertThat(number(prepared, i)).isEqualTo(i + 1);
        }
      }
    }
  }

  private static int number(PreparedStatement statement, int value) throws SQLException {
    statement.setInt(1, value);
    try (ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getInt(1);
    }
  }

  /** A client sees that more is lost with its connection than can be had again. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "begin transaction",
        "insert t values (1)",
        "create table #t (a int)",
        "select 1 a into #t",
        "select 1 begin transaction",
        "exec sp_getapplock 'a', 'Exclusive', 'Session'",
        "set context_info 0x01",
        "exec p"
      })
  void aSessionThatHasMoreIsNotRecovered(String sql) throws Exception {
    try (Connection ann = client();
        Connection bob = client()) {
      all(bob, "create table t (a int)");
      all(bob, "create procedure p as set context_info 0x0102");
      assertThat(all(ann, "select 1")).isEqualTo("[1;]");
      boolean implicit = sql.startsWith("insert");
      ann.setAutoCommit(!implicit);
      all(ann, sql);

      balancer.moveTo(first.port());

      assertThatThrownBy(() -> all(ann, "select 1")).isInstanceOf(SQLException.class);
      if (implicit) {
        assertThatThrownBy(ann::commit).isInstanceOf(SQLException.class);
      }
    }
    try (Connection carl = client()) {
      assertThat(all(carl, "select count(*) from t")).isEqualTo("[0;]");
    }
  }

  @Test
  void aSessionIsNotRecoveredWithAnOpenCursor() throws Exception {
    try (Connection bob = client();
        Statement cursor =
            bob.createStatement(
                SQLServerResultSet.TYPE_SS_SERVER_CURSOR_FORWARD_ONLY,
                ResultSet.CONCUR_READ_ONLY)) {
      all(bob, "create table r (a int) insert r values (1), (2), (3)");
      cursor.setFetchSize(1);
      ResultSet open = cursor.executeQuery("select a from r");
      assertThat(open.next()).isTrue();

      balancer.moveTo(first.port());

      assertThatThrownBy(() -> all(bob, "select 1")).isInstanceOf(SQLException.class);
    }
  }

  @Test
  void aNodeThatStopsIsLeftUnnoticed() throws Exception {
    SqlServerNode third = SqlServerNode.start(server, "", "");
    try (Balancer before = new Balancer(third.port());
        Connection ann = lookingEachTime(SqlServerNode.jdbc(before.port(), ";encrypt=false"))) {
      assertThat(all(ann, "select 1")).isEqualTo("[1;]");
      before.node = second.port();
      third.close();

      assertThat(all(ann, "select 1")).isEqualTo("[1;]");
    }
  }

  @Test
  void aNodeThatStopsTellsSoWhereASessionHasMore() throws Exception {
    SqlServerNode third = SqlServerNode.start(server, "", "");
    try (Connection ann = lookingEachTime(SqlServerNode.jdbc(third.port(), ";encrypt=false"))) {
      all(ann, "create table #t (a int)");
      third.close();

      assertThatThrownBy(() -> all(ann, "select 1")).hasMessageContaining("administrator");
    }
  }

  @Test
  void aDelayedTransactionCountsAsOne() throws Exception {
    try (SqlServerNode late = SqlServerNode.start(server, ", \"delayedTransaction\": true", "");
        Balancer before = new Balancer(late.port());
        Connection ann = lookingEachTime(SqlServerNode.jdbc(before.port(), ";encrypt=false"))) {
      all(ann, "select 1");
      all(ann, "begin transaction");
      before.moveTo(late.port());

      assertThatThrownBy(() -> all(ann, "select 1")).isInstanceOf(SQLException.class);
    }
  }

  @Test
  void aSessionWhoseTransactionIsOverIsRecoveredAgain() throws Exception {
    try (Connection ann = client()) {
      all(ann, "create table t (a int)");
      for (int i = 1; i <= 3; i++) {
        ann.setAutoCommit(false);
        all(ann, "insert t values (1)");
        ann.commit();
        ann.setAutoCommit(true);
        assertThat(all(ann, "select count(*) from t")).isEqualTo("[%d;]".formatted(i));
        balancer.moveTo(i % 2 == 0 ? first.port() : second.port());
        assertThat(all(ann, "select count(*) from t")).isEqualTo("[%d;]".formatted(i));
      }
    }
  }
}
