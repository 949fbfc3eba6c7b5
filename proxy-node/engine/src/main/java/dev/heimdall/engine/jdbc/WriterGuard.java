package dev.heimdall.engine.jdbc;

import dev.heimdall.model.ServerAddress;
import java.util.Optional;

/**
 * Choice of the cluster's server for the node's own writes, where its writer has to be confirmed.
 * Never blocks; thread-safe.
 */
public interface WriterGuard {
  /** The writer, if there is one and it is confirmed. */
  Optional<ServerAddress> writer();

  /** True if nothing is to leave for a server: it is not the writer, or not confirmed any more. */
  boolean bars(ServerAddress server);
}
