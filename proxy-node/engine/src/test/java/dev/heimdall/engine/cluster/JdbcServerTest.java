package dev.heimdall.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.wire.Position;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which connections questions to a server are asked over. */
class JdbcServerTest {
  private final Server server = new Server();
  private final JdbcServer asked =
      new JdbcServer(server, Duration.ofSeconds(10), new Questions(server));

  /** A connection that may be ended from either side. */
  private static final class Made {
    private boolean closed;
    private boolean aborted;

    Connection connection() {
      return (Connection)
          Proxy.newProxyInstance(
              Made.class.getClassLoader(),
              new Class<?>[] {Connection.class},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "isClosed" -> closed;
                    case "isValid" -> !closed;
                    case "close" -> {
                      closed = true;
                      yield null;
                    }
                    case "abort" -> {
                      aborted = true;
                      yield null;
                    }
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "equals" -> proxy == arguments[0];
                    default -> throw new UnsupportedOperationException(method.getName());
                  });
    }
  }

  /** Lets connections in, or does not. */
  private static final class Server implements JdbcServer.Opening {
    private final List<Made> made = new ArrayList<>();
    private boolean up = true;
    private int attempts;

    @Override
    public Connection connect() throws SQLException {
      attempts++;
      if (!up) {
        throw new SQLException("the database system is shutting down", "57P03");
      }
      made.add(new Made());
      return made.get(made.size() - 1).connection();
    }
  }

  /** Answered as long as the server is up. */
  private record Questions(Server server) implements JdbcServer.Questions {
    @Override
    public NodeReport ask(Connection connection, boolean members, ProbedServer.Progress progress)
        throws SQLException {
      written(connection);
      return null;
    }

    @Override
    public Position written(Connection connection) throws SQLException {
      if (!server.up) {
        throw new SQLException("terminating connection", "57P01");
      }
      return Position.NONE;
    }
  }

  @Test
  void questionsShareAConnection() throws Exception {
    asked.ask(true);
    asked.written();
    asked.ask(false);

    assertThat(server.attempts).isEqualTo(1);
    asked.close();
    assertThat(server.made.get(0).closed).isTrue();
  }

  /** Whoever asks learns at once that nobody lets it in, and at once that somebody does again. */
  @Test
  void aQuestionMakesOneAttemptToConnectAfterItsConnectionWasLost() throws Exception {
    asked.ask(true);
    server.made.get(0).closed = true;
    server.up = false;

    assertThatThrownBy(() -> asked.ask(true)).hasMessage("terminating connection");
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> asked.ask(true)).hasMessage("the database system is shutting down");
    }
    assertThat(server.attempts).isEqualTo(4);

    server.up = true;
    asked.ask(true);
    assertThat(server.attempts).isEqualTo(5);
  }

  @Test
  void aConnectionThatTheServerHasEndedDuringAQuestionIsNotKept() throws Exception {
    JdbcServer other =
        new JdbcServer(
            server,
            Duration.ofSeconds(10),
            new JdbcServer.Questions() {
              @Override
              public NodeReport ask(
                  Connection connection, boolean members, ProbedServer.Progress progress) {
                server.made.forEach(one -> one.closed = true);
                return null;
              }

              @Override
              public Position written(Connection connection) {
                return Position.NONE;
              }
            });
    other.ask(true);
    other.ask(true);

    assertThat(server.attempts).isEqualTo(2);
  }

  @Test
  void whatIsAskedWhenAllIsClosedIsEnded() {
    List<JdbcServer> closing = new ArrayList<>();
    JdbcServer other =
        new JdbcServer(
            server,
            Duration.ofSeconds(10),
            new JdbcServer.Questions() {
              @Override
              public NodeReport ask(
                  Connection connection, boolean members, ProbedServer.Progress progress) {
                return null;
              }

              @Override
              public Position written(Connection connection) throws SQLException {
                closing.forEach(JdbcServer::close);
                throw new SQLException("connection was aborted");
              }
            });
    closing.add(other);

    assertThatThrownBy(other::written).hasMessage("connection was aborted");
    assertThat(server.made.get(0).aborted).isTrue();
    assertThatThrownBy(() -> other.ask(true)).hasMessage("the server is not asked any more");
    assertThat(server.made.get(1).closed).isTrue();
  }
}
