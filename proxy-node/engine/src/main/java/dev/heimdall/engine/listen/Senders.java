package dev.heimdall.engine.listen;

import dev.heimdall.engine.backend.ServerConnection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Clients that have sent the notifications which a server reports. The server names its own
 * process, which works for one client now and for another one next; what it notifies of comes
 * later, by the connection that listens. Kept only while a client listens; thread-safe.
 */
public final class Senders {
  private final Map<Integer, Sender> byProcess = new ConcurrentHashMap<>(0);
  private final AtomicInteger listeners = new AtomicInteger();

  /**
   * @param client the process id that it was given as its own
   * @param heard whether all that it has sent so far was delivered
   */
  private record Sender(ServerConnection server, int client, boolean heard) {}

  /** A client begins to listen. */
  void listens() {
    listeners.incrementAndGet();
  }

  /** It does so no longer. */
  void leaves() {
    if (listeners.decrementAndGet() == 0) {
      byProcess.clear();
    }
  }

  /** True if any client listens. */
  boolean areHeard() {
    return listeners.get() > 0;
  }

  /** A client is about to send something over this connection that may notify those who listen. */
  void sends(ServerConnection server, int client) {
    Sender sender = new Sender(server, client, false);
    if (byProcess.put(server.processId(), sender) == null) {
      byProcess.values().removeIf(each -> each.server().closed());
    }
  }

  /** True if another client's notifications may still come from this connection. */
  boolean othersUnheard(ServerConnection server, int client) {
    Sender last = byProcess.get(server.processId());
    return last != null && last.client() != client && !last.heard();
  }

  /** Notes that earlier notifications from this connection were delivered. */
  void heard(ServerConnection server) {
    byProcess.computeIfPresent(
        server.processId(), (process, last) -> new Sender(last.server(), last.client(), true));
  }

  /** The process id by which clients know the sender that the server names. */
  public int of(int process) {
    Sender sender = byProcess.get(process);
    return sender == null ? process : sender.client();
  }
}
