package dev.heimdall.engine.console;

import dev.heimdall.engine.client.ClientEncoder;
import dev.heimdall.engine.wire.Answer;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The commands of one text, carried out in turn up to the first that fails. */
public final class CommandRun {
  private final List<ConsoleCommand> commands;
  private final ClientEncoder encoder;
  private final ByteBuf out;
  private final CompletionStage<Void> over;
  private volatile ConsoleCommand running;

  /**
   * Begins with the first.
   *
   * @param out gets all answers
   */
  public CommandRun(List<ConsoleCommand> commands, ClientEncoder encoder, ByteBuf out) {
    this.commands = commands;
    this.encoder = encoder;
    this.out = out;
    this.over = from(0);
  }

  private CompletionStage<Void> from(int index) {
    if (index == commands.size()) {
      return CompletableFuture.completedFuture(null);
    }
    running = commands.get(index);
    return running
        .run()
        .thenCompose(
            answer -> {
              // On the thread that made it: many rows must not keep an event loop busy.
              encoder.answer(answer, out);
              return from(answer instanceof Answer.Failed ? commands.size() : index + 1);
            });
  }

  /** Completes when all answers are there; never fails, errors are among them. */
  public CompletionStage<Void> over() {
    return over;
  }

  /** Gives the command up that waits for something; its answer is an error then. */
  public void cancel() {
    running.cancel();
  }
}
