package dev.heimdall.engine.toy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.memory.MemoryBudget;
import dev.heimdall.engine.pool.LoopPool;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.prepared.PreparedStatement.Origin;
import dev.heimdall.engine.prepared.StatementRegistry;
import dev.heimdall.engine.toy.ToyNode.Reply;
import dev.heimdall.engine.toy.ToyNode.Session;
import dev.heimdall.engine.wire.Capabilities;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Server connections and pools where the protocol is nothing like PostgreSQL's. */
class ToyPoolTest {
  private final ToyNode node = new ToyNode();
  private final LoopPool pool = node.pool(Capabilities.NONE);

  @AfterEach
  void close() {
    assertThat(node.servers()).allSatisfy(server -> assertThat(server.violations()).isEmpty());
    node.close();
  }

  private ServerConnection acquired() {
    Session session = node.acquire(pool);
    assertThat(session.connection).isNotNull();
    return session.connection;
  }

  private Reply query(ServerConnection connection, String sql) {
    Reply reply = new Reply();
    connection.query(sql, reply);
    node.run();
    return reply;
  }

  @Test
  void aServerThatSpeaksFirstIsLoggedInTo() {
    ServerConnection connection = acquired();

    assertThat(connection.processId()).isEqualTo(1);
    assertThat(connection.reported().values()).containsEntry("version", "1");
    assertThat(node.serverOf(connection).requests()).containsExactly("log in app 0");
    assertThat(query(connection, "ECHO hello").rows).containsExactly(List.of("hello"));
  }

  @Test
  void repliesCutAnywhereAreTheSame() {
    ServerConnection connection = acquired();
    node.serverOf(connection).cutInto(1);

    assertThat(query(connection, "ECHO hello").rows).containsExactly(List.of("hello"));
    assertThat(connection.quiet()).isTrue();
  }

  @Test
  void capabilitiesBelongToThePool() {
    ServerConnection plain = acquired();
    pool.release(plain);
    LoopPool able = node.pool(new ToyCapabilities(5));

    assertThat(able).isNotSameAs(pool).isSameAs(node.pool(new ToyCapabilities(5)));
    ServerConnection other = node.acquire(able).connection;
    assertThat(other).isNotNull().isNotSameAs(plain);
    assertThat(node.serverOf(other).requests()).containsExactly("log in app 5");
    assertThat(node.acquire(pool).connection).isSameAs(plain);
  }

  @Test
  void aServerThatLacksACapabilityIsNotUsed() {
    node.features = 1;

    Session session = node.acquire(node.pool(new ToyCapabilities(2)));

    assertThat(session.connection).isNull();
    assertThat(session.refusal.sqlState()).isEqualTo("08001");
  }

  @Test
  void requestsGoOneByOneWithTheTokenOfTheLastReply() {
    ServerConnection connection = acquired();
    ToyServer server = node.serverOf(connection);
    server.requests();
    server.hold();
    Reply first = query(connection, "ECHO 1");
    Reply second = query(connection, "ECHO 2");
    Reply third = query(connection, "ECHO 3");
    assertThat(server.requests()).containsExactly("ECHO 1");
    assertThat(connection.delivery().groups().size()).isEqualTo(3);
    assertThat(connection.isFirst(first)).isTrue();
    assertThat(connection.delivery().ownersBehindFirst()).containsExactly(second, third);

    server.answer();
    node.run();

    assertThat(server.requests()).containsExactly("ECHO 2", "ECHO 3");
    assertThat(first.rows).containsExactly(List.of("1"));
    assertThat(second.rows).containsExactly(List.of("2"));
    assertThat(third.rows).containsExactly(List.of("3"));
    assertThat(connection.quiet()).isTrue();
  }

