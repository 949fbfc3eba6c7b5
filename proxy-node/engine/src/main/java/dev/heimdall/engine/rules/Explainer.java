package dev.heimdall.engine.rules;

import dev.heimdall.engine.sql.Statement;
import dev.heimdall.model.ActionParameters;
import dev.heimdall.model.Rule;
import dev.heimdall.model.RuleAction;
import dev.heimdall.model.RuleExpression;
import dev.heimdall.model.RuleJoin;
import dev.heimdall.model.Specifier;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** Goes through all rules as deciding does, without counting, and says why at each. */
final class Explainer {
  private final TextMatches texts;
  private final TableBits tableBits;
  private final Profile profile;
  private final Candidates candidates;
  private final SessionFacts facts;
  private final SortedSet<String> tables;
  private final String doubt;
  private final long averageMicros;
  private final long now;
  private final RuleCounters counters;
  private final List<Explanation.Row> rows = new ArrayList<>();
  private final DecisionBuilder decision = new DecisionBuilder();
  private Optional<String> nocache = Optional.empty();

  Explainer(
      TextMatches texts,
      TableBits tableBits,
      Profile profile,
      Candidates candidates,
      SessionFacts facts,
      Statement statement,
      long averageMicros,
      long now,
      RuleCounters counters) {
    this.texts = texts;
    this.tableBits = tableBits;
    this.profile = profile;
    this.candidates = candidates;
    this.facts = facts;
    this.tables = statement == null ? new TreeSet<>() : TableExpression.tables(statement);
    this.doubt = statement == null ? null : statement.doubt();
    this.averageMicros = averageMicros;
    this.now = now;
    this.counters = counters;
  }

  List<Explanation.Row> rows() {
    return rows;
  }

  Decision decision() {
    return decision.matched.isEmpty() ? Decision.NONE : decision.build();
  }

  /** Goes through a list; {@code before} tells which actions are ignored, and because of whom. */
  void list(CompiledList list, int depth, Map<RuleAction, String> before) {
    if (!list.enabled()) {
      rows.add(
          new Explanation.Row(
              depth,
              list.name(),
              0,
              Optional.empty(),
              "",
              false,
              false,
              "the list is switched off",
              ""));
      return;
    }
    Map<RuleAction, String> ignored = new EnumMap<>(RuleAction.class);
    ignored.putAll(before);
    String stopped = null;
    for (CompiledRule rule : ordered(list.rules())) {
      if (stopped != null) {
        passOver(depth, rule, "not looked at, because " + stopped + " stops the list");
      } else if (rule(depth, rule, ignored)) {
        stopped = place(rule);
      }
    }
  }

  /** The rules with each run of neighbours in the order that it has now. */
  private static List<CompiledRule> ordered(List<CompiledRule> rules) {
    List<CompiledRule> ordered = new ArrayList<>();
    Set<AllowRun> done = new HashSet<>();
    for (CompiledRule rule : rules) {
      if (rule.run() == null) {
        ordered.add(rule);
      } else if (done.add(rule.run())) {
        ordered.addAll(rule.run().order());
      }
    }
    return ordered;
  }

  private static String place(CompiledRule rule) {
    return rule.list() + " #" + rule.number();
  }

  private void passOver(int depth, CompiledRule rule, String whyNot) {
    row(depth, rule, false, false, whyNot, "");
  }

  private void row(
      int depth, CompiledRule rule, boolean matched, boolean tried, String why, String effect) {
    rows.add(
        new Explanation.Row(
            depth,
            rule.list(),
            rule.number(),
            rule.rule().comment(),
            rule.action().spelling(),
            matched,
            tried,
            why,
            effect));
  }

  /** Looks at one rule; says whether it stops the list. */
  private boolean rule(int depth, CompiledRule rule, Map<RuleAction, String> ignored) {
    Optional<String> passed = before(rule, ignored);
    if (passed.isEmpty() && Candidates.NO_MATCH.equals(candidates.refusal(rule))) {
      row(depth, rule, false, true, noMatch(rule), "");
      return false;
    }
    Optional<Candidate> candidate =
        passed.isPresent() ? Optional.empty() : candidates.candidate(rule);
    if (passed.isEmpty() && candidate.isEmpty()) {
      passed =
          Optional.of(
              "it matches, but a parameter gets a value that it may not have: "
                  + rule.rule().parameters());
    }
    if (passed.isEmpty()) {
      passed =
          Optional.ofNullable(rule.refusal(averageMicros, now, false)).map(p -> counted(rule, p));
    }
    if (passed.isPresent()) {
      passOver(depth, rule, passed.get());
      return false;
    }
    Candidate matched = candidate.orElseThrow();
    row(depth, rule, true, true, why(rule), effect(matched));
    decision.add(matched, ignored.containsKey(RuleAction.LOG), counters);
    if (rule.action() == RuleAction.CALL) {
      boolean outside = candidates.enter(rule);
      list(rule.called(), depth + 1, ignored);
      candidates.leave(outside);
    } else if (rule.action() == RuleAction.NOCACHE) {
      nocache = nocache.or(() -> Optional.of(place(rule)));
    } else if (matched.parameters().own().orElse(null) instanceof ActionParameters.Ignore ignore) {
      ignored.putIfAbsent(ignore.action(), place(rule));
    }
    return matched.parameters().general().stop();
  }

