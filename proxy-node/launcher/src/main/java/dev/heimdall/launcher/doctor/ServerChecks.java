package dev.heimdall.launcher.doctor;

import com.zaxxer.hikari.HikariDataSource;
import dev.heimdall.engine.jdbc.JdbcDrivers;
import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.engine.jdbc.Use;
import dev.heimdall.engine.net.TlsContexts;
import dev.heimdall.engine.share.StoreExamination;
import dev.heimdall.engine.share.StoreState;
import dev.heimdall.model.BackendTls;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.model.StoreSettings;
import dev.heimdall.routing.threads.DaemonThreads;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;

/** Databases and the store: whether they listen, and let the configured users in. */
final class ServerChecks {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Beginnings of a store's answers that deny access. */
  private static final List<String> REFUSALS = List.of("WRONGPASS", "NOAUTH", "NOPERM");

  private ServerChecks() {}

  static List<Check> of(Configuration configuration, MachineLocation here) {
    List<Check> checks = new ArrayList<>();
    for (DataSource source : configuration.sources().values()) {
      for (ServerAddress server : source.hosts()) {
        checks.add(
            new Check(
                "source " + source.name() + ", " + server,
                true,
                () -> connect(server, source.connectTimeout(), here)));
      }
      if (source.tls().verifies()) {
        checks.add(
            new Check(
                "source " + source.name() + ", files of TLS", true, () -> files(source.tls())));
      }
      source
          .user()
          .or(source.credentials()::secretName)
          .ifPresent(
              user ->
                  checks.add(
                      new Check(
                          "source " + source.name() + ", log-in as " + user,
                          true,
                          () -> logIn(source))));
    }
    for (ServerAddress server : configuration.node().store().addresses()) {
      checks.add(new Check("store, " + server, true, () -> connect(server, PATIENCE, here)));
    }
    StoreSettings store = configuration.node().store();
    if (!store.servers().isEmpty()) {
      checks.add(new Check("store, log-in", true, () -> meet(store)));
      checks.add(new Check("store, notify-keyspace-events", false, () -> keyEvents(store)));
    }
    return checks;
  }

  static Check.Outcome connect(ServerAddress server, Duration patience, MachineLocation here) {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(server.host(), server.port()), (int) patience.toMillis());
      return Check.Outcome.ok("listens at " + socket.getInetAddress().getHostAddress());
    } catch (SocketTimeoutException e) {
      return new Check.Outcome(
          State.TIMED_OUT,
          "no answer within %d ms: %s".formatted(patience.toMillis(), here.wayTo(server)));
    } catch (IOException e) {
      return new Check.Outcome(
          State.UNREACHABLE, e.getClass().getSimpleName() + ": " + e.getMessage());
    }
  }

  /** Without these a node does not even start. */
  private static Check.Outcome files(BackendTls tls) {
    try {
      TlsContexts.forServer(tls, List.of());
      return Check.Outcome.ok(
          tls.caFile().map(Path::toString).orElse("the authorities of the Java runtime"));
    } catch (IOException e) {
      return new Check.Outcome(State.FAILED, e.getMessage());
    }
  }

  private static Check.Outcome meet(StoreSettings settings) {
    try {
      return Check.Outcome.ok("at " + StoreExamination.look(settings).at());
    } catch (StoreExamination.FailedException e) {
      return new Check.Outcome(
          REFUSALS.stream().anyMatch(e.getMessage()::startsWith) ? State.DENIED : State.FAILED,
          e.getMessage());
    }
  }

  /** Checks what the query cache will need. */
  private static Check.Outcome keyEvents(StoreSettings settings) {
    try {
      StoreState found = StoreExamination.look(settings);
      return switch (found.keyEvents()) {
        case ON -> Check.Outcome.ok(found.detail());
        case OFF ->
            new Check.Outcome(
                State.FAILED, found.detail() + ", and should be AE for the query cache to come");
        case UNKNOWN -> new Check.Outcome(State.DENIED, "cannot be found out: " + found.detail());
      };
    } catch (StoreExamination.FailedException e) {
      return new Check.Outcome(State.FAILED, e.getMessage());
    }
  }

  private static Check.Outcome logIn(DataSource source) {
    ThreadFactory threads = DaemonThreads.named("heimdall-doctor-log-in");
    ScheduledExecutorService housekeeping = Executors.newScheduledThreadPool(1, threads);
    Use use = new Use("doctor", "heimdall doctor", 1, false, true, PATIENCE);
    String own =
        source.engine().firstDatabase().map(first -> source.user().orElse(first)).orElse("");
    try (SourceLogins logins = new SourceLogins();
        HikariDataSource pool =
            new SourceConnections(
                    source, logins.of(source).orElseThrow(), use, housekeeping, threads)
                .to(source.database().orElse(own));
        Connection connection = pool.getConnection()) {
      DatabaseMetaData server = connection.getMetaData();
      return Check.Outcome.ok(
          server.getDatabaseProductName() + " " + server.getDatabaseProductVersion());
    } catch (SQLException e) {
      return refused(source, e);
    } catch (RuntimeException e) {
      return refused(
          source, sqlCause(e).orElse(new SQLException(String.valueOf(e.getMessage()), e)));
    } finally {
      housekeeping.shutdownNow();
    }
  }

  private static Optional<SQLException> sqlCause(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException found) {
        return Optional.of(found);
      }
    }
    return Optional.empty();
  }

  private static Check.Outcome refused(DataSource source, SQLException failure) {
    SQLException cause = sqlCause(failure.getCause()).orElse(failure);
    String code = String.valueOf(cause.getSQLState());
    State state =
        JdbcDrivers.isRefusal(source.engine(), cause)
            ? State.DENIED
            : code.startsWith("08") ? State.UNREACHABLE : State.FAILED;
    return new Check.Outcome(
        state, String.valueOf(cause.getMessage()).lines().findFirst().orElse(""));
  }
}
