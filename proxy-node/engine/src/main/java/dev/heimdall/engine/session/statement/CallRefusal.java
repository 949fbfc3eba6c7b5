package dev.heimdall.engine.session.statement;

import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.session.lease.Destinations;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.Sqlstate;
import dev.heimdall.model.RuleAction;

/**
 * Rejection of calls by a function's number that a rule wants changed, answered otherwise, or run
 * later or elsewhere: such a call has no text and no tag, and the number means another function on
 * other servers.
 */
final class CallRefusal {
  private CallRefusal() {}

  /** Returns the error of a call of this decision; null where it may be carried out as it is. */
  static ServerError of(Decision decision, Destinations destinations, Deferral deferral) {
    if (decision.dropped()) {
      return null; // it is rejected as any statement
    }
    if (decision.result().isPresent()) {
      return refusal(decision, RuleAction.RESULT);
    }
    if (decision.transformed().isPresent()) {
      return refusal(decision, RuleAction.TRANSFORM);
    }
    if (deferral.wanted()) {
      return refusal(decision, RuleAction.ASYNC_EXECUTE);
    }
    return destinations.sendsElsewhere(decision) ? refusal(decision, RuleAction.FORWARD) : null;
  }

  private static ServerError refusal(Decision decision, RuleAction action) {
    return ServerError.error(
            Sqlstate.FEATURE_NOT_SUPPORTED,
            "%s (%s) does not apply to a function call by number"
                .formatted(decision.nameOfLast(action), action.spelling()))
        .withDetail("The call was not carried out; SELECT with the function's name can be.");
  }
}
