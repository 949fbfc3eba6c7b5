package dev.heimdall.engine.boot;

import dev.heimdall.engine.client.Client;
import dev.heimdall.engine.client.LoopClients;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.session.LoopSessions;
import dev.heimdall.model.Engine;
import java.util.Map;

/**
 * One event loop of the node.
 *
 * @param clients all of them, whatever they talk to
 * @param sessions those of each engine's clients
 */
record NodeLoop(LoopContext context, LoopClients clients, Map<Engine, LoopSessions> sessions) {
  NodeLoop {
    sessions = Map.copyOf(sessions);
  }

  /** Time limits of clients; called about twice a second on the loop. */
  void tick() {
    clients.all().forEach(Client::tick);
  }
}
