package dev.heimdall.engine.client;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The clients of one event loop, whatever they talk to, and those that log in; all on the loop. */
public final class LoopClients {
  private final Set<Client> clients = new HashSet<>();

  /** Ends of the log-ins that are under way: each gives up its client. */
  private final Set<Runnable> logIns = new HashSet<>();

  private boolean turnsAway;

  void add(Client client) {
    clients.add(client);
  }

  void remove(Client client) {
    clients.remove(client);
  }

  void addLogIn(Runnable end) {
    logIns.add(end);
  }

  void removeLogIn(Runnable end) {
    logIns.remove(end);
  }

  /**
   * True if those whose log-in comes to its end are told that the node is stopping, in place of a
   * welcome.
   */
  public void turnAway(boolean from) {
    turnsAway = from;
  }

  boolean turnsAway() {
    return turnsAway;
  }

  /** Ends all log-ins: clients that have reported their identity get the reason. */
  public void endLogIns() {
    turnsAway = true;
    List.copyOf(logIns).forEach(Runnable::run);
  }

  public List<Client> all() {
    return new ArrayList<>(clients);
  }

  /** Those of one kind. */
  public <T extends Client> List<T> all(Class<T> kind) {
    List<T> those = new ArrayList<>(clients.size());
    for (Client client : clients) {
      if (kind.isInstance(client)) {
        those.add(kind.cast(client));
      }
    }
    return those;
  }
}
