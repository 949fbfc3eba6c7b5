package dev.heimdall.engine.console;

import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.Column;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * A statement of the console that was understood, or found faulty, but not carried out yet: a
 * client may request the columns first.
 */
public interface ConsoleCommand {
  /** The columns of the rows to come; empty for a statement without rows. */
  List<Column> columns();

  /** Reason that the statement cannot be carried out, null if it can. */
  Answer.Failed failure();

  /** Carries the statement out. The stage never completes exceptionally. */
  CompletionStage<Answer> run();

  /** Gives up waiting, on any thread; nothing happens when the statement does not run. */
  void cancel();
}
