package dev.heimdall.engine.boot;

import dev.heimdall.engine.action.RuleActions;
import dev.heimdall.engine.admin.NodeView;
import dev.heimdall.engine.report.Commands;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Commands that managers may give to the node, and their execution. */
final class NodeCommands implements Commands {
  private static final Duration PLAN_PATIENCE = Duration.ofSeconds(55);

  private final NodeView view;
  private final Drain drain;
  private final RuleActions actions;
  private final Executor offLoop;
  private final Supplier<Optional<String>> restart;

  /**
   * @param restart has the node begin anew, or says why that cannot be
   */
  NodeCommands(
      NodeView view,
      Drain drain,
      RuleActions actions,
      Executor offLoop,
      Supplier<Optional<String>> restart) {
    this.view = view;
    this.drain = drain;
    this.actions = actions;
    this.offLoop = offLoop;
    this.restart = restart;
  }

  @Override
  public CompletionStage<String> carryOut(String kind, Map<String, String> parameters) {
    return switch (kind) {
      case "drain" -> drain.takeOut().thenApply(done -> "out of service");
      case "undrain" -> off(drain::takeBack);
      case "restart" -> restarted();
      case "reload" ->
          view.reload()
              .thenApply(count -> count + (count == 1 ? " object differs" : " objects differ"));
      case "clear_cache" ->
          view.flushCache(parameters.get("table"))
              .thenApply(
                  count ->
                      "cleared in %d virtual database%s".formatted(count, count == 1 ? "" : "s"));
      case "kill_client" ->
          view.kill(client(parameters)).thenApply(count -> "the client's connection is closed");
      case "cancel_statement" ->
          view.cancel(client(parameters)).thenApply(count -> "the cancel request is sent");
      case "take_plan" -> plan(parameters);
      default -> throw new Refused("this node knows no command " + kind);
    };
  }

  private CompletionStage<String> plan(Map<String, String> parameters) {
    return actions
        .plans()
        .wish(
            parameters.getOrDefault("vdb", ""),
            parameters.getOrDefault("statement", ""),
            PLAN_PATIENCE)
        .handle(
            (taken, failure) -> {
              if (failure instanceof TimeoutException) {
                throw new Refused(
                    "no such statement came within %d s".formatted(PLAN_PATIENCE.toSeconds()));
              }
              if (failure != null) {
                throw new Refused(failure.getMessage());
              }
              if (!taken) {
                throw new Refused(
                    "the server gave no plan: only single statements that read can be explained");
              }
              return "the plan is taken";
            });
  }

  private static long client(Map<String, String> parameters) {
    try {
      return Long.parseLong(parameters.getOrDefault("client", ""));
    } catch (NumberFormatException e) {
      throw new Refused("the command names no client");
    }
  }

  private CompletionStage<String> off(Supplier<String> work) {
    return CompletableFuture.supplyAsync(work, offLoop);
  }

  /** It would not come back with a configuration that is wrong. */
  private CompletionStage<String> restarted() {
    view.configState()
        .refused()
        .ifPresent(
            problem -> {
              throw new Refused(
                  "it would not start again, as the configuration is wrong: " + problem);
            });
    restart
        .get()
        .ifPresent(
            reason -> {
              throw new Refused(reason);
            });
    return new CompletableFuture<>();
  }
}
