package dev.heimdall.engine.cloudwatch;

import dev.heimdall.routing.sdk.AwsError;
import software.amazon.awssdk.core.exception.SdkException;

/** Reason for a failed call of CloudWatch. */
final class CallFailure extends Exception {
  private static final long serialVersionUID = 1L;

  /** Kind of failure, by the action it needs. */
  enum Kind {
    /** The region is unknown. */
    NO_REGION,
    /** There are no credentials to call with, or not any more. */
    NO_CREDENTIALS,
    /** The role lacks a permission. */
    DENIED,
    /** It is called too much. */
    THROTTLED,
    /** It does not answer, or cannot at the moment. */
    AWAY,
    /** The log group or stream is not there. */
    MISSING,
    /** It will never take what it was sent. */
    REFUSED
  }

  private final Kind kind;
  private final String action;

  /**
   * @param action as IAM calls it
   */
  CallFailure(Kind kind, String action, String message) {
    super(message);
    this.kind = kind;
    this.action = action;
  }

  /** Returns the failure for an exception of the SDK. */
  static CallFailure of(String action, SdkException thrown) {
    AwsError said = AwsError.of(thrown);
    return new CallFailure(kind(said), action, said.words());
  }

  private static Kind kind(AwsError said) {
    return switch (said.kind()) {
      case THROTTLED -> Kind.THROTTLED;
      case EXPIRED, NOT_BELIEVED -> Kind.NO_CREDENTIALS;
      case DENIED -> Kind.DENIED;
      case MISSING -> Kind.MISSING;
      case UNANSWERED, BROKEN -> Kind.AWAY;
      case ELSEWHERE, REFUSED -> Kind.REFUSED;
    };
  }

  Kind kind() {
    return kind;
  }

  String action() {
    return action;
  }
}
