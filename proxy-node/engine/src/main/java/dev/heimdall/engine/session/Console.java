package dev.heimdall.engine.session;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletionStage;

/** The operator's statements: in the admin database, and among an admin user's own. */
public interface Console {
  /** Whether the text is a command of the console rather than SQL. Cheap. */
  boolean recognises(byte[] sql, int offset, int length);

  /**
   * Runs one command.
   *
   * @param described whether a RowDescription is wanted before the rows: not in an Execute
   * @param ready whether ReadyForQuery is to end the reply
   * @param status transaction status for ReadyForQuery
   * @return the reply's bytes; never fails, errors are part of the reply
   */
  CompletionStage<ByteBuf> run(
      String sql, String user, boolean admin, boolean described, boolean ready, byte status);
}