  @Test
  void whatASessionLeavesBehindIsReset() {
    ServerConnection connection = acquired();
    ToyServer server = node.serverOf(connection);
    server.requests();
    connection.hold(new Reply());
    connection.residue().taint();

    pool.release(connection);
    node.run();

    assertThat(server.requests()).containsExactly("SEED", "reset");
    assertThat(connection.residue().tainted()).isFalse();
    assertThat(pool.view().stateOf(connection)).isEqualTo("idle");
    assertThat(node.acquire(pool).connection).isSameAs(connection);
  }

  @Test
  void aLostConnectionIsReplaced() {
    ServerConnection connection = acquired();
    ToyServer server = node.serverOf(connection);
    server.hold();
    Reply reply = query(connection, "ECHO 1");
    Session waiting = node.acquire(pool);
    assertThat(waiting.connection).isNull();

    server.vanish();
    node.run();

    assertThat(reply.error.sqlState()).isEqualTo("08006");
    assertThat(connection.closed()).isTrue();
    assertThat(waiting.connection).isNotNull().isNotSameAs(connection);
  }

  @Test
  void aReplyThatNothingHasAskedForEndsTheConnection() {
    ServerConnection connection = acquired();

    node.serverOf(connection).send(ToyFrame.ROW, ToyFrame.text("x"));

    assertThat(connection.closed()).isTrue();
    assertThat(connection.ending().reason()).contains("that nothing has asked for");
  }

  @Test
  void aCancelRequestOnTheConnectionItselfHitsNoNeighbour() {
    ServerConnection connection = acquired();
    ToyServer server = node.serverOf(connection);
    server.hold();
    Reply reply = query(connection, "ECHO 1");
    server.requests();
    boolean[] done = new boolean[1];

    node.cancel(connection, () -> done[0] = true);

    assertThat(server.requests()).containsExactly("stop");
    assertThat(reply.error.sqlState()).isEqualTo("57014");
    assertThat(done[0]).isTrue();
    assertThat(connection.cancels().inProgress()).isFalse();

    Session next = node.acquire(pool);
    pool.release(connection);
    node.run();
    assertThat(server.requests()).containsExactly("PROBE");
    assertThat(next.connection).isSameAs(connection);
  }

  @Test
  void aCancelRequestForALostConnectionIsDone() {
    ServerConnection connection = acquired();
    ToyServer server = node.serverOf(connection);
    server.vanish();
    boolean[] done = new boolean[1];

    node.cancel(connection, () -> done[0] = true);

    assertThat(done[0]).isTrue();
  }

  @Test
  void valuesThatTheServerReportsAreKnown() {
    ServerConnection connection = acquired();
    ToyServer server = node.serverOf(connection);
    server.hold();
    Reply reply = query(connection, "ECHO 1");

    server.report("schema", "shop");
    server.answer();
    node.run();

    assertThat(reply.values()).containsExactly("schema=shop");
    assertThat(connection.reported().values()).containsEntry("schema", "shop");
    assertThat(connection.reported().takeChanged()).containsExactly("schema");
  }

  @Test
  void statementsHaveTheNumbersThatEachServerGivesThem() {
    StatementRegistry registry =
        new StatementRegistry(number -> new byte[0], new MemoryBudget(1 << 20, 1));
    byte[] text = ToyFrame.text("SELECT 1");
    PreparedStatement statement =
        registry.acquire(text, text.length, Origin.NAMED, null, "shop", 0);
    ServerConnection first = acquired();
    ServerConnection second = node.acquire(node.pool(new ToyCapabilities(1))).connection;

    for (ServerConnection connection : List.of(first, second)) {
      ToyRequests requests = (ToyRequests) connection.requests();
      assertThat(connection.statements().knows(statement)).isFalse();
      requests.prepare(statement, new Reply());
      node.run();
      assertThat(connection.statements().confirmed(statement)).isTrue();
      Reply reply = new Reply();
      requests.execute(statement, reply);
      node.run();
      assertThat(reply.rows).containsExactly(List.of("SELECT 1"));
    }

    assertThat(node.serverOf(first).requests()).contains("execute 11");
    assertThat(node.serverOf(second).requests()).contains("execute 21");
  }
}
