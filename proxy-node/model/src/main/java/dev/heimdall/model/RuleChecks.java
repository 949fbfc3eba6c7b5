package dev.heimdall.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Checks of dependencies between the settings of one rule list. */
final class RuleChecks {
  /** Actions that are possible for a rule without parameters. */
  private static final Set<RuleAction> LEARNABLE =
      Collections.unmodifiableSet(
          EnumSet.of(
              RuleAction.ALLOW,
              RuleAction.CACHE,
              RuleAction.DROP,
              RuleAction.LOG,
              RuleAction.NOCACHE,
              RuleAction.READER_ELIGIBLE,
              RuleAction.TAG));

  private final RuleList list;
  private final Reading in;
  private final Map<Integer, Integer> groupsOf = new HashMap<>();

  RuleChecks(RuleList list, Reading in) {
    this.list = list;
    this.in = in;
  }

  /** The place of a rule's parameter. */
  static String parameter(int rule, String key) {
    return Reading.member("$.rules[" + rule + "].parameters", key);
  }

  void all() {
    DocumentChecks.name(list.name(), in);
    for (int i = 0; i < list.rules().size(); i++) {
      Rule rule = list.rules().get(i);
      if (in.sound("$.rules[" + i + "].action", "$.rules[" + i + "].match")) {
        join(i, rule);
        action(i, rule);
        together(i, rule.parameters().general(), rule.parameters());
        templates(i, rule);
      }
    }
  }

  private void join(int i, Rule rule) {
    String join = "$.rules[" + i + "].join";
    if (rule.match().size() < 2 && in.written(join) && in.sound(join)) {
      in.problem(
          join,
          JsonValue.quote(rule.join().spelling()),
          "several expressions in \"match\" with it");
    }
  }

  private void action(int i, Rule rule) {
    ActionParameters own = rule.parameters().own().orElse(null);
    if (own instanceof ActionParameters.Transform && !rule.hasRegex()) {
      in.problem(
          "$.rules[" + i + "].match",
          "no regular expression",
          "one, whose matches \"target\" takes the place of");
    } else if (own instanceof ActionParameters.Transform transform
        && in.sound(parameter(i, "target"))) {
      for (int group : TransformTarget.groups(target(rule, transform))) {
        group(i, "target", "$" + group, group, rule);
      }
    } else if (own instanceof ActionParameters.Multiplex multiplex) {
      missing(
          i,
          "disable",
          multiplex.disable().isEmpty() && multiplex.enable().isEmpty(),
          rule,
          "\"disable\" or \"enable\"",
          "enable");
    } else if (own instanceof ActionParameters.Forward forward) {
      if (rule.inTransaction() && in.sound("$.rules[" + i + "].inTransaction")) {
        in.problem(
            "$.rules[" + i + "].inTransaction",
            "true",
            "false with the action \"forward\": a transaction stays where it has begun");
      }
      missing(
          i,
          "source",
          forward.source().isEmpty() && rule.parameters().general().serverfilter().isEmpty(),
          rule,
          "a data source, or a \"serverfilter\"",
          "serverfilter");
    } else if (own instanceof ActionParameters.Trigger trigger) {
      trigger(i, trigger);
    } else if (own instanceof ActionParameters.Pool) {
      pool(i);
    } else if (own instanceof ActionParameters.LearnPattern learn
        && in.sound(parameter(i, "action"))
        && !LEARNABLE.contains(learn.action())) {
      in.problem(
          parameter(i, "action"),
          JsonValue.quote(learn.action().spelling()),
          "an action that needs no parameters: "
              + LEARNABLE.stream().map(Spelled::spelling).collect(Collectors.joining(", ")));
    }
  }

  /** One that says how it is by default takes back what an earlier one said; none says nothing. */
  private void pool(int i) {
    Set<String> keys = RuleShapes.of(ActionParameters.Pool.class).keys();
    if (keys.stream().noneMatch(key -> in.written(parameter(i, key)))) {
      in.problem(
          "$.rules[" + i + "].parameters",
          "nothing about connections",
          "at least one of " + String.join(", ", keys));
    }
  }

  private static String target(Rule rule, ActionParameters.Transform transform) {
    return rule.parameters().templates().getOrDefault("target", transform.target());
  }

