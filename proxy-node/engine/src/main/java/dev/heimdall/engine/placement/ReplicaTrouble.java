package dev.heimdall.engine.placement;

import dev.heimdall.engine.wire.ServerError;

/** Which errors of a replica say nothing about a read, because the writer may not have them. */
public final class ReplicaTrouble {
  private static final String CANCELED = "57014";
  private static final String BY_RECOVERY = "conflict with recovery";

  private ReplicaTrouble() {}

  /**
   * Whether the writer is to be asked. Not what a value or a function's own RAISE made of it, and
   * not a cancel or a time limit; but recovery cancels too.
   */
  public static boolean mayBe(ServerError error) {
    String state = error.sqlState();
    if (state.equals(CANCELED)) {
      return error.message().contains(BY_RECOVERY);
    }
    return switch (state.substring(0, Math.min(2, state.length()))) {
      case "22", "23", "P0" -> false;
      default -> true;
    };
  }
}
