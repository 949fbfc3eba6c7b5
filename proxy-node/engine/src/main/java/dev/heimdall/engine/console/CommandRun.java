package dev.heimdall.engine.console;

import dev.heimdall.engine.client.ClientEncoder;
import dev.heimdall.engine.wire.Answer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The commands of one text, carried out in turn up to the first that fails. */
final class CommandRun {
  private final List<ConsoleCommand> commands;
  private final ClientEncoder encoder;
  private final ByteBuf out = Unpooled.buffer(1024);
  private final CompletionStage<ByteBuf> reply;
  private volatile ConsoleCommand running;

  CommandRun(List<ConsoleCommand> commands, ClientEncoder encoder) {
    this.commands = commands;
    this.encoder = encoder;
    this.reply = from(0).thenApply(done -> out);
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

  /** All answers; never fails, errors are among them. */
  CompletionStage<ByteBuf> reply() {
    return reply;
  }

  /** Gives the command up that waits for something; its answer is an error then. */
  void cancel() {
    running.cancel();
  }
}
