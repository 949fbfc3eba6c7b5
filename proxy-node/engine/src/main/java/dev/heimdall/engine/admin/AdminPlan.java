package dev.heimdall.engine.admin;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A statement of the admin console that was understood, or found faulty, but not carried out yet:
 * the extended protocol asks for the columns first.
 */
public final class AdminPlan {
  /** What a statement does to the session of the console, if it succeeds. */
  enum Effect {
    NONE,
    BEGINS_TRANSACTION,
    COMMITS,
    ROLLS_BACK,
    /** Goes back to a savepoint: the transaction stays open. */
    RETURNS,
    FORGETS_STATEMENTS
  }

  private final List<AdminColumn> columns;
  private final AdminResult.Failed failure;
  private final Effect effect;
  private final String subject;
  private final Supplier<CompletionStage<AdminResult>> action;
  private final AtomicReference<Future<?>> underWay;

  private AdminPlan(
      List<AdminColumn> columns,
      AdminResult.Failed failure,
      Effect effect,
      String subject,
      Supplier<CompletionStage<AdminResult>> action,
      AtomicReference<Future<?>> underWay) {
    this.columns = columns;
    this.failure = failure;
    this.effect = effect;
    this.subject = subject;
    this.action = action;
    this.underWay = underWay;
  }

  static AdminPlan rows(List<AdminColumn> columns, Supplier<CompletionStage<AdminResult>> action) {
    return new AdminPlan(
        List.copyOf(columns), null, Effect.NONE, null, action, new AtomicReference<>());
  }

  /**
   * A command that may be given up while it waits.
   *
   * @param action does it; its stage is cancelled then
   * @param finish makes the result, of a cancelled stage too
   */
  static AdminPlan command(
      Supplier<CompletionStage<Integer>> action,
      Function<CompletionStage<Integer>, CompletionStage<AdminResult>> finish) {
    AtomicReference<Future<?>> underWay = new AtomicReference<>();
    return new AdminPlan(
        List.of(),
        null,
        Effect.NONE,
        null,
        () -> {
          CompletableFuture<Integer> begun = action.get().toCompletableFuture();
          underWay.set(begun);
          return finish.apply(begun);
        },
        underWay);
  }

  static AdminPlan known(AdminResult result) {
    List<AdminColumn> columns =
        result instanceof AdminResult.Rows rows ? rows.columns() : List.of();
    AdminResult.Failed failure = result instanceof AdminResult.Failed failed ? failed : null;
    return new AdminPlan(
        columns,
        failure,
        Effect.NONE,
        null,
        () -> CompletableFuture.completedFuture(result),
        new AtomicReference<>());
  }

  /**
   * The same with an effect.
   *
   * @param about the statement's name for {@link Effect#FORGETS_STATEMENTS}, null for all
   */
  AdminPlan with(Effect does, String about) {
    return new AdminPlan(columns, failure, does, about, action, underWay);
  }

  Effect effect() {
    return effect;
  }

  String subject() {
    return subject;
  }

  /** The columns of the rows to come; empty for a statement without rows. */
  public List<AdminColumn> columns() {
    return columns;
  }

  /** Why the statement cannot be carried out, null if it can. */
  public AdminResult.Failed failure() {
    return failure;
  }

  /** Carries the statement out. The stage never completes exceptionally. */
  public CompletionStage<AdminResult> run() {
    return action.get();
  }

  /** Gives up waiting, on any thread; nothing happens when the statement does not run. */
  public void cancel() {
    Future<?> waiting = underWay.get();
    if (waiting != null) {
      waiting.cancel(false);
    }
  }
}
