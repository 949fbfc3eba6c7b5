package dev.heimdall.engine.cluster;

import dev.heimdall.model.RdsHost;
import dev.heimdall.model.ServerAddress;
import java.util.List;
import java.util.Optional;

/**
 * A server as it is: what a configuration is made of.
 *
 * @param databases that clients may want
 * @param logins who may log in
 * @param mostConnections that ordinary users may have to it
 * @param cluster the {@code cluster.kind} that it belongs to; empty for a server by itself
 * @param replicas of it that have answered
 */
public record LiveServer(
    List<String> databases,
    List<Login> logins,
    int mostConnections,
    Optional<String> cluster,
    List<ServerAddress> replicas) {
  /**
   * Returns the {@code cluster.kind} that a server belongs to.
   *
   * @param replicated that of its engine, if it is a replica or has some
   */
  public static Optional<String> cluster(
      boolean aurora, ServerAddress address, Optional<String> replicated) {
    return aurora
        ? Optional.of("aurora")
        : RdsHost.ofAws(address.host()) ? Optional.of("rds") : replicated;
  }

  /**
   * User who may log in.
   *
   * @param verifier of the password; empty where it could not be read
   * @param most connections at a time; 0 for no limit
   * @param left why it is left out, all the same; empty if it is not
   */
  public record Login(String name, Optional<String> verifier, int most, Optional<String> left) {}
}