  private void trigger(int i, ActionParameters.Trigger trigger) {
    boolean parallel = trigger.timing() == ActionParameters.TriggerTiming.PARALLEL;
    if (in.sound(parameter(i, "delay"), parameter(i, "timing"))
        && trigger.delay() > 0
        && !parallel) {
      in.problem(parameter(i, "delay"), "" + trigger.delay(), "the timing \"parallel\" with it");
    }
    if (in.sound(parameter(i, "queueUnique"), parameter(i, "delay"))
        && trigger.queueUnique()
        && trigger.delay() == 0) {
      in.problem(parameter(i, "queueUnique"), "true", "a \"delay\" with it");
    }
    if (in.sound(parameter(i, "maxDelay"), parameter(i, "queueUnique"))
        && trigger.maxDelay().isPresent()
        && !trigger.queueUnique()) {
      in.problem(
          parameter(i, "maxDelay"), "" + trigger.maxDelay().get(), "\"queueUnique\" with it");
    }
    if (in.sound(parameter(i, "source"), parameter(i, "type"))
        && trigger.source().isPresent()
        && trigger.type() == ActionParameters.TriggerType.EXECUTE) {
      in.problem(
          parameter(i, "source"),
          JsonValue.quote(trigger.source().get()),
          "the type \"sql\" with it; a program has no data source");
    }
  }

  private void together(int i, GeneralParameters general, RuleParameters all) {
    needs(i, "ratelimitname", general.ratelimitname().isPresent(), "ratelimit", all);
    needs(i, "concurrencyname", general.concurrencyname().isPresent(), "concurrency", all);
    boolean limits =
        Stream.of("matchlimit", "ratelimit").anyMatch(key -> in.written(parameter(i, key)));
    if (in.written(parameter(i, "maxburst")) && !limits && in.sound(parameter(i, "maxburst"))) {
      in.problem(
          parameter(i, "maxburst"),
          "" + general.maxburst(),
          "\"matchlimit\" or \"ratelimit\" with it");
    }
  }

  private void needs(int i, String key, boolean there, String other, RuleParameters all) {
    boolean written = there || all.templates().containsKey(key);
    boolean others =
        all.templates().containsKey(other)
            || (other.equals("ratelimit")
                ? all.general().ratelimit().isPresent()
                : all.general().concurrency().isPresent());
    if (written && !others && in.sound(parameter(i, other), parameter(i, key))) {
      in.problem(parameter(i, key), "a name", JsonValue.quote(other) + " with it");
    }
  }

  private void missing(
      int i, String key, boolean missing, Rule rule, String expected, String orKey) {
    boolean template =
        rule.parameters().templates().containsKey(key)
            || rule.parameters().templates().containsKey(orKey);
    if (missing && !template && in.sound(parameter(i, key), parameter(i, orKey))) {
      in.problem(parameter(i, key), "nothing", expected);
    }
  }

  private void templates(int i, Rule rule) {
    rule.parameters()
        .templates()
        .forEach(
            (key, text) -> {
              List<String> names = Template.names(text);
              if (names.isEmpty()) {
                in.problem(parameter(i, key), JsonValue.quote(text), "a \"}\" after \"${\"");
              }
              names.forEach(name -> name(i, key, name, rule));
            });
  }

  private void name(int i, String key, String name, Rule rule) {
    if (name.matches("0|[1-9][0-9]?")) {
      if (!in.sound(parameter(i, "capture"))) {
        return;
      }
      if (!rule.parameters().general().capture() && !key.equals("target")) {
        in.problem(
            parameter(i, key), "${" + name + "}", "the parameter \"capture\" as true with it");
      } else {
        group(i, key, "${" + name + "}", Integer.parseInt(name), rule);
      }
      return;
    }
    List<String> known = new ArrayList<>(Template.BUILT_INS);
    if (rule.action() == RuleAction.TRIGGER && key.equals("command")) {
      known.add("tables");
    }
    if (rule.action() == RuleAction.ASYNC_EXECUTE && key.equals("queueName")) {
      known.add("table");
    }
    if (!known.contains(name)) {
      in.problem(
          parameter(i, key),
          "${" + name + "}",
          "${1} and so on for a group, or one of ${" + String.join("}, ${", known) + "}",
          in.nearest(name, known).map(near -> "${" + near + "}"));
    }
  }

  /** Groups are those of the first regular expression that matches. */
  private int groups(Rule rule) {
    int groups = 0;
    for (RuleExpression expression : rule.match()) {
      if (expression.specifier() == Specifier.REGEX) {
        int has = in.regexes().groups(expression.values().get(0));
        groups = Math.max(groups, has);
        if (rule.join() == RuleJoin.AND) {
          break;
        }
      }
    }
    return groups;
  }

  private void group(int i, String key, String written, int group, Rule rule) {
    // A template can name groups many times.
    int groups = groupsOf.computeIfAbsent(i, place -> groups(rule));
    if (!rule.hasRegex()) {
      in.problem(parameter(i, key), written, "a regular expression in \"match\" with it");
    } else if (group > groups) {
      in.problem(
          parameter(i, key),
          written,
          groups == 0
              ? "a group in the regular expression: \"( … )\""
              : "a group of the regular expression, which has " + groups);
    }
  }
}
