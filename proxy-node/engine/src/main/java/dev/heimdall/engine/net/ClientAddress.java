package dev.heimdall.engine.net;

import java.net.InetSocketAddress;

/** Learns a client's true address before its first byte is read. */
public interface ClientAddress {
  void address(InetSocketAddress told);

  /** No other address will be told: the client's own bytes come next. */
  void settled();
}
