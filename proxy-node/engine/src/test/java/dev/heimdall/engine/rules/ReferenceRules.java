package dev.heimdall.engine.rules;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.model.ActionParameters;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.GeneralParameters;
import dev.heimdall.model.Rule;
import dev.heimdall.model.RuleAction;
import dev.heimdall.model.RuleExpression;
import dev.heimdall.model.RuleJoin;
import dev.heimdall.model.RuleList;
import dev.heimdall.model.UnknownStatements;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Decides slowly and plainly, as the page about rules says it; for comparison. */
final class ReferenceRules {
  private final Configuration configuration;
  private final Map<String, Integer> excludable = new HashMap<>();
  private final Map<String, Integer> sampled = new HashMap<>();
  private final Map<String, Integer> hits = new HashMap<>();
  private final Map<String, Long> lastMatch = new HashMap<>();
  private final Map<String, Double> tokens = new HashMap<>();
  private final Map<String, Long> tokensAt = new HashMap<>();
  private final Map<String, List<Integer>> orders = new HashMap<>();

  // Of one statement.
  private SessionFacts facts;
  private String sql;
  private Set<String> tables;
  private Statement statement;
  private boolean inTransaction;
  private boolean prepared;
  private long average;
  private long now;
  private boolean guesses;
  private boolean guessing;
  private boolean onAGuess;
  private List<String> matched;
  private boolean nocache;
  private boolean allow;
  private boolean drop;
  private boolean reader;
  private String ttl;
  private Integer delay;
  private Integer slowtime;
  private boolean learn;

  ReferenceRules(Configuration configuration) {
    this.configuration = configuration;
  }

  /** The rules that match, sorted, and the gist of what they decide. */
  String decide(
      SessionFacts session,
      String text,
      Statement facts,
      boolean inside,
      boolean isPrepared,
      long averageMicros,
      long nowNanos) {
    this.facts = session;
    sql = text;
    statement = facts;
    tables = new TreeSet<>();
    if (facts != null) {
      tables.addAll(facts.tablesRead());
      tables.addAll(facts.tablesWritten());
    }
    inTransaction = inside;
    prepared = isPrepared;
    average = averageMicros;
    now = nowNanos;
    matched = new ArrayList<>();
    nocache = allow = drop = reader = learn = false;
    ttl = null;
    delay = slowtime = null;
    for (String list : configuration.vdbs().get("shop").rules()) {
      list(list, new HashSet<>());
    }
    Collections.sort(matched);
    return matched
        + (drop && !allow ? " drop" : "")
        + (allow ? " allow" : "")
        + (nocache ? " nocache" : ttl != null ? " cache " + ttl : "")
        + (reader ? " reader" : "")
        + (learn && !allow ? " learn" : "")
        + (slowtime != null ? " log " + slowtime : "")
        + (delay != null && delay > 0 ? " delay " + delay : "");
  }

  /** The same of a decision. */
  static String gist(Decision decision) {
    List<String> matched =
        new ArrayList<>(decision.matched().stream().map(MatchedRule::place).toList());
    Collections.sort(matched);
    return matched
        + (decision.dropped() ? " drop" : "")
        + (decision.allowed() ? " allow" : "")
        + (decision.nocache() ? " nocache" : "")
        + decision.cache().map(c -> " cache " + c.ttl().orElseThrow()).orElse("")
        + (decision.readerEligible() ? " reader" : "")
        + (decision.learn().isPresent() ? " learn" : "")
        + decision.log().map(l -> " log " + l.slowtime()).orElse("")
        + (decision.delayMicros() > 0 ? " delay " + decision.delayMicros() : "");
  }

  private List<Integer> order(RuleList list) {
    return orders.computeIfAbsent(
        list.name(),
        name -> {
          List<Integer> order = new ArrayList<>();
          for (int i = 0; i < list.rules().size(); i++) {
            if (list.rules().get(i).enabled()) {
              order.add(i);
            }
          }
          return order;
        });
  }

  private void list(String name, Set<RuleAction> before) {
    RuleList list = configuration.rules().get(name);
    if (!list.enabled()) {
      return;
    }
    Set<RuleAction> ignored = new HashSet<>(before);
    boolean outside = guesses;
    guesses =
        list.unknown().map(u -> u == UnknownStatements.MATCH).orElse(guards(list, false))
            && statement != null
            && !statement.understood();
    for (int i : List.copyOf(order(list))) {
      Rule rule = list.rules().get(i);
      String place = name + " #" + (i + 1);
      if ((inTransaction && !rule.inTransaction())
          || ignored.contains(rule.action())
          || (nocache && rule.action() == RuleAction.CACHE)
          || (onAGuess && !rule.mayGuess())
          || !expressions(rule)
          || (rule.parameters().general().preparedonly() && !prepared)) {
        continue;
      }
      String time = ttl(rule);
      if (time != null && !time.matches("0|[1-9][0-9]{0,8}")) {
        continue;
      }
      if (!limits(place, rule.parameters().general())) {
        continue;
      }
      matched.add(place);
      hits.merge(place, 1, Integer::sum);
      reorder(list, i);
      GeneralParameters general = rule.parameters().general();
      general.delay().ifPresent(d -> delay = d);
      act(rule, time, ignored);
      if (general.stop()) {
        break;
      }
    }
    guesses = outside;
  }

  private boolean guards(RuleList list, boolean called) {
    return list.rules().stream()
        .filter(rule -> rule.enabled() && (called || rule.looksAtTables()))
        .anyMatch(
            rule ->
                rule.action() == RuleAction.DROP
                    || rule.parameters().own().orElse(null) instanceof ActionParameters.Call call
                        && guards(configuration.rules().get(call.rule()), true));
  }

