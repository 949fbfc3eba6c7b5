package dev.heimdall.routing.sdk;

import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/**
 * Failed call to AWS, as the SDK's clients report it: callers have words and remedies of their own.
 *
 * @param code what the service calls it; may be empty
 * @param text what it says of it, in one line, or what else went wrong
 * @param status of HTTP; 0: there was no answer
 */
public record AwsError(Kind kind, String code, String text, int status) {
  private static final Set<String> THROTTLED = Set.of("SlowDown", "RequestLimitExceeded");
  private static final Set<String> EXPIRED =
      Set.of("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired");
  private static final Set<String> NOT_BELIEVED =
      Set.of(
          "InvalidAccessKeyId",
          "SignatureDoesNotMatch",
          "InvalidToken",
          "InvalidClientTokenId",
          "UnrecognizedClientException",
          "InvalidSignatureException",
          "MissingAuthenticationToken",
          "MissingAuthenticationTokenException",
          "RequestTimeTooSkewed");
  private static final Set<String> ELSEWHERE =
      Set.of("PermanentRedirect", "AuthorizationHeaderMalformed");
  private static final Set<String> MISSING = Set.of("NoSuchBucket", "NoSuchKey");

  /** Kind of the problem. */
  public enum Kind {
    /** No reply arrives, or the query could not be sent. */
    UNANSWERED,
    /** It was asked too much. */
    THROTTLED,
    /** Credentials that are over. */
    EXPIRED,
    /** Credentials that it does not know, or a clock that is wrong. */
    NOT_BELIEVED,
    /** It is in another region. */
    ELSEWHERE,
    /** It does not let itself be asked this. */
    DENIED,
    /** There is no such thing. */
    MISSING,
    /** It cannot at the moment. */
    BROKEN,
    /** It says that something else is wrong. */
    REFUSED
  }

  /** Returns the error that the SDK threw. */
  public static AwsError of(RuntimeException thrown) {
    if (!(thrown instanceof AwsServiceException said)) {
      return new AwsError(Kind.UNANSWERED, "", line(thrown.getMessage()), 0);
    }
    String code = said.awsErrorDetails() == null ? null : said.awsErrorDetails().errorCode();
    String text = said.awsErrorDetails() == null ? null : said.awsErrorDetails().errorMessage();
    String known = code == null ? "" : code;
    return new AwsError(
        kind(said, known), known, text == null ? "" : line(text), said.statusCode());
  }

  private static Kind kind(AwsServiceException said, String code) {
    int status = said.statusCode();
    if (said.isThrottlingException() || THROTTLED.contains(code)) {
      return Kind.THROTTLED;
    } else if (EXPIRED.contains(code)) {
      return Kind.EXPIRED;
    } else if (NOT_BELIEVED.contains(code)) {
      return Kind.NOT_BELIEVED;
    } else if (ELSEWHERE.contains(code) || status == 301) {
      return Kind.ELSEWHERE;
    } else if (status == 401 || status == 403 || code.startsWith("AccessDenied")) {
      return Kind.DENIED;
    } else if (MISSING.contains(code) || code.startsWith("ResourceNotFound")) {
      return Kind.MISSING;
    }
    return status >= 500 || code.isEmpty() || code.contains("ServiceUnavailable")
        ? Kind.BROKEN
        : Kind.REFUSED;
  }

  /** True if the service has refused because of a key that something is encrypted with. */
  public boolean aboutKey() {
    return text.toLowerCase(Locale.ROOT).contains("kms");
  }

  /** Code and text, or what else is known, for people. */
  public String words() {
    if (kind == Kind.UNANSWERED) {
      return text;
    } else if (code.isEmpty()) {
      return "it answered with HTTP " + status;
    }
    return text.isEmpty() ? code : code + ": " + text;
  }

  /** Message of the network about a call that was not answered, if there is one. */
  public static String innermost(RuntimeException failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && !(cause instanceof IOException)) {
      cause = cause.getCause();
    }
    return line(cause.getMessage());
  }

  /** The first line of a message. */
  public static String line(String message) {
    return String.valueOf(message).lines().findFirst().orElse("");
  }
}
