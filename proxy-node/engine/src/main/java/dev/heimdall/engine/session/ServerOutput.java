package dev.heimdall.engine.session;

import io.netty.buffer.ByteBuf;

/** Output to the server: a client's messages, and the node's own among them. */
public interface ServerOutput {
  /** The client's messages; what is to be handled next stands at the reader's position. */
  ByteBuf bytes();

  /** Ends the run before the current message: what follows goes out in another form. */
  void cut();

  /** The buffer for messages of the node's own, in their place among the client's. */
  ByteBuf out(int size);

  /** Sends what has been gathered, so that something of another owner can follow. */
  void flushGathered();
}
