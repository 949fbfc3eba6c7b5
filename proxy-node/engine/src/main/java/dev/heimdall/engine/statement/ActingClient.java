package dev.heimdall.engine.statement;

import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.wire.ReplyEncoder;
import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.CompletableFuture;

/** A session as the actions see it that rules want beside its statements; all on its loop. */
interface ActingClient {
  /** The session's settings. */
  Variables variables();

  /** Null when it is not known. */
  String reportedTimeZone();

  String vdbName();

  String user();

  /** The server's name of it. */
  String database();

  /** The virtual database's data source. */
  String source();

  TransactionState status();

  boolean pinned();

  ByteBufAllocator alloc();

  void write(ByteBuf consumed);

  /** Something was written past the session's statements, and has ended. */
  void wroteAnything();

  /** Something is being written past the session's statements; it ends on any thread. */
  void writesAnythingUntil(CompletableFuture<?> end);

  /** What kept the client's statements waiting is over. */
  void resumeReading();

  boolean closed();

  /** An error in the node: the session ends. */
  void failed(Throwable cause);

  /** How the node encodes what it sends the client itself. */
  ReplyEncoder encoder();
}
