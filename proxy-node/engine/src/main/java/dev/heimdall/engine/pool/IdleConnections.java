package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Connections that are unused, the one given back last at the end: it is the next to be used. */
final class IdleConnections {
  /** Number of connections that are searched for one whose variables fit already. */
  private static final int LOOK_BACK = 16;

  private final List<ServerConnection> connections = new ArrayList<>();

  boolean isEmpty() {
    return connections.isEmpty();
  }

  int size() {
    return connections.size();
  }

  boolean contains(ServerConnection connection) {
    return connections.contains(connection);
  }

  void add(ServerConnection connection) {
    connections.add(connection);
  }

  void remove(ServerConnection connection) {
    connections.remove(connection);
  }

  /** One whose variables are these if that is found soon, else any; null when there is none. */
  ServerConnection take(Variables wanted) {
    ServerConnection fitting = takeWith(wanted);
    return fitting != null || connections.isEmpty()
        ? fitting
        : connections.remove(connections.size() - 1);
  }

  /** One whose variables are these; null when none is found soon. */
  ServerConnection takeWith(Variables wanted) {
    int last = connections.size() - 1;
    for (int i = last; i >= 0 && i > last - LOOK_BACK; i--) {
      if (connections.get(i).applied().equals(wanted)) {
        return connections.remove(i);
      }
    }
    return null;
  }

  /** The one that was not used for the longest time; there must be one. */
  ServerConnection oldest() {
    return connections.get(0);
  }

  /** Takes the one that was not used for the longest time; there must be one. */
  ServerConnection takeOldest() {
    return connections.remove(0);
  }

  void each(Consumer<ServerConnection> action) {
    connections.forEach(action);
  }

  /** Closes those of which this is true, the oldest first. */
  void closeIf(Predicate<ServerConnection> over, String why) {
    for (ServerConnection connection : List.copyOf(connections)) {
      if (over.test(connection)) {
        connections.remove(connection);
        connection.close(why);
      }
    }
  }
}
