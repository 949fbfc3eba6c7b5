package dev.heimdall.routing;

import dev.heimdall.routing.call.AwsCallException;

/**
 * Reason that an AWS API did not report everything.
 *
 * @param action what was asked, by the name that a permission for it has, such as {@code
 *     rds:DescribeDBClusters}; empty where nothing could be asked
 * @param message what the API, the network or the SDK said, in one line
 */
public record AwsTrouble(Kind kind, String action, String message) {
  /** Reason that there is no answer. */
  public enum Kind {
    /** There are no credentials to ask with. */
    NO_CREDENTIALS,
    /** It does not let itself be asked this. */
    DENIED,
    /** It was asked too much. */
    THROTTLED,
    /** It does not answer, or nothing that could be read. */
    FAILED
  }

  /** Returns the reason that a call was made but not answered. */
  public static AwsTrouble of(String action, AwsCallException failure) {
    Kind kind =
        switch (failure.kind()) {
          case NO_CREDENTIALS -> Kind.NO_CREDENTIALS;
          case DENIED, CREDENTIALS_REFUSED -> Kind.DENIED;
          case THROTTLED -> Kind.THROTTLED;
          case TIMED_OUT, UNREACHABLE, REFUSED -> Kind.FAILED;
        };
    return new AwsTrouble(kind, action, failure.said());
  }

  /** Description of the problem and, where a person can solve it, of the remedy. */
  public String described() {
    return switch (kind) {
      case NO_CREDENTIALS ->
          "there are no AWS credentials: give the machine or the function a role (" + message + ")";
      case DENIED -> "the permission " + action + " is missing (" + message + ")";
      case THROTTLED -> action + " was asked too often in this account and region: " + message;
      case FAILED -> action + " failed: " + message;
    };
  }
}
