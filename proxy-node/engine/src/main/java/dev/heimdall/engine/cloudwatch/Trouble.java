package dev.heimdall.engine.cloudwatch;

import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** Why a call of CloudWatch was in vain. */
final class Trouble extends Exception {
  private static final long serialVersionUID = 1L;

  /** What is to be done about it. */
  enum Kind {
    /** Nobody knows which region it would be. */
    NO_REGION,
    /** There is nobody in whose name to call, or not any more. */
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
  Trouble(Kind kind, String action, String message) {
    super(message);
    this.kind = kind;
    this.action = action;
  }

  /** What the SDK threw. */
  static Trouble of(String action, SdkException thrown) {
    if (!(thrown instanceof AwsServiceException said)) {
      return new Trouble(Kind.AWAY, action, line(thrown.getMessage()));
    }
    String code = said.awsErrorDetails() == null ? "" : said.awsErrorDetails().errorCode();
    String text = said.awsErrorDetails() == null ? "" : said.awsErrorDetails().errorMessage();
    String message =
        code == null || code.isEmpty()
            ? "it answered with HTTP " + said.statusCode()
            : line(code + ": " + text);
    return new Trouble(kind(said, code == null ? "" : code), action, message);
  }

  private static Kind kind(AwsServiceException said, String code) {
    if (said.isThrottlingException()) {
      return Kind.THROTTLED;
    }
    if (code.contains("ExpiredToken")
        || code.contains("InvalidClientTokenId")
        || code.contains("UnrecognizedClient")
        || code.contains("SignatureDoesNotMatch")) {
      return Kind.NO_CREDENTIALS;
    }
    if (code.contains("ResourceNotFound")) {
      return Kind.MISSING;
    }
    if (code.contains("AccessDenied") || said.statusCode() == 401 || said.statusCode() == 403) {
      return Kind.DENIED;
    }
    return said.statusCode() >= 500 || code.isEmpty() || code.contains("ServiceUnavailable")
        ? Kind.AWAY
        : Kind.REFUSED;
  }

  private static String line(String message) {
    return String.valueOf(message).lines().findFirst().orElse("");
  }

  Kind kind() {
    return kind;
  }

  String action() {
    return action;
  }
}
