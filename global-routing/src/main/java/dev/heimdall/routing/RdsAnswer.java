package dev.heimdall.routing;

import java.util.List;

/**
 * What came of asking the API.
 *
 * @param view all that it told; what is missing in it is not therefore gone if there were troubles
 */
public record RdsAnswer(RdsView view, List<AwsTrouble> troubles) {
  public RdsAnswer {
    troubles = List.copyOf(troubles);
  }

  /** Whether there was a trouble of this kind. */
  public boolean had(AwsTrouble.Kind kind) {
    return troubles.stream().anyMatch(trouble -> trouble.kind() == kind);
  }

  /** Whether nothing is told in this name before somebody has changed what it may. */
  public boolean barred() {
    return had(AwsTrouble.Kind.NO_CREDENTIALS)
        || (had(AwsTrouble.Kind.DENIED) && view.servers().isEmpty());
  }

  /** Whether the answer is all that can be had for now. */
  public boolean complete() {
    return !had(AwsTrouble.Kind.NO_CREDENTIALS)
        && !had(AwsTrouble.Kind.THROTTLED)
        && !had(AwsTrouble.Kind.FAILED);
  }
}
