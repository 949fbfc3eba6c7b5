package dev.heimdall.engine.dialect.mysql.changes;

import dev.heimdall.engine.wire.Position;
import dev.heimdall.engine.wire.mysql.BinlogPosition;
import dev.heimdall.engine.wire.mysql.GtidSet;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Check whether other sessions of the server see the content of its log. It sends a transaction
 * when that is in the log, which is before it is committed: who reads in between reads what was
 * before, and must not keep it as what is there afterwards. Not thread-safe.
 */
final class Visibility {
  /**
   * Minimum age of a transaction where the server does not report whether it is committed: MySQL
   * without GTIDs. A commit takes no such time behind the log.
   */
  static final long SETTLED = TimeUnit.SECONDS.toNanos(1);

  private final Connection connection;
  private final ServerStatus server;
  private Position executed = Position.NONE;

  Visibility(Connection connection, ServerStatus server) {
    this.connection = connection;
    this.server = server;
  }

  /**
   * True if all that was in the log when its end was asked for is visible by now.
   *
   * @param committing what had a number and was not visible right after that, in MySQL
   * @param age since then, in nanoseconds
   */
  boolean begun(Position committing, long age) throws SQLException {
    return shows(committing, server.end(), age);
  }

  /**
   * True if a transaction is visible.
   *
   * @param age since it came, in nanoseconds
   */
  boolean shows(LoggedTransaction transaction, long age) throws SQLException {
    return shows(transaction.gtid(), transaction.end(), age);
  }

  private boolean shows(Position gtids, BinlogPosition end, long age) throws SQLException {
    Position needed = server.flavour().mariadb() ? end : gtids;
    if (!server.flavour().mariadb() && !(needed instanceof GtidSet)) {
      return age >= SETTLED;
    }
    if (!executed.covers(needed)) {
      executed = now();
    }
    return executed.covers(needed);
  }

  private Position now() throws SQLException {
    if (!server.flavour().mariadb()) {
      return ServerStatus.executed(connection);
    }
    Optional<BinlogPosition> visible = ServerStatus.visible(connection, server.id());
    return visible.isPresent() ? visible.get() : Position.NONE;
  }
}
