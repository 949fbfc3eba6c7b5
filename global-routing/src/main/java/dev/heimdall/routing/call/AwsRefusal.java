package dev.heimdall.routing.call;

import dev.heimdall.routing.call.AwsCallException.Kind;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds out from a service's answer why it did not do what was asked. */
final class AwsRefusal {
  private static final Pattern XML_CODE = Pattern.compile("<Code>([^<]{1,200})</Code>");
  private static final Pattern XML_MESSAGE = Pattern.compile("<Message>([^<]{1,2000})</Message>");
  private static final Pattern JSON_CODE =
      Pattern.compile("\"(?:__type|code)\"\\s*:\\s*\"(?:[^\"#]*#)?([^\"]{1,200})\"");
  private static final Pattern JSON_MESSAGE =
      Pattern.compile("\"[Mm]essage\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.){1,2000})\"");
  private static final int MOST_CHARACTERS = 300;

  private static final Set<String> CREDENTIALS =
      Set.of(
          "AuthFailure",
          "ExpiredToken",
          "ExpiredTokenException",
          "IncompleteSignature",
          "InvalidAccessKeyId",
          "InvalidClientTokenId",
          "InvalidSignatureException",
          "InvalidToken",
          "MissingAuthenticationToken",
          "MissingAuthenticationTokenException",
          "RequestExpired",
          "RequestTimeTooSkewed",
          "SignatureDoesNotMatch",
          "TokenRefreshRequired",
          "UnrecognizedClientException");

  private static final Set<String> DENIED =
      Set.of(
          "AccessDenied",
          "AccessDeniedException",
          "AllAccessDisabled",
          "NotAuthorized",
          "UnauthorizedAccess",
          "UnauthorizedOperation");

  private static final Set<String> THROTTLED =
      Set.of(
          "RequestLimitExceeded",
          "RequestThrottled",
          "SlowDown",
          "Throttling",
          "ThrottlingException",
          "ThrottledException",
          "TooManyRequestsException");

  private AwsRefusal() {}

  static AwsCallException of(AwsQuestion question, int status, String answer) {
    String code = first(XML_CODE, JSON_CODE, answer);
    String message = first(XML_MESSAGE, JSON_MESSAGE, answer);
    Kind kind = kind(status, code);
    String said =
        code.isEmpty() ? "HTTP " + status : code + (message.isEmpty() ? "" : ": " + message);
    String what =
        kind == Kind.DENIED
            ? "the permission " + question.action() + " is missing"
            : question.action();
    return new AwsCallException(kind, code, what, shortened(said));
  }

  private static Kind kind(int status, String code) {
    if (CREDENTIALS.contains(code)) {
      return Kind.CREDENTIALS_REFUSED;
    } else if (THROTTLED.contains(code) || status == 429) {
      return Kind.THROTTLED;
    } else if (DENIED.contains(code) || status == 403) {
      return Kind.DENIED;
    }
    return status == 401 ? Kind.CREDENTIALS_REFUSED : Kind.REFUSED;
  }

  private static String first(Pattern xml, Pattern json, String answer) {
    for (Pattern pattern : new Pattern[] {xml, json}) {
      Matcher matcher = pattern.matcher(answer);
      if (matcher.find()) {
        return matcher.group(1).strip().replaceAll("\\s+", " ");
      }
    }
    return "";
  }

  private static String shortened(String text) {
    return text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS) + "…";
  }
}
