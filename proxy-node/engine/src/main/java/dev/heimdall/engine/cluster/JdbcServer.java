package dev.heimdall.engine.cluster;

import com.zaxxer.hikari.HikariDataSource;
import dev.heimdall.engine.wire.Position;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * A server that is asked over JDBC.
 *
 * @param pool of connections to it, in autocommit mode; closed with this
 */
public record JdbcServer(HikariDataSource pool, Questions questions) implements ProbedServer {
  /** What servers of an engine are asked, and how their answers are read. */
  public interface Questions {
    /**
     * @param members whether the server is to name the others too
     */
    NodeReport ask(Connection connection, boolean members) throws SQLException;

    /** As {@link ProbedServer#written}. */
    Position written(Connection connection) throws SQLException;
  }

  @Override
  public NodeReport ask(boolean members) throws SQLException {
    try (Connection connection = pool.getConnection()) {
      return questions.ask(connection, members);
    }
  }

  @Override
  public Position written() throws SQLException {
    try (Connection connection = pool.getConnection()) {
      return questions.written(connection);
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
