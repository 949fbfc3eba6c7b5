package dev.heimdall.test.applications;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Takes out of a text what differs from one run to the next of the same application: times, ports,
 * tokens, hashes. Short numbers stay: they are identifiers, counts, and what was entered.
 */
final class Masks {
  private static final List<Pattern> CHANGING =
      List.of(
          Pattern.compile("127\\.0\\.0\\.1(:|%3A)\\d+"),
          Pattern.compile(
              "\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?(Z|[+-]\\d\\d(:?\\d\\d)?)?"),
          Pattern.compile("\\b\\d\\d?:\\d\\d(:\\d\\d)?( ?[ap]m)?\\b"),
          Pattern.compile("\\b\\d+\\.\\d{3,}\\b"),
          Pattern.compile("\\b\\d+(\\.\\d+)? ?(ms|seconds?|secs?)\\b"),
          Pattern.compile("\\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\b"),
          Pattern.compile(
              "(?=[A-Za-z0-9+/_\\-$.]*\\d)(?=[A-Za-z0-9+/_\\-$.]*[A-Za-z])[A-Za-z0-9+/_\\-$.]{10,}={0,2}"),
          Pattern.compile("\\b\\d{9,}\\b"),
          // The fields of a time in a form.
          Pattern.compile("^\\d\\d$"));

  private Masks() {}

  static String masked(String text) {
    String masked = text;
    for (Pattern pattern : CHANGING) {
      masked = pattern.matcher(masked).replaceAll("~");
    }
    return masked;
  }
}
