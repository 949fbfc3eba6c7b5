package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.pool.PoolScope;
import dev.heimdall.engine.pool.WriterWatch;
import dev.heimdall.engine.session.lease.Destinations;
import dev.heimdall.engine.sql.SettingRules;
import dev.heimdall.engine.topology.NodeState;
import dev.heimdall.engine.topology.Topology;
import dev.heimdall.engine.topology.TopologyNode;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.model.NodeRole;
import dev.heimdall.model.ServerAddress;
import java.util.Optional;

/** Writes that a server rejects which is no writer any more. */
final class RejectedWrites {
  private RejectedWrites() {}

  /** True if another server may be the writer. */
  static boolean ofCluster(Destinations destinations) {
    return destinations.home() != null && destinations.home().scope().watch() != null;
  }

  /**
   * True if the server that a connection leads to takes no writes from any session, by what it has
   * reported itself, to a probe or on this connection: it is a replica, or allows none.
   */
  static boolean byServer(Destinations destinations, ServerConnection from, SettingRules rules) {
    if (!ofCluster(destinations)) {
      return false;
    }
    WriterWatch watch = destinations.home().scope().watch();
    Topology topology = watch.view().topology();
    Optional<TopologyNode> node = topology.node(server(from));
    return from.reported().hasBecomeReadOnly(rules)
        || node.isPresent()
            && (node.get().role() == NodeRole.REPLICA || node.get().state() == NodeState.READ_ONLY);
  }

  /**
   * True if a client that repeats its transaction may get to a writer: as long as a switchover may
   * take.
   */
  static boolean mayPass(Destinations destinations, ServerConnection from) {
    PoolScope scope = destinations.home().scope();
    return scope
        .watch()
        .mayPass(server(from), scope.plan().source().cluster().failover().queueTimeout());
  }

  /** True if it makes sense to wait for a server that takes writes. */
  static boolean maySwitch(Destinations destinations, ServerConnection from) {
    if (!ofCluster(destinations)) {
      return false;
    }
    PoolScope scope = destinations.home().scope();
    return scope
        .watch()
        .maySwitch(server(from), scope.plan().source().cluster().failover().queueTimeout());
  }

  private static ServerAddress server(ServerConnection from) {
    return from.target().source().hosts().get(0);
  }

  /** Error that its client gets. */
  static ServerError again(ServerError error) {
    return ServerError.error(
            Sqlstate.SERIALIZATION_FAILURE, "the server accepts no writes any more")
        .withDetail("Nothing of the transaction was committed. The server said: " + error.message())
        .withHint("Run it again from its beginning.");
  }
}
