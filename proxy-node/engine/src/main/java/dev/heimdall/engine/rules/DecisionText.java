package dev.heimdall.engine.rules;

import dev.heimdall.model.ActionParameters;
import dev.heimdall.model.RuleAction;
import dev.heimdall.model.RuleParameters;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/** Says for people what was decided. */
final class DecisionText {
  private DecisionText() {}

  static Map<String, String> effects(Decision decision) {
    Map<String, String> effects = new LinkedHashMap<>();
    yes(RuleAction.DROP, decision.dropped(), effects);
    yes(RuleAction.ALLOW, decision.allowed(), effects);
    decision.result().ifPresent(rows -> effects.put("result", rows + " rows"));
    decision.transformed().ifPresent(text -> effects.put("transform", text));
    yes(RuleAction.NOCACHE, decision.nocache(), effects);
    own(RuleAction.CACHE, decision.cache(), effects);
    decision.tableCacheMillis().ifPresent(millis -> effects.put("table-cache", millis + " ms"));
    own(RuleAction.ASYNC_EXECUTE, decision.asyncExecute(), effects);
    own(RuleAction.FORWARD, decision.forward(), effects);
    yes(RuleAction.READER_ELIGIBLE, decision.readerEligible(), effects);
    own(RuleAction.RETRY, decision.retry(), effects);
    own(RuleAction.TRIGGER, decision.trigger(), effects);
    own(RuleAction.LEARN_PATTERN, decision.learn(), effects);
    own(RuleAction.LOG, decision.log(), effects);
    own(RuleAction.EXTRACT_PLAN, decision.extractPlan(), effects);
    decision.stackTraceMicros().ifPresent(at -> effects.put("stack-trace", "above " + at + " µs"));
    decision.debug().ifPresent(on -> effects.put("debug", on ? "on" : "off"));
    own(RuleAction.POOL, decision.pool(), effects);
    own(RuleAction.MULTIPLEX, decision.multiplex(), effects);
    if (!decision.rateLimits().isEmpty()) {
      effects.put("ratelimit", joined(decision.rateLimits()));
    }
    if (!decision.concurrency().isEmpty()) {
      effects.put("concurrency", joined(decision.concurrency()));
    }
    if (decision.delayMicros() > 0) {
      effects.put("delay", decision.delayMicros() + " µs");
    }
    decision
        .queryTimeoutMillis()
        .ifPresent(at -> effects.put("queryTimeout", at == 0 ? "no limit" : at + " ms"));
    decision.serverFilter().ifPresent(regex -> effects.put("serverfilter", regex.pattern()));
    if (!decision.evictTables().isEmpty()) {
      effects.put("evicttables", String.join(", ", decision.evictTables()));
    }
    if (!decision.extraTables().isEmpty() || decision.withoutTables()) {
      effects.put(
          "tables",
          decision.extraTables().isEmpty() ? "none" : String.join(", ", decision.extraTables()));
    }
    decision.olderThanMillis().ifPresent(millis -> effects.put("olderthan", millis + " ms"));
    for (Decision.Flag flag : Decision.Flag.values()) {
      decision
          .flag(flag)
          .ifPresent(
              value ->
                  effects.put(
                      flag.name().toLowerCase(Locale.ROOT).replace("_", ""), value.toString()));
    }
    return Collections.unmodifiableMap(effects);
  }

  private static void yes(RuleAction action, boolean value, Map<String, String> effects) {
    if (value) {
      effects.put(action.spelling(), "yes");
    }
  }

  private static void own(
      RuleAction action, Optional<? extends ActionParameters> own, Map<String, String> effects) {
    own.ifPresent(
        parameters -> {
          String text = RuleParameters.text(parameters);
          effects.put(action.spelling(), text.isEmpty() ? "yes" : text);
        });
  }

  private static String joined(List<?> limits) {
    return limits.stream().map(Object::toString).collect(Collectors.joining(", "));
  }

  static String line(Map<String, String> effects) {
    StringJoiner line = new StringJoiner("; ");
    effects.forEach((name, value) -> line.add(value.equals("yes") ? name : name + ": " + value));
    return line.toString();
  }
}
