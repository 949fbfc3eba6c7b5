package dev.heimdall.engine.client;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The clients of one event loop, whatever they talk to; all on the loop. */
public final class LoopClients {
  private final Set<Client> clients = new HashSet<>();

  void add(Client client) {
    clients.add(client);
  }

  void remove(Client client) {
    clients.remove(client);
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
