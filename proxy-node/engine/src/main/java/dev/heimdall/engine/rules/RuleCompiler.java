package dev.heimdall.engine.rules;

import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.model.ActionParameters;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.GeneralParameters;
import dev.heimdall.model.Rule;
import dev.heimdall.model.RuleAction;
import dev.heimdall.model.RuleExpression;
import dev.heimdall.model.RuleList;
import dev.heimdall.model.Specifier;
import dev.heimdall.model.Template;
import dev.heimdall.model.UnknownStatements;
import dev.heimdall.model.VirtualDatabase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes rule lists ready: equal expressions become one, calls lead to the lists themselves. */
final class RuleCompiler {
  private final Configuration configuration;
  private final RuleCounters counters;
  private final RulePatterns patterns;
  private final TextExpressions.Builder texts;
  private final Map<String, TableExpression> tables = new LinkedHashMap<>();
  private final Map<String, SessionExpression> sessions = new LinkedHashMap<>();
  private final Map<String, CompiledList> lists = new HashMap<>();
  private final Set<String> builtIns = new HashSet<>();
  private boolean printsResults;
  private boolean printsTiming;
  private boolean usesTableNames;

  RuleCompiler(Configuration configuration, RuleCounters before, RulePatterns patterns) {
    this.configuration = configuration;
    this.patterns = patterns;
    this.texts = new TextExpressions.Builder(patterns);
    patterns.clean();
    this.counters = new RuleCounters(before);
  }

  RuleBook compile(VirtualDatabase vdb, SqlDialect dialect) {
    List<CompiledList> top = new ArrayList<>();
    for (String name : vdb.rules()) {
      top.add(list(name));
    }
    return new RuleBook(
        top,
        texts.build(dialect),
        List.copyOf(tables.values()),
        List.copyOf(sessions.values()),
        builtIns,
        usesTableNames,
        printsResults,
        printsTiming,
        counters);
  }

  private CompiledList list(String name) {
    CompiledList known = lists.get(name);
    if (known != null) {
      return known;
    }
    RuleList list = configuration.rules().get(name);
    List<CompiledRule> rules = new ArrayList<>();
    boolean guesses =
        list.unknown()
            .map(unknown -> unknown == UnknownStatements.MATCH)
            .orElseGet(() -> guards(list, false));
    for (int i = 0; i < list.rules().size(); i++) {
      Rule rule = list.rules().get(i);
      rules.add(rule(name, i + 1, rule, guesses && rule.mayGuess()));
    }
    runs(rules);
    CompiledList compiled = new CompiledList(name, list.enabled(), List.copyOf(rules));
    lists.put(name, compiled);
    return compiled;
  }

  /** True if a rule about tables refuses, or leads to a list that does; or any rule in there. */
  private boolean guards(RuleList list, boolean called) {
    return list.rules().stream()
        .filter(rule -> rule.enabled() && (called || rule.looksAtTables()))
        .anyMatch(
            rule ->
                rule.action() == RuleAction.DROP
                    || (rule.parameters().own().orElse(null) instanceof ActionParameters.Call call
                        && guards(configuration.rules().get(call.rule()), true)));
  }

  /** Rules that are switched off do not part neighbours. */
  private static void runs(List<CompiledRule> rules) {
    List<CompiledRule> run = new ArrayList<>();
    for (int i = 0; i <= rules.size(); i++) {
      if (i < rules.size() && !rules.get(i).rule().enabled()) {
        continue;
      }
      if (i < rules.size() && rules.get(i).action() == RuleAction.ALLOW) {
        run.add(rules.get(i));
        continue;
      }
      if (run.size() > 1) {
        AllowRun together = new AllowRun(run);
        run.forEach(rule -> rule.isIn(together));
      }
      run = new ArrayList<>();
    }
  }

  private static boolean mentions(Rule rule, String parameter) {
    return rule.parameters().templates().containsKey(parameter);
  }

  private void notePrints(Rule rule) {
    GeneralParameters general = rule.parameters().general();
    boolean logsColumns =
        rule.parameters().own().orElse(null) instanceof ActionParameters.Log log
            && log.logcolumns().isPresent();
    printsResults |=
        logsColumns
            || general.printmeta()
            || general.printresults()
            || mentions(rule, "logcolumns")
            || mentions(rule, "printmeta")
            || mentions(rule, "printresults");
    printsTiming |= general.printtiming() || mentions(rule, "printtiming");
  }

  private CompiledRule rule(String list, int number, Rule rule, boolean guesses) {
    notePrints(rule);
    int[] places = new int[rule.match().size()];
    for (int i = 0; i < places.length; i++) {
      places[i] = place(rule, rule.match().get(i));
    }
    for (String template : rule.parameters().templates().values()) {
      builtIns.addAll(Template.names(template));
      usesTableNames |= template.contains("${table");
    }
    CompiledRule compiled =
        new CompiledRule(
            list,
            number,
            rule,
            counters.rule(list, rule),
            places,
            guesses,
            effectTable(rule),
            rule.parameters().general().serverfilter().map(patterns::of));
    if (rule.parameters().own().orElse(null) instanceof ActionParameters.Call call) {
      compiled.calls(list(call.rule()));
    }
    return compiled;
  }

  private int place(Rule rule, RuleExpression expression) {
    if (!expression.specifier().isAboutText()) {
      return expression.specifier().isAboutStatement() ? table(expression) : session(expression);
    }
    TextExpression compiled = texts.add(expression);
    if (expression.specifier() == Specifier.REGEX) {
      captures(rule, compiled);
    }
    return compiled.id();
  }

  private static void captures(Rule rule, TextExpression expression) {
    if (rule.action() == RuleAction.TRANSFORM) {
      expression.replace();
    } else if (rule.parameters().general().capture()
        || rule.parameters().general().printcapture()) {
      expression.capture();
    }
  }

  private int effectTable(Rule rule) {
    if (!(rule.parameters().own().orElse(null) instanceof ActionParameters.TableCache cache)) {
      return -1;
    }
    if (rule.parameters().templates().containsKey("table")) {
      usesTableNames = true;
      return -1;
    }
    return table(
        new RuleExpression(
            Specifier.TABLES, List.of(cache.spelled()), "tables:" + cache.spelled()));
  }

  private int table(RuleExpression expression) {
    return tables
        .computeIfAbsent(
            expression.specifier() + ":" + expression.values(),
            key -> new TableExpression(tables.size(), expression))
        .id();
  }

  private int session(RuleExpression expression) {
    return sessions
        .computeIfAbsent(
            expression.specifier() + ":" + expression.values(),
            key -> new SessionExpression(sessions.size(), expression, patterns))
        .id();
  }
}
