package dev.heimdall.engine.statement;

import dev.heimdall.engine.wire.ReplyEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** A session as the actions see it that rules want beside its statements; all on its loop. */
interface ActingClient {

  /** Null when it is not known. */
  String reportedTimeZone();

  String vdbName();

  String user();

  /** The server's name of it. */
  String database();

  /** The virtual database's data source. */
  String source();

  ByteBufAllocator alloc();

  void write(ByteBuf consumed);

  /** What kept the client's statements waiting is over. */
  void resumeReading();

  boolean closed();

  /** An error in the node: the session ends. */
  void failed(Throwable cause);

  /** How the node encodes what it sends the client itself. */
  ReplyEncoder encoder();
}
