package dev.heimdall.engine.admin;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * A statement of the admin console that was understood, or found faulty, but not carried out yet:
 * the extended protocol asks for the columns first.
 */
public final class AdminPlan {
  private final List<AdminColumn> columns;
  private final AdminResult.Failed failure;
  private final Supplier<CompletionStage<AdminResult>> action;

  private AdminPlan(
      List<AdminColumn> columns,
      AdminResult.Failed failure,
      Supplier<CompletionStage<AdminResult>> action) {
    this.columns = columns;
    this.failure = failure;
    this.action = action;
  }

  static AdminPlan rows(List<AdminColumn> columns, Supplier<CompletionStage<AdminResult>> action) {
    return new AdminPlan(List.copyOf(columns), null, action);
  }

  static AdminPlan command(Supplier<CompletionStage<AdminResult>> action) {
    return new AdminPlan(List.of(), null, action);
  }

  static AdminPlan known(AdminResult result) {
    List<AdminColumn> columns =
        result instanceof AdminResult.Rows rows ? rows.columns() : List.of();
    AdminResult.Failed failure = result instanceof AdminResult.Failed failed ? failed : null;
    return new AdminPlan(columns, failure, () -> CompletableFuture.completedFuture(result));
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
}