  private static String effect(Candidate matched) {
    String parameters = matched.parameters().toString();
    String effect =
        matched.rule().action().spelling() + (parameters.isEmpty() ? "" : " " + parameters);
    return matched.hasEffect() ? effect : effect + " (not a table of the statement: no effect)";
  }

  /** Reason that a rule is not looked at, whether its expressions match or not. */
  private Optional<String> before(CompiledRule rule, Map<RuleAction, String> ignored) {
    boolean caches = rule.action() == RuleAction.CACHE || rule.action() == RuleAction.TABLE_CACHE;
    String refusal = candidates.refusal(rule);
    if (refusal != null && !refusal.equals(Candidates.NO_MATCH)) {
      return Optional.of(refusal);
    }
    if (ignored.containsKey(rule.action())) {
      return Optional.of("ignored because of " + ignored.get(rule.action()));
    }
    if (caches && nocache.isPresent()) {
      return Optional.of("ignored because of the nocache of " + nocache.get());
    }
    return Optional.empty();
  }

  private String noMatch(CompiledRule rule) {
    List<String> failed = new ArrayList<>();
    for (int i = 0; i < rule.rule().match().size(); i++) {
      if (!rule.matches(i, texts, tableBits, profile)) {
        failed.add(describe(rule.rule().match().get(i)));
      }
    }
    return String.join("; ", failed);
  }

  private String why(CompiledRule rule) {
    if (rule.onlyMightMatch(texts, tableBits, profile)) {
      return "may have its tables, because the statement is not understood: " + doubt;
    }
    Rule written = rule.rule();
    List<String> matching = new ArrayList<>();
    for (int i = 0; i < written.match().size(); i++) {
      String expression = written.match().get(i).written();
      if (rule.matches(i, texts, tableBits, profile) && !expression.isEmpty()) {
        matching.add(expression);
      }
    }
    return matching.isEmpty()
        ? "it matches every statement"
        : "matches " + String.join(written.join() == RuleJoin.AND ? " and " : ", ", matching);
  }

  private String describe(RuleExpression expression) {
    Specifier specifier = expression.specifier();
    String written = expression.written();
    return switch (specifier) {
      case REGEX -> "no match for " + written;
      case LITERALS -> "no literal of " + written;
      case TABLES, TABLESALL, TABLESONLY, TABLESEXACTLY ->
          "not "
              + written
              + ": the tables are "
              + (tables.isEmpty() ? "none" : String.join(", ", tables));
      case UNDERSTOOD ->
          "not "
              + written
              + (doubt == null ? ": it is understood" : ": it is not understood, " + doubt);
      case USERS -> "not " + written + ": the user is " + facts.user();
      case LDAPGROUPS ->
          "not "
              + written
              + ": the groups are "
              + (facts.ldapGroups().isEmpty() ? "none" : String.join(", ", facts.ldapGroups()));
      case CATALOG, CATALOGPREFIX -> "not " + written + ": the database is " + facts.catalog();
      case APPNAME ->
          "not "
              + written
              + ": the application is "
              + (facts.applicationName().isEmpty() ? "not named" : facts.applicationName());
      case PORTS -> "not " + written + ": the port is " + facts.port();
      case IPS ->
          "not "
              + written
              + ": the address is "
              + (facts.address() == null ? "not known" : facts.address().getHostAddress());
    };
  }

  private String counted(CompiledRule rule, String parameter) {
    var general = rule.rule().parameters().general();
    return "not now, because of "
        + switch (parameter) {
          case "matchthreshold" ->
              "matchthreshold="
                  + general.matchthreshold().orElseThrow()
                  + ": the average is "
                  + averageMicros
                  + " µs";
          case "exclude" -> "exclude=" + general.exclude().orElseThrow();
          case "sample" -> "sample=" + general.sample().orElseThrow();
          case "matchdelta" -> "matchdelta=" + general.matchdelta().orElseThrow();
          default -> "matchlimit=" + general.matchlimit().orElseThrow();
        };
  }
}
