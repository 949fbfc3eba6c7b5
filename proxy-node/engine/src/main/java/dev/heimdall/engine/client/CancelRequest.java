package dev.heimdall.engine.client;

import dev.heimdall.engine.backend.CancelConnections;
import dev.heimdall.engine.backend.CancelRoute;
import dev.heimdall.engine.backend.ServerConnector;
import dev.heimdall.engine.backend.ServerProtocol;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.net.TlsContexts;
import dev.heimdall.model.Peer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
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
    int target = CancelRegistry.nodeOf(key.session());
    if (target != node.cancels().nodeId()) {
      passOn(target, node, vdb, loop, protocol, done);
      return;
    }
    Client client = node.cancels().find(key);
    if (client == null) {
      node.events().cancelUnknown();
      done.run();
    } else {
      client.cancelFromAnyThread(done);
    }
  }

  /** May read files: never called on an event loop. */
  static CancelRoute routeTo(Peer peer, int port) throws IOException {
    return new CancelRoute(
        peer.host(), port, TlsContexts.forPeer(peer.tls()), peer.tls().mode(), false);
  }

  private void passOn(
      int target,
      NodeAccess node,
      VdbAccess vdb,
      LoopContext loop,
      ClientProtocol protocol,
      Runnable done) {
    for (Peer peer : node.settings().peers()) {
      if (peer.id() == target) {
        ByteBuf request = Unpooled.buffer(64);
        protocol.cancelRequest(request, key);
        node.connector()
            .passOn(
                loop,
                vdb.pools().plan().source(),
                () -> routeTo(peer, peer.port()),
                passing(request, done));
        return;
      }
    }
    node.events().cancelUnknown();
    done.run();
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
