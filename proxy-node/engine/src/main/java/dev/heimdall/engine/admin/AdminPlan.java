package dev.heimdall.engine.admin;

import dev.heimdall.engine.console.ConsoleCommand;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.Column;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;

/** A command with what it does. */
final class AdminPlan implements ConsoleCommand {
  private final List<Column> columns;
  private final Answer.Failed failure;
  private final Supplier<CompletionStage<Answer>> action;
  private final AtomicReference<Future<?>> underWay;

  private AdminPlan(
      List<Column> columns,
      Answer.Failed failure,
      Supplier<CompletionStage<Answer>> action,
      AtomicReference<Future<?>> underWay) {
    this.columns = columns;
    this.failure = failure;
    this.action = action;
    this.underWay = underWay;
  }

  static AdminPlan rows(List<Column> columns, Supplier<CompletionStage<Answer>> action) {
    return new AdminPlan(List.copyOf(columns), null, action, new AtomicReference<>());
  }

  /**
   * A command that may be given up while it waits.
   *
   * @param action does it; its stage is cancelled then
   * @param finish makes the result, of a cancelled stage too
   */
  static AdminPlan command(
      Supplier<CompletionStage<Integer>> action,
      Function<CompletionStage<Integer>, CompletionStage<Answer>> finish) {
    AtomicReference<Future<?>> underWay = new AtomicReference<>();
    return new AdminPlan(
        List.of(),
        null,
        () -> {
          CompletableFuture<Integer> begun = action.get().toCompletableFuture();
          underWay.set(begun);
          return finish.apply(begun);
        },
        underWay);
  }

  @Override
  public List<Column> columns() {
    return columns;
  }

  @Override
  public Answer.Failed failure() {
    return failure;
  }

  @Override
  public CompletionStage<Answer> run() {
    return action.get();
  }

  @Override
  public void cancel() {
    Future<?> waiting = underWay.get();
    if (waiting != null) {
      waiting.cancel(false);
    }
  }
}
