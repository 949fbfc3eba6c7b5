package dev.heimdall.engine.client;

import dev.heimdall.engine.backend.CancelConnections;
import dev.heimdall.engine.backend.CancelRoute;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.backend.ServerProtocol;
import dev.heimdall.engine.fleet.FleetNumbers;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.model.Peer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A client's wish to cancel what a session runs, of this node or of another one of the fleet. */
final class CancelRequest {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.server");

  private final CancelKey key;

  CancelRequest(CancelKey key) {
    this.key = key;
  }

  /**
   * Never tells whether there was something to cancel.
   *
   * @param done runs on any thread when nothing more will happen
   */
  void carryOut(
      NodeAccess node, VdbAccess vdb, LoopContext loop, ClientProtocol protocol, Runnable done) {
    FleetNumbers numbers = node.cancels().numbers();
    int target = numbers.nodeOf(key.session());
    if (target != numbers.node()) {
      passOn(target, node, vdb, loop, protocol, done);
      return;
    }
    Client client = node.cancels().find(key);
    if (client == null && node.cancels().passOn(key, done)) {
      return;
    }
    if (client == null) {
      node.events().cancelUnknown();
      done.run();
    } else {
      client.cancelFromAnyThread(done);
    }
  }

  private void passOn(
      int target,
      NodeAccess node,
      VdbAccess vdb,
      LoopContext loop,
      ClientProtocol protocol,
      Runnable done) {
    Optional<OtherNode> other = OtherNode.find(target, node, vdb, Peer::port);
    if (other.isEmpty()) {
      node.events().cancelUnknown();
      done.run();
      return;
    }
    ByteBuf request = Unpooled.buffer(64);
    protocol.cancelRequest(request, key);
    node.connector()
        .passOn(
            loop, vdb.pools().plan().source(), () -> other.get().route(), passing(request, done));
  }

  private static ServerConnector.Passing passing(ByteBuf consumed, Runnable done) {
    return new ServerConnector.Passing() {
      @Override
      public CancelConnections.Request by(ServerProtocol serverProtocol, CancelRoute route) {
        return serverProtocol.cancelRequest(route, consumed, done);
      }

      @Override
      public void lost(String why) {
        LOG.warn("a cancel request is lost: {}", why);
        consumed.release();
        done.run();
      }
    };
  }
}
