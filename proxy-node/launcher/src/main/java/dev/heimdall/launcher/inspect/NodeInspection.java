package dev.heimdall.launcher.inspect;

import dev.heimdall.engine.jdbc.JdbcDrivers;
import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.engine.jdbc.Use;
import dev.heimdall.manager.inspect.CheckResult;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.ServerAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;

/** Waits for a node to serve a virtual database, and goes there as a client. */
final class NodeInspection {
  /** Nodes look at their configuration once a second, or every ten seconds in a store. */
  private static final Duration TAKING_OVER = Duration.ofSeconds(25);

  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Duration KNOCK = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final DataSource node;
  private final Consumer<CheckResult> found;

  /** True if the node has refused user and password. */
  private boolean denied;

  NodeInspection(DataSource node, Consumer<CheckResult> found) {
    this.node = node;
    this.found = found;
  }

  void look() {
    ServerAddress server = node.hosts().get(0);
    long deadline = System.nanoTime() + TAKING_OVER.toNanos();
    CheckResult network = Network.look(server, KNOCK);
    while (network.state() != CheckResult.State.GOOD && System.nanoTime() < deadline) {
      if (!pause()) {
        return;
      }
      network = Network.look(server, KNOCK);
    }
    if (network.state() != CheckResult.State.GOOD) {
      found.accept(
          CheckResult.note(
              server.toString(),
              "Node",
              "No node listens there.",
              "If your nodes are on other machines, this is as it should be: connect to one of"
                  + " them. Else start one with heimdall proxy, or heimdall both for node and"
                  + " manager."));
      return;
    }
    found.accept(CheckResult.good(server.toString(), "Node", "Listens"));
    CheckResult answer = logIn(server);
    // A node that starts, or takes the documents over, refuses for a moment: that is no alarm.
    // Wrong passwords are not tried again, as the node would slow log-ins of this machine.
    while (answer.state() != CheckResult.State.GOOD && !denied && System.nanoTime() < deadline) {
      if (!pause()) {
        return;
      }
      answer = logIn(server);
    }
    found.accept(answer);
  }

  /** False: no caller waits any more. */
  private static boolean pause() {
    try {
      Thread.sleep(PAUSE.toMillis());
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private CheckResult logIn(ServerAddress server) {
    Refused refused = new Refused(node);
    ScheduledExecutorService housekeeping = Executors.newScheduledThreadPool(1);
    try (SourceLogins logins = new SourceLogins()) {
      SourceConnections connections =
          new SourceConnections(
              node.connectingWithin(PATIENCE),
              logins.of(node).orElseThrow(),
              new Use("inspection", "heimdall wizard", 1, false, true, PATIENCE),
              housekeeping,
              Thread::new);
      try (Connection connection =
              connections.single(
                  node.engine().firstDatabase().map(node.database()::orElse).orElse(""));
          Statement statement = connection.createStatement()) {
        statement.execute("SELECT 1");
        return CheckResult.good(
            server.toString(),
            "Statement",
            "SELECT 1 was answered to the user " + node.user().orElse(""));
      }
    } catch (SQLException | RuntimeException e) {
      denied = e instanceof SQLException sql && JdbcDrivers.isRefusal(node.engine(), sql);
      return refused.finding(server.toString(), "Statement", e);
    } finally {
      housekeeping.shutdownNow();
    }
  }
}
