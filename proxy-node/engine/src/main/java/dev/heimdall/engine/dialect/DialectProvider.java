package dev.heimdall.engine.dialect;

import dev.heimdall.engine.changes.ChangeTriggers;
import dev.heimdall.engine.cluster.ClusterProtocol;
import dev.heimdall.engine.cluster.ServerInterview;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.model.Engine;
import java.util.Optional;

/**
 * Brings the dialect of one engine. Found by {@link java.util.ServiceLoader}: what is on the class
 * path, nodes speak.
 */
public interface DialectProvider {
  Engine engine();

  /** Its SQL, for who reads texts without a node. */
  SqlDialect statements();

  /** Probes of its servers for their role, with or without a node. */
  default Optional<ClusterProtocol> clusters() {
    return Optional.empty();
  }

  /** Queries to its servers for the set-up of nodes for them. */
  default Optional<ServerInterview> interview() {
    return Optional.empty();
  }

  /** Triggers by which nodes hear of writes past them, where its servers have such. */
  default Optional<ChangeTriggers> triggers() {
    return Optional.empty();
  }

  /** Makes a node's. */
  Dialect create(NodeServices node);
}
