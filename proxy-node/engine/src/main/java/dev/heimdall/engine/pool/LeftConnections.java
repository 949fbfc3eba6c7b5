package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ServerConnection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Connections to a server that did not answer, whose users are answered elsewhere. Each keeps its
 * place under the limits until the server has closed it, which it does when it reads again: there
 * are never more at the server than there may be. What still runs there by then is cancelled, one
 * after the other, as a cancel may be a connection as well.
 */
final class LeftConnections {
  /** So long a server that answers again may take to close them. */
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Consumer<ServerConnection> gone;
  private final BiConsumer<ServerConnection, Runnable> cancel;

  /** True if each was cancelled. */
  private final Map<ServerConnection, Boolean> cancelled = new LinkedHashMap<>(0);

  private boolean cancelling;

  /** Since when their server answers again; 0 while it does not, or there is none. */
  private long answersSince;

  /**
   * @param gone hears of one that is closed at both ends
   * @param cancel cancels what runs on one, as {@link Connector#cancel} does
   */
  LeftConnections(Consumer<ServerConnection> gone, BiConsumer<ServerConnection, Runnable> cancel) {
    this.gone = gone;
    this.cancel = cancel;
  }

  boolean contains(ServerConnection connection) {
    return cancelled.containsKey(connection);
  }

  /** Takes one from its users. */
  void leave(ServerConnection connection, String why) {
    cancelled.put(connection, false);
    connection
        .end()
        .leave(
            why,
            () -> {
              cancelled.remove(connection);
              gone.accept(connection);
            });
  }

  /**
   * Called about ten times a second.
   *
   * @param silent whether nothing is to be expected of their server
   */
  void look(boolean silent, long now) {
    if (cancelled.isEmpty() || silent) {
      answersSince = 0;
      return;
    }
    if (answersSince == 0) {
      answersSince = now;
    } else if (now - answersSince > LIMIT_NANOS) {
      abandon();
    } else if (!cancelling) {
      cancelNext();
    }
  }

  private void cancelNext() {
    for (Map.Entry<ServerConnection, Boolean> each : cancelled.entrySet()) {
      if (!each.getValue()) {
        each.setValue(true);
        cancelling = true;
        cancel.accept(each.getKey(), () -> cancelling = false);
        return;
      }
    }
  }

  /** Closes them without waiting for their server any longer. */
  void abandon() {
    List.copyOf(cancelled.keySet()).forEach(each -> each.end().abandon());
  }
}
