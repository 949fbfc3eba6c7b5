package dev.heimdall.engine.backend;

import io.netty.channel.ChannelInboundHandler;

/** Opens connections of their own for cancel requests, to the server that they are for. */
public interface CancelConnections {
  /** Opens one; returns at once. */
  void open(Request request);

  /** Work done on such a connection, from its beginning to its end. */
  interface Request extends ChannelInboundHandler {
    /** There is no connection: neither its beginning nor its end will be told. */
    void notConnected(String why);
  }
}
