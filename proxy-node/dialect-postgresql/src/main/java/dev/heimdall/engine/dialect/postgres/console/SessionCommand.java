package dev.heimdall.engine.dialect.postgres.console;

import dev.heimdall.engine.console.ConsoleCommand;
import dev.heimdall.engine.console.KnownCommand;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.Column;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * A statement with an effect on the session of the console, if it succeeds.
 *
 * @param subject the prepared statement that {@link Effect#FORGETS_STATEMENTS} is about; null for
 *     all
 */
record SessionCommand(KnownCommand known, Effect effect, String subject) implements ConsoleCommand {
  enum Effect {
    NONE,
    BEGINS_TRANSACTION,
    COMMITS,
    ROLLS_BACK,
    /** Goes back to a savepoint: the transaction stays open. */
    RETURNS,
    FORGETS_STATEMENTS
  }

  static Effect effect(ConsoleCommand command) {
    return command instanceof SessionCommand session ? session.effect : Effect.NONE;
  }

  @Override
  public List<Column> columns() {
    return known.columns();
  }

  @Override
  public Answer.Failed failure() {
    return known.failure();
  }

  @Override
  public CompletionStage<Answer> run() {
    return known.run();
  }

  @Override
  public void cancel() {}
}
