package dev.heimdall.launcher.moving;

import com.google.re2j.PatternSyntaxException;
import dev.heimdall.launcher.process.CommandFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A row of ProxySQL's table of query rules.
 *
 * @param port that clients have connected to; 0 for any
 * @param others expressions besides its patterns and the port, all of which have to match
 * @param pattern what the statement's text has to match, or with {@code negated} must not; empty
 *     where the rule does not look at the text
 * @param left why its match cannot be written; empty where it can
 */
record ProxySqlRule(
    ProxySqlCnf.Row row,
    int id,
    int flagIn,
    int flagOut,
    boolean apply,
    int port,
    List<String> others,
    List<String> pattern,
    boolean negated,
    Optional<Entry> left,
    String why) {

  /** Maker of the expressions of one rule. */
  private static final class Match {
    private final ProxySqlCnf.Row row;
    private final List<String> others = new ArrayList<>();
    private final List<String> pattern = new ArrayList<>();
    private Entry left;
    private String why = "";

    private Match(ProxySqlCnf.Row row) {
      this.row = row;
    }

    private void cannot(String field, String reason) {
      left = row.said(field).orElseThrow();
      why = reason;
    }

    private void address() {
      String address = row.text("client_addr").orElse("%");
      int end = address.indexOf('%');
      if (end == 0) {
        return;
      }
      String known = end < 0 ? address : address.substring(0, end);
      if (end < 0 && known.matches("[0-9a-fA-F.:]+")) {
        others.add("ips:" + known);
      } else if (known.matches("([0-9]{1,3}\\.){1,3}")) {
        int numbers = known.split("\\.").length;
        others.add("ips:" + known + "0.0.0".substring(2 * numbers - 2) + "/" + 8 * numbers);
      } else {
        cannot("client_addr", "it is neither an address nor the beginning of one up to a dot");
      }
    }

    private void texts() {
      String modifiers = row.text("re_modifiers").orElse("").toUpperCase(Locale.ROOT);
      boolean anyCase = row.said("re_modifiers").isEmpty() || modifiers.contains("CASELESS");
      // That of the text comes first: it is what `transform` replaces.
      row.text("match_pattern").ifPresent(regex -> expression("match_pattern", regex, anyCase));
      row.text("match_digest")
          .map(DigestPattern::ofText)
          .ifPresent(regex -> expression("match_digest", regex, anyCase));
    }

    private void expression(String field, String regex, boolean anyCase) {
      try {
        pattern.add(RuleMatch.text(regex, anyCase));
      } catch (PatternSyntaxException e) {
        cannot(field, "it is no regular expression as RE2 has it: " + e.getDescription());
      }
    }
  }

  static ProxySqlRule of(ProxySqlCnf.Row row) throws CommandFailure {
    Match match = new Match(row);
    row.text("username").map(RuleMatch::user).ifPresent(match.others::add);
    row.text("schemaname").map(RuleMatch::database).ifPresent(match.others::add);
    match.address();
    match.texts();
    if (row.text("digest").isPresent()) {
      match.cannot("digest", "a digest's number does not say what it was made of: match_digest");
    }
    if (row.text("proxy_addr").isPresent()) {
      match.cannot("proxy_addr", "rules do not know which of the node's addresses was used");
    }
    boolean negated = row.number("negate_match_pattern", 0) == 1;
    if (negated && match.pattern.size() > 1) {
      match.cannot("negate_match_pattern", "both patterns are negated, each by itself");
    }
    return new ProxySqlRule(
        row,
        row.required("rule_id"),
        Math.max(0, row.number("flagIN", 0)),
        row.number("flagOUT", -1),
        row.number("apply", 0) == 1,
        Math.max(0, row.number("proxy_port", 0)),
        List.copyOf(match.others),
        List.copyOf(match.pattern),
        negated && !match.pattern.isEmpty(),
        Optional.ofNullable(match.left),
        match.why);
  }

  boolean rejects() {
    return row.text("error_msg").isPresent();
  }

  /** Value of a number, if it is there and not negative. */
  Optional<Integer> said(String field) throws CommandFailure {
    int value = row.number(field, -1);
    return value < 0 ? Optional.empty() : Optional.of(value);
  }

  /** Comment for its rules. */
  String comment() {
    return "rule_id " + id + row.text("comment").map(text -> ": " + text).orElse("");
  }
}
