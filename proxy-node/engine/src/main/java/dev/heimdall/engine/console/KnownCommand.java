package dev.heimdall.engine.console;

import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.Column;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A statement whose answer is known before it is carried out. */
public record KnownCommand(Answer answer) implements ConsoleCommand {
  @Override
  public List<Column> columns() {
    return answer instanceof Answer.Rows rows ? rows.columns() : List.of();
  }

  @Override
  public Answer.Failed failure() {
    return answer instanceof Answer.Failed failed ? failed : null;
  }

  @Override
  public CompletionStage<Answer> run() {
    return CompletableFuture.completedFuture(answer);
  }

  @Override
  public void cancel() {}
}
