package dev.heimdall.routing.call;

import java.net.URI;

/** A question was not answered. */
public final class AwsCallException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Kind kind;
  private final String code;
  private final String said;

  /** Reason for the failure. */
  public enum Kind {
    /** There are no credentials to ask with. */
    NO_CREDENTIALS,
    /** It was asked in a name that is not known, or not any more. */
    CREDENTIALS_REFUSED,
    /** The action is not allowed. */
    DENIED,
    /** It was asked too much. */
    THROTTLED,
    /** No reply arrives. */
    TIMED_OUT,
    /** There is no way there, or none that can be trusted. */
    UNREACHABLE,
    /** The service says that something else is wrong. */
    REFUSED
  }

  /**
   * @param what about which question it is, for people
   * @param said what was said, or found out, of it
   */
  AwsCallException(Kind kind, String code, String what, String said) {
    super(kind == Kind.DENIED ? what + " (" + said + ")" : what + ": " + said);
    this.kind = kind;
    this.code = code;
    this.said = said;
  }

  static AwsCallException unanswered(Kind kind, AwsQuestion question, URI endpoint, String why) {
    return new AwsCallException(kind, "", question.action(), endpoint + " " + why);
  }

  public Kind kind() {
    return kind;
  }

  /** Error code of the service; empty where no service has replied. */
  public String code() {
    return code;
  }

  /** Error text from the service, the network or the SDK, without the request. */
  public String said() {
    return said;
  }

  /** True if there was an answer of AWS at all. */
  public boolean reached() {
    return switch (kind) {
      case CREDENTIALS_REFUSED, DENIED, THROTTLED, REFUSED -> true;
      case NO_CREDENTIALS, TIMED_OUT, UNREACHABLE -> false;
    };
  }
}
