package dev.heimdall.engine.client;

import dev.heimdall.engine.backend.CancelRoute;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.net.TlsContexts;
import dev.heimdall.model.Peer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;

/** A client's wish to cancel what a session runs, of this node or of another one of the fleet. */
final class CancelRequest {
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

  private static CancelRoute routeTo(Peer peer) throws IOException {
    return new CancelRoute(
        peer.host(), peer.port(), TlsContexts.forPeer(peer.tls()), peer.tls().mode(), false);
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
            .passOn(loop, vdb.pools().plan().source(), () -> routeTo(peer), request, done);
        return;
      }
    }
    node.events().cancelUnknown();
    done.run();
  }
}
