package dev.heimdall.engine.client;

import dev.heimdall.engine.auth.AuthFailure;
import dev.heimdall.engine.observe.TrafficLabels;
import dev.heimdall.engine.wire.ServerError;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;

/** Reports that a client was not let in: to the log, metrics, and what slows down guesses. */
final class Refusals {
  private final NodeAccess node;
  private final VdbAccess vdb;
  private final LoopAccess loop;

  Refusals(NodeAccess node, VdbAccess vdb, LoopAccess loop) {
    this.node = node;
    this.vdb = vdb;
    this.loop = loop;
  }

  /** Returns the error for a client that is not admitted. */
  static ServerError error(AuthFailure failure) {
    return new ServerError(
        "FATAL", failure.sqlState(), failure.message(), failure.detail(), failure.hint());
  }

  /**
   * @param request what the client has asked for; null where it has not come to that
   */
  void refused(SocketAddress peer, SessionRequest request, ServerError error) {
    String user = request == null ? null : request.user();
    String database = request == null ? null : request.database();
    node.events().refused(vdb.name(), peer, user, database, error);
    if (user != null && vdb.settings().users().find(user).isPresent()) {
      // The client has proved nothing: names of its own making must not become labels.
      boolean named = vdb.settings().vdb().databases().containsKey(database);
      loop.metrics().pool(vdb.name(), named ? database : TrafficLabels.OTHER, user).loginFailed();
    }
  }

  /** A password was wrong. */
  void guessed(InetSocketAddress address, String user) {
    Duration delay =
        node.failedLogIns().failed(address.getAddress(), user, node.settings().failedLogIns());
    if (!delay.isZero()) {
      node.events().slowed(vdb.name(), address, user, delay);
    }
  }
}
