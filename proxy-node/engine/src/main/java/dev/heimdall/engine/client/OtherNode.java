package dev.heimdall.engine.client;

import dev.heimdall.engine.backend.CancelRoute;
import dev.heimdall.engine.net.TlsContexts;
import dev.heimdall.model.Peer;
import dev.heimdall.model.PeerTls;
import dev.heimdall.model.VirtualDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * Address at which another node of the fleet accepts requests.
 *
 * @param number its own in the fleet
 * @param proxied whether it takes connections from here only behind a PROXY header
 */
record OtherNode(int number, String host, int port, PeerTls tls, boolean proxied) {
  /**
   * The node that has this number: one that the configuration names, or the one at the address that
   * the number stands for. There the same virtual database listens at the same port.
   *
   * @param portOf the port of one that is named
   */
  static Optional<OtherNode> find(
      int number, NodeAccess node, VdbAccess vdb, ToIntFunction<Peer> portOf) {
    for (Peer peer : node.settings().peers()) {
      if (peer.id() == number) {
        return Optional.of(
            new OtherNode(number, peer.host(), portOf.applyAsInt(peer), peer.tls(), false));
      }
    }
    VirtualDatabase settings = vdb.settings().vdb();
    return node.cancels()
        .numbers()
        .address(number)
        .map(InetAddress::getHostAddress)
        .map(
            host ->
                new OtherNode(
                    number,
                    host,
                    settings.ports().get(0),
                    PeerTls.defaults(),
                    settings.proxyProtocol().enabled()));
  }

  /** May read files: never called on an event loop. */
  CancelRoute route() throws IOException {
    return new CancelRoute(host, port, TlsContexts.forPeer(tls), tls.mode(), false, proxied);
  }
}
