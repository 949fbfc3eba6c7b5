package dev.heimdall.engine.session;

import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;

/** A session as statements see it that another engine carries out; all on its loop. */
interface ForeignClient {
  ByteBufAllocator alloc();

  TransactionState status();

  /** How long a statement may wait for a connection; zero for no limit. */
  Duration queueTimeout();

  /** Whether it can still be sent a reply. */
  boolean connected();

  /** Sends a part of a reply that stands in for a server's. */
  void replyElsewhere(ByteBuf consumed);

  /** Whether the client takes more of what it is sent. */
  boolean takesMore();

  /** The statement has ended: the session goes on. */
  void callEnded();

  /** An error in the node: the session ends. */
  void failed(Throwable cause);
}
