package dev.heimdall.engine.journal;

import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;

/** Reader of a client's input, which can also read it again. */
public interface UnitReader {
  UnitMessages messages();

  /** True if what comes up to the end of a unit is void. */
  boolean skips();

  /** Reads messages that were read before once more, in front of what waits. */
  void readAgain(ByteBuf consumed);

  /** Answers messages that were read before with an error, in front of what waits. */
  void refuseAgain(ByteBuf consumed, ServerError error);

  /** Reads what waits. */
  void process();
}
