package dev.heimdall.launcher.inspect;

import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.engine.jdbc.Use;
import dev.heimdall.manager.inspect.CheckResult;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.ServerAddress;
import dev.heimdall.routing.threads.DaemonThreads;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;

/**
 * Looks at each server of a data source as a node would: reaches it, logs in, and asks it what it
 * is.
 */
final class DatabaseInspection {
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final String LOG_IN = "Log-in";
  private static final String ROLE = "Role";

  private final DataSource source;
  private final Consumer<CheckResult> found;
  private final Refused refused;
  private final EngineQuestions questions;

  DatabaseInspection(DataSource source, Consumer<CheckResult> found) {
    this.source = source;
    this.found = found;
    refused = new Refused(source);
    questions = new EngineQuestions(source);
  }

  void look() {
    ThreadFactory threads = DaemonThreads.named("inspection-log-in");
    ScheduledExecutorService housekeeping = Executors.newScheduledThreadPool(1, threads);
    try (SourceLogins logins = new SourceLogins()) {
      Optional<ServerRole> writer = Optional.empty();
      List<ServerAddress> servers = source.hosts();
      for (int i = 0; i < servers.size() && !Thread.currentThread().isInterrupted(); i++) {
        Optional<ServerRole> role = look(servers.get(i), i == 0, logins, housekeeping, threads);
        if (i == 0) {
          writer = role;
        } else if (writer.isPresent() && role.isPresent()) {
          compare(servers.get(i), writer.get(), role.get());
        }
      }
    } finally {
      housekeeping.shutdownNow();
    }
  }

  private Optional<ServerRole> look(
      ServerAddress server,
      boolean first,
      SourceLogins logins,
      ScheduledExecutorService housekeeping,
      ThreadFactory threads) {
    String subject = server.toString();
    CheckResult network = Network.look(server, PATIENCE);
    found.accept(network);
    if (network.state() != CheckResult.State.GOOD) {
      return Optional.empty();
    }
    DataSource one = source.at(server).connectingWithin(PATIENCE);
    Use use = new Use("inspection", "heimdall wizard", 1, false, true, PATIENCE);
    SourceConnections connections =
        new SourceConnections(one, logins.of(source).orElseThrow(), use, housekeeping, threads);
    try (Connection connection = questions.connect(connections)) {
      found.accept(
          CheckResult.good(
              subject, LOG_IN, "Logged in as " + connection.getMetaData().getUserName()));
      questions.about(subject, connection, first, found);
    } catch (SQLException | RuntimeException e) {
      found.accept(refused.finding(subject, LOG_IN, e));
      return Optional.empty();
    }
    return role(subject, first, one, connections);
  }

  private Optional<ServerRole> role(
      String subject, boolean first, DataSource one, SourceConnections connections) {
    try {
      ServerRole role = questions.role(one, connections);
      tell(subject, first, role);
      return Optional.of(role);
    } catch (SQLException | RuntimeException e) {
      SQLException cause = Refused.cause(e);
      found.accept(
          CheckResult.bad(
              subject,
              "Replication",
              refused.words(e),
              Refused.isDenied(cause)
                  ? EngineQuestions.run(questions.grant())
                  : "Without this, nodes cannot tell which server is the writer."
                      + questions.missing()));
      return Optional.empty();
    }
  }

  private void tell(String subject, boolean first, ServerRole role) {
    if (first) {
      tellWriter(subject, role);
    } else if (role.writer()) {
      found.accept(
          CheckResult.bad(
              subject,
              ROLE,
              "This server is no replica: it accepts writes itself.",
              "Take it off the list of replicas, or set up its replication first. Reads that went"
                  + " there would miss what is written to the writer."));
    } else {
      found.accept(CheckResult.good(subject, ROLE, "Replica"));
      found.accept(lag(subject, role));
    }
  }

  private void tellWriter(String subject, ServerRole role) {
    if (!role.writer()) {
      found.accept(
          CheckResult.bad(
              subject,
              ROLE,
              "This server is a replica: it accepts no writes.",
              "Name the server that it replicates from as the writer, and this one as a replica."));
      return;
    }
    found.accept(
        role.readOnly()
            ? CheckResult.note(
                subject,
                ROLE,
                "Writer, but set to read-only.",
                "Writes will wait until it accepts them again.")
            : CheckResult.good(subject, ROLE, "Writer"));
    if (source.cluster().kind() != ClusterKind.NONE) {
      int others = role.members().size();
      found.accept(
          others > 0 || source.hosts().size() > 1
              ? CheckResult.good(
                  subject,
                  "Replication",
                  others == 0
                      ? "The writer names no replica itself; those that you named are used"
                      : "Servers that the writer names: %s"
                          .formatted(String.join(", ", role.members())))
              : CheckResult.note(
                  subject,
                  "Replication",
                  "The writer names no replica, and you named none.",
                  "Reads go to the writer until there is one."));
    }
  }

  private static CheckResult lag(String subject, ServerRole role) {
    if (!role.halt().isEmpty()) {
      return CheckResult.bad(
          subject,
          "Replication lag",
          "It does not follow the writer at present: %s.".formatted(role.halt()),
          "Start its replication. Until then no reads go there.");
    }
    return role.lagMillis() < 0
        ? CheckResult.note(
            subject,
            "Replication lag",
            "It cannot be read.",
            "Reads go there only when the node knows that it is not behind.")
        : CheckResult.good(
            subject,
            "Replication lag",
            role.lagMillis() == 0 ? "Up to date" : role.lagMillis() + " ms behind");
  }

  private void compare(ServerAddress server, ServerRole writer, ServerRole replica) {
    boolean other =
        !writer.system().isEmpty()
                && !replica.system().isEmpty()
                && !writer.system().equals(replica.system())
            || !writer.name().isEmpty()
                && !replica.follows().isEmpty()
                && !replica.follows().contains(writer.name());
    if (other && !replica.writer()) {
      found.accept(
          CheckResult.bad(
              server.toString(),
              ROLE,
              "It replicates from another server than the writer that you named.",
              "Take it off the list of replicas, or name its own writer."));
    }
  }
}