  private void act(Rule rule, String time, Set<RuleAction> ignored) {
    ActionParameters own = rule.parameters().own().orElse(null);
    if (own instanceof ActionParameters.Call call) {
      boolean outside = onAGuess;
      boolean guessing = guesses;
      guesses = false;
      onAGuess |= !expressions(rule);
      guesses = guessing;
      list(call.rule(), ignored);
      onAGuess = outside;
    } else if (own instanceof ActionParameters.Ignore ignore) {
      ignored.add(ignore.action());
    } else if (own instanceof ActionParameters.Log log) {
      slowtime = log.slowtime();
    } else if (rule.action() == RuleAction.CACHE) {
      ttl = time;
    } else if (rule.action() == RuleAction.NOCACHE) {
      nocache = true;
    } else if (rule.action() == RuleAction.ALLOW) {
      allow = true;
    } else if (rule.action() == RuleAction.DROP) {
      drop = true;
    } else if (rule.action() == RuleAction.READER_ELIGIBLE) {
      reader = true;
    } else if (rule.action() == RuleAction.LEARN_PATTERN) {
      learn = true;
    }
  }

  /** An allow that has matched more often than the allow just before it changes places with it. */
  private void reorder(RuleList list, int rule) {
    List<Integer> order = order(list);
    int at = order.indexOf(rule);
    if (at > 0
        && list.rules().get(rule).action() == RuleAction.ALLOW
        && list.rules().get(order.get(at - 1)).action() == RuleAction.ALLOW) {
      String mine = list.name() + " #" + (rule + 1);
      String other = list.name() + " #" + (order.get(at - 1) + 1);
      if (hits.get(mine) > hits.getOrDefault(other, 0)) {
        Collections.swap(order, at - 1, at);
      }
    }
  }

  private String ttl(Rule rule) {
    if (!(rule.parameters().own().orElse(null) instanceof ActionParameters.Cache cache)) {
      return null;
    }
    String template = rule.parameters().templates().get("ttl");
    if (template == null) {
      return cache.ttl().map(String::valueOf).orElse(null);
    }
    for (RuleExpression expression : rule.match()) {
      if (expression.specifier().name().equals("REGEX")) {
        Matcher matcher = Pattern.compile(expression.values().get(0)).matcher(sql);
        if (matcher.find()) {
          String group = matcher.group(1);
          return group == null ? "" : group;
        }
      }
    }
    return null;
  }

  private boolean expressions(Rule rule) {
    guessing = guesses && rule.mayGuess();
    return rule.join() == RuleJoin.AND
        ? rule.match().stream().allMatch(this::expression)
        : rule.match().stream().anyMatch(this::expression);
  }

  private boolean expression(RuleExpression expression) {
    List<String> list =
        expression.values().stream().map(v -> v.replace("${catalog}", facts.catalog())).toList();
    return switch (expression.specifier()) {
      case REGEX -> Pattern.compile(expression.values().get(0)).matcher(sql).find();
      case LITERALS -> list.stream().anyMatch(l -> sql.contains("'" + l + "'"));
      case UNDERSTOOD -> list.contains("" + (statement == null || statement.understood()));
      case TABLES, TABLESALL, TABLESONLY, TABLESEXACTLY -> guessing || tables(expression, list);
      case USERS -> list.stream().anyMatch(r -> facts.user().matches(r));
      case LDAPGROUPS ->
          facts.ldapGroups().stream().anyMatch(g -> list.stream().anyMatch(g::matches));
      case CATALOG -> list.stream().anyMatch(r -> facts.catalog().matches(r));
      case CATALOGPREFIX -> list.stream().anyMatch(facts.catalog()::startsWith);
      case APPNAME -> list.stream().anyMatch(r -> facts.applicationName().matches(r));
      case PORTS -> list.contains("" + facts.port());
      case IPS -> list.contains(facts.address().getHostAddress());
    };
  }

  private boolean tables(RuleExpression expression, List<String> list) {
    boolean complete =
        statement != null && !statement.writesAnything() && statement.parsed().understood();
    return switch (expression.specifier()) {
      case TABLES -> list.stream().anyMatch(tables::contains);
      case TABLESALL -> tables.containsAll(list);
      case TABLESONLY -> complete && !tables.isEmpty() && list.containsAll(tables);
      default -> complete && tables.equals(new HashSet<>(list));
    };
  }

  private boolean limits(String place, GeneralParameters general) {
    if (general.matchthreshold().isPresent()
        && average >= 0
        && average <= general.matchthreshold().get()) {
      return false;
    }
    if (general.exclude().isPresent()
        && excludable.merge(place, 1, Integer::sum) % general.exclude().get() == 0) {
      return false;
    }
    if (general.sample().isPresent()
        && (sampled.merge(place, 1, Integer::sum) - 1) % general.sample().get() != 0) {
      return false;
    }
    if (general.matchdelta().isPresent()) {
      Long last = lastMatch.get(place);
      if (last != null && now - last < general.matchdelta().get() * 1_000_000L) {
        return false;
      }
      lastMatch.put(place, now);
      return true;
    }
    return general.matchlimit().isEmpty() || token(place, general);
  }

  /** A bucket that holds so many seconds' worth and fills at so many a second. */
  private boolean token(String place, GeneralParameters general) {
    double most = (double) general.matchlimit().get() * general.maxburst();
    double passed = (now - tokensAt.getOrDefault(place, now)) / 1e9;
    double there =
        Math.min(most, tokens.getOrDefault(place, most) + passed * general.matchlimit().get());
    boolean enough = there > 1 - 1e-6;
    tokens.put(place, enough ? there - 1 : there);
    tokensAt.put(place, now);
    return enough;
  }
}
