package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ServerConnection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * New connections to a replica that no session may use yet. What is known of the server was
 * answered before they were made, perhaps by an earlier run of it that had come further: they are
 * free when it has answered again.
 */
final class Warmup {
  private final Predicate<ServerConnection> warm;
  private final Consumer<ServerConnection> free;
  private final Set<ServerConnection> warming = new LinkedHashSet<>();

  /**
   * @param warm whether a connection may be used
   * @param free takes those that may
   */
  Warmup(Predicate<ServerConnection> warm, Consumer<ServerConnection> free) {
    this.warm = warm;
    this.free = free;
  }

  int size() {
    return warming.size();
  }

  boolean contains(ServerConnection connection) {
    return warming.contains(connection);
  }

  void remove(ServerConnection connection) {
    warming.remove(connection);
  }

  /** Takes a connection that was just made. */
  void take(ServerConnection connection) {
    if (warm.test(connection)) {
      free.accept(connection);
    } else {
      warming.add(connection);
    }
  }

  /** The server has answered. */
  void look() {
    for (ServerConnection connection : List.copyOf(warming)) {
      if (warm.test(connection)) {
        warming.remove(connection);
        free.accept(connection);
      }
    }
  }
}
