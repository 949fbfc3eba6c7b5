package dev.heimdall.test.tds;

import static dev.heimdall.test.tds.TdsSessionTest.all;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.boot.SqlServerNode;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** Servers that send a node elsewhere when it logs in; its clients do not notice. */
@DisabledIfSystemProperty(
    named = "tds.server",
    matches = ".+",
    disabledReason = "its servers route log-ins")
class SqlServerRoutesIT {
  private static final String PLAIN = ";encrypt=false;connectRetryCount=0";

  private final List<TdsServer> servers = new ArrayList<>();
  private SqlServerNode node;

  @AfterEach
  void end() {
    if (node != null) {
      node.close();
    }
    servers.forEach(TdsServer::close);
  }

  private TdsServer server(TdsOptions options) {
    TdsServer server = TdsServer.start(options);
    servers.add(server);
    return server;
  }

  private TdsServer sendingTo(TdsServer other) {
    return server(TdsOptions.standard().routedTo("127.0.0.1:" + other.port()));
  }

  private void start(TdsServer server) {
    node = SqlServerNode.start(server.port(), TdsOptions.USER, TdsOptions.PASSWORD, "", "");
  }

  @Test
  void aRouteIsFollowedAlsoByWayOfSeveralServers() throws Exception {
    TdsServer last = server(TdsOptions.standard());
    TdsServer second = sendingTo(last);
    TdsServer first = sendingTo(second);
    start(first);
    try (Connection ann = node.jdbc(PLAIN);
        Connection bob = node.jdbc(PLAIN)) {
      assertThat(all(ann, "select 1")).isEqualTo("[1;]");
      assertThat(all(bob, "select 2")).isEqualTo("[2;]");
      assertThat(last.connections()).isOne();
      assertThat(first.accepted()).isOne();
      assertThat(second.connections()).isZero();
    }
  }

  @Test
  void aServerThatSendsToItselfIsGivenUp() {
    TdsServer server = server(TdsOptions.standard());
    String itself = "127.0.0.1:" + server.port();
    server.become(TdsOptions.standard().routedTo(itself));
    start(server);

    assertThatThrownBy(() -> node.jdbc(PLAIN).close())
        .hasMessageContaining("sends its clients to " + itself)
        .hasMessageContaining("at most 5");
    assertThat(server.accepted() % 6).isZero();
  }

  @Test
  void theServerThatItSendsToIsNamedWhereNobodyListens() {
    TdsServer first = server(TdsOptions.standard().routedTo("127.0.0.1:1"));
    start(first);

    assertThatThrownBy(() -> node.jdbc(PLAIN).close()).hasMessageContaining("127.0.0.1:1");
  }

  @Test
  void clientsThatOnlyReadHaveConnectionsOfTheirOwn() throws Exception {
    TdsServer readable = server(TdsOptions.standard());
    TdsServer primary =
        server(TdsOptions.standard().routedTo("127.0.0.1:" + readable.port(), true));
    node = SqlServerNode.pooled(primary.port(), TdsOptions.USER, TdsOptions.PASSWORD, 2, "");
    try (Connection reader = node.jdbc(PLAIN + ";applicationIntent=ReadOnly");
        Connection writer = node.jdbc(PLAIN)) {
      for (int round = 0; round < 2; round++) {
        assertThat(all(reader, "select 1")).isEqualTo("[1;]");
        assertThat(all(writer, "select 2")).isEqualTo("[2;]");
      }
      assertThat(ran(readable)).containsExactly("select 1", "select 1");
      assertThat(ran(primary)).containsExactly("select 2", "select 2");
    }
  }

  private static List<String> ran(TdsServer server) {
    return server.log().stream()
        .map(TdsMessage::text)
        .filter(text -> text.startsWith("select"))
        .toList();
  }
}
