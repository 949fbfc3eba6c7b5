package dev.heimdall.engine.console;

import dev.heimdall.engine.wire.ServerError;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletionStage;

/** Messages of one client of the admin database, in its protocol. */
public interface ConsoleMessages {
  /**
   * Length in bytes of the message that begins at the reader's position.
   *
   * @param longest how many may follow its header
   * @return 0 where that is not here yet
   * @throws IllegalArgumentException where there can be no such message
   */
  int total(ByteBuf received, int longest);

  /** True if the client goes with this message. */
  boolean ends(ByteBuf message);

  /** True if it is a command that counts. */
  boolean isCommand(ByteBuf message);

  /**
   * Answers it.
   *
   * @param message read before this returns
   * @param out gets the answer; not to be touched until the stage completes
   * @return fails with {@link IndexOutOfBoundsException} if the message is malformed, as the method
   *     may itself
   */
  CompletionStage<Void> answer(ByteBuf message, ByteBuf out);

  /** Appends the last that the client hears. */
  void fail(ServerError error, ByteBuf out);

  /** Gives the present command up if it waits for something. */
  void cancel();
}
