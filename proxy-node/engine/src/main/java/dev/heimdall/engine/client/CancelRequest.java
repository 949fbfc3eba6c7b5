package dev.heimdall.engine.client;

import dev.heimdall.engine.backend.CancelRoute;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.net.TlsContexts;
import dev.heimdall.engine.wire.postgres.PgWriter;
import dev.heimdall.model.Peer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;

/** A client's wish to cancel what a session runs, of this node or of another one of the fleet. */
final class CancelRequest {
  private static final int MAX_SECRET = 256;

  private final int processId;
  private final byte[] secret;

  private CancelRequest(int processId, byte[] secret) {
    this.processId = processId;
    this.secret = secret;
  }

  /**
   * @param body after the request's code
   * @return null when it is none
   */
  static CancelRequest read(ByteBuf body) {
    int length = body.readableBytes() - 4;
    if (length < 1 || length > MAX_SECRET) {
      return null;
    }
    int processId = body.readInt();
    byte[] secret = new byte[length];
    body.readBytes(secret);
    return new CancelRequest(processId, secret);
  }

  /**
   * Never tells whether there was something to cancel.
   *
   * @param done runs on any thread when nothing more will happen
   */
  void carryOut(NodeAccess node, VdbAccess vdb, LoopContext loop, Runnable done) {
    int target = CancelRegistry.nodeOf(processId);
    if (target != node.cancels().nodeId()) {
      passOn(target, node, vdb, loop, done);
      return;
    }
    Client client = node.cancels().find(processId, secret);
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

  private void passOn(int target, NodeAccess node, VdbAccess vdb, LoopContext loop, Runnable done) {
    for (Peer peer : node.settings().peers()) {
      if (peer.id() == target) {
        ByteBuf request = Unpooled.buffer(16 + secret.length);
        PgWriter.cancelRequest(request, processId, secret);
        node.connector()
            .passOn(loop, vdb.pools().plan().source(), () -> routeTo(peer), request, done);
        return;
      }
    }
    node.events().cancelUnknown();
    done.run();
  }
}
