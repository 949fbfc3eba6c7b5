package dev.heimdall.launcher.inspect;

import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.engine.jdbc.Use;
import dev.heimdall.manager.inspect.Finding;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Engine;
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

  private static final Duration PAUSE = Duration.ofMillis(250);
  private static final Duration KNOCK = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final DataSource node;
  private final Consumer<Finding> found;

  NodeInspection(DataSource node, Consumer<Finding> found) {
    this.node = node;
    this.found = found;
  }

  void look() {
    ServerAddress server = node.hosts().get(0);
    long deadline = System.nanoTime() + TAKING_OVER.toNanos();
    Finding network = Network.look(server, KNOCK);
    while (network.state() != Finding.State.GOOD && System.nanoTime() < deadline) {
      try {
        Thread.sleep(PAUSE.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      network = Network.look(server, KNOCK);
    }
    if (network.state() != Finding.State.GOOD) {
      found.accept(
          Finding.note(
              server.toString(),
              "Node",
              "No node listens there.",
              "If your nodes are on other machines, this is as it should be: connect to one of"
                  + " them. Else start one with heimdall proxy, or heimdall both for node and"
                  + " manager."));
      return;
    }
    found.accept(Finding.good(server.toString(), "Node", "Listens"));
    logIn(server);
  }

  private void logIn(ServerAddress server) {
    Refused refused = new Refused(node);
    ScheduledExecutorService housekeeping = Executors.newScheduledThreadPool(1);
    try (SourceLogins logins = new SourceLogins()) {
      SourceConnections connections =
          new SourceConnections(
              node.connectingWithin(PATIENCE),
              logins.of(node).orElseThrow(),
              new Use("inspection", "heimdall wizard", 1, false, PATIENCE),
              housekeeping,
              Thread::new);
      try (Connection connection =
              node.engine() == Engine.POSTGRESQL
                  ? connections.single(node.database().orElse("postgres"), false)
                  : connections.singleOfMysql();
          Statement statement = connection.createStatement()) {
        statement.execute("SELECT 1");
        found.accept(
            Finding.good(
                server.toString(),
                "Statement",
                "SELECT 1 was answered to the user " + node.user().orElse("")));
      }
    } catch (SQLException | RuntimeException e) {
      found.accept(refused.finding(server.toString(), "Statement", e));
    } finally {
      housekeeping.shutdownNow();
    }
  }
}
