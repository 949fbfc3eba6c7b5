package dev.heimdall.engine.analytics;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Normalised texts as people may see them. Literals are gone from them already; but what a
 * statement about the session or about log-ins is given need not be a literal: {@code SET app.token
 * = abc}, or mistakes like {@code PASSWORD "abc"}.
 */
public final class PatternText {
  /** Matches the start of a statement that is neither about rows nor repeats one that is. */
  private static final Pattern OTHER =
      Pattern.compile(
          "(?i)(?:^|;) ?(?!\\(|(?:select|insert|update|delete|merge|with|replace|values|table"
              + "|explain|analyze|declare|prepare|copy|call)\\b)");

  /** Matches text that is followed by a password, or by the value of a setting. */
  private static final Pattern SECRET =
      Pattern.compile("(?i)(?:password|\\bidentified (?:by|with|via)|\\bset\\b[^=]*?(?:=| to ))");

  private PatternText() {}

  /** The text up to where a secret could be in it. */
  public static String of(String normalised) {
    Matcher other = OTHER.matcher(normalised);
    if (!other.find()) {
      return normalised;
    }
    Matcher secret = SECRET.matcher(normalised);
    if (!secret.find(other.end()) || secret.end() == normalised.length()) {
      return normalised;
    }
    return normalised.substring(0, secret.end()).stripTrailing() + " …";
  }
}
