package dev.heimdall.engine.action;

import java.util.regex.Pattern;

/** Plans without the values that statements had. */
final class PlanText {
  private static final Pattern LITERAL = Pattern.compile("'(?:[^']|'')*+'");

  /** A number as conditions have them; costs and the like look different in every format. */
  private static final Pattern NUMBER =
      Pattern.compile(
          "(?<=[-=<>+*/%~;] |, |\\()-?\\d+(?:\\.\\d+)?(?:[eE][-+]?\\d+)?(?=[\\s,)\\]\"<:])");

  private PlanText() {}

  static String masked(String plan) {
    return NUMBER.matcher(LITERAL.matcher(plan).replaceAll("'?'")).replaceAll("?");
  }
}
