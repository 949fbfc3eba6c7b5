package dev.heimdall.engine.jdbc;

import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.secrets.credentials.CredentialsException;
import dev.heimdall.secrets.credentials.DatabaseCredentials;
import dev.heimdall.secrets.credentials.DatabaseLogin;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** Asks for credentials for each connection, and for others when a server refuses them. */
final class RefreshingDataSource implements DataSource {
  /** Number of credentials to try: those last read, the current ones, and the previous ones. */
  private static final int TRIES = 3;

  private static final int PATIENCE_SECONDS = 12;

  private final DatabaseCredentials credentials;
  private final Predicate<SQLException> refusal;
  private final Targets targets;

  /** Supplier of the connection targets at this moment. */
  interface Targets {
    /** They are tried in their order. */
    List<Target> now() throws SQLException;
  }

  /**
   * One way to connect.
   *
   * @param server whom the credentials are for
   * @param check whether it leads where it is to
   */
  record Target(DataSource driver, ServerAddress server, Check check) {
    Target(DataSource driver, ServerAddress server) {
      this(driver, server, connection -> connection);
    }
  }

  /** Fails for a connection that is not to be used; else says what is used in its place. */
  interface Check {
    Connection ask(Connection connection) throws SQLException;
  }

  /**
   * @param refusal true for what a server says of a wrong user or password
   * @param targets are tried in their order
   */
  RefreshingDataSource(
      DatabaseCredentials credentials, Predicate<SQLException> refusal, List<Target> targets) {
    this(credentials, refusal, () -> targets);
  }

  RefreshingDataSource(
      DatabaseCredentials credentials, Predicate<SQLException> refusal, Targets targets) {
    this.credentials = credentials;
    this.refusal = refusal;
    this.targets = targets;
  }

  @Override
  public Connection getConnection() throws SQLException {
    SQLException last =
        new SQLException("there is no server to connect to", Sqlstate.UNABLE_TO_CONNECT);
    for (Target target : targets.now()) {
      try {
        return connect(target);
      } catch (SQLException e) {
        last = e;
      }
    }
    throw last;
  }

  private Connection connect(Target target) throws SQLException {
    DatabaseLogin login = await(credentials.login(target.server().host(), target.server().port()));
    for (int tries = 1; ; tries++) {
      try {
        return checked(
            target, target.driver().getConnection(login.user(), login.password().orElse(null)));
      } catch (SQLException e) {
        if (!refusal.test(e)) {
          throw e;
        }
        Optional<DatabaseLogin> next =
            await(credentials.instead(login, target.server().host(), target.server().port()));
        if (next.isEmpty() || tries == TRIES) {
          throw e;
        }
        login = next.get();
      }
    }
  }

  private static Connection checked(Target target, Connection made) throws SQLException {
    try {
      return target.check().ask(made);
    } catch (SQLException | RuntimeException e) {
      made.close();
      throw e;
    }
  }

  private static <T> T await(CompletableFuture<T> future) throws SQLException {
    try {
      return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      String why =
          e.getCause() instanceof CredentialsException said
              ? said.getMessage()
              : "there are no credentials";
      throw new SQLException(why, Sqlstate.UNABLE_TO_CONNECT);
    } catch (TimeoutException e) {
      throw new SQLException("credentials did not come in time", Sqlstate.UNABLE_TO_CONNECT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("interrupted while waiting for credentials", Sqlstate.ADMIN_SHUTDOWN);
    }
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException("who logs in is known here");
  }

  @Override
  public PrintWriter getLogWriter() {
    return null;
  }

  @Override
  public void setLogWriter(PrintWriter out) {}

  @Override
  public void setLoginTimeout(int seconds) {}

  /**
   * So many seconds a pool that is closed waits for the connection that it is making. With none it
   * warns at each close, also when it makes none.
   */
  @Override
  public int getLoginTimeout() {
    return 1;
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    throw new SQLException("wraps nothing");
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return false;
  }
}
