package dev.heimdall.engine.rules;

import com.google.re2j.Pattern;
import dev.heimdall.model.ActionParameters;
import dev.heimdall.model.GeneralParameters;
import dev.heimdall.model.RuleAction;
import dev.heimdall.model.RuleParameters;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeSet;

/** Adds up what matching rules say, in their order: a later one overrides an earlier one. */
final class DecisionBuilder {
  final List<MatchedRule> matched = new ArrayList<>();
  boolean dropped;
  boolean allowed;
  boolean nocache;
  boolean readerEligible;
  ActionParameters.AsyncExecute asyncExecute;
  ActionParameters.Cache cache;
  boolean cachesInTransactions;
  int tableCacheMillis = -1;
  Boolean debug;
  ActionParameters.ExtractPlan extractPlan;
  ActionParameters.Forward forward;
  ActionParameters.LearnPattern learn;
  ActionParameters.Log log;
  ActionParameters.Multiplex multiplex;
  ActionParameters.Pool pool;
  int result = -1;
  ActionParameters.Retry retry;
  long stackTraceMicros = -1;
  String transformed;
  ActionParameters.Trigger trigger;
  final List<RateLimit> rateLimits = new ArrayList<>();
  final List<ConcurrencyLimit> concurrency = new ArrayList<>();
  int delayMicros;
  int queryTimeoutMillis = -1;
  Pattern serverFilter;
  final SortedSet<String> evictTables = new TreeSet<>();
  final SortedSet<String> extraTables = new TreeSet<>();
  boolean withoutTables;
  OptionalInt olderThanMillis = OptionalInt.empty();
  final Map<Decision.Flag, Boolean> flags = new EnumMap<>(Decision.Flag.class);

  Decision build() {
    return new Decision(this);
  }

  /**
   * A rule has matched.
   *
   * @param logIgnored whether an {@code ignore} keeps rules from writing to the query log
   */
  void add(Candidate candidate, boolean logIgnored, RuleCounters counters) {
    CompiledRule rule = candidate.rule();
    RuleParameters parameters = candidate.parameters();
    GeneralParameters general = parameters.general();
    matched.add(
        new MatchedRule(
            rule.list(),
            rule.number(),
            rule.rule().comment(),
            rule.action().spelling(),
            general.printmatch(),
            general.printcapture() ? candidate.groups() : List.of()));
    general(general, logIgnored);
    serverFilter = rule.serverFilter().orElse(serverFilter);
    limits(rule, general, counters);
    if (parameters.own().isPresent()) {
      own(candidate, parameters.own().get());
      return;
    }
    if (rule.action() == RuleAction.ALLOW) {
      allowed = true;
    } else if (rule.action() == RuleAction.DROP) {
      dropped = true;
    } else if (rule.action() == RuleAction.NOCACHE) {
      nocache = true;
    } else if (rule.action() == RuleAction.READER_ELIGIBLE) {
      readerEligible = true;
    } else if (rule.action() == RuleAction.PROCEDURE_WRAP) {
      flag(Decision.Flag.PROCEDURE_WRAP, true);
    }
  }

  private void general(GeneralParameters general, boolean logIgnored) {
    evictTables.addAll(general.evicted());
    extraTables.addAll(general.added());
    withoutTables |= general.withoutTables();
    if (general.log().isPresent() && !logIgnored) {
      boolean on = general.log().get();
      log = on ? (log == null ? new ActionParameters.Log(Optional.empty(), 0) : log) : null;
    }
    general.delay().ifPresent(micros -> delayMicros = micros);
    general.queryTimeout().ifPresent(millis -> queryTimeoutMillis = millis);
    general.olderthan().ifPresent(millis -> olderThanMillis = OptionalInt.of(millis));
    flag(Decision.Flag.INVALIDATE, general.invalidate());
    flag(Decision.Flag.LAG_IGNORE, general.lagignore());
    flag(Decision.Flag.NOTIFY, general.notification());
    flag(Decision.Flag.NO_TRACK, general.notrack());
    flag(Decision.Flag.UPDATE, general.update());
    flag(Decision.Flag.PRINT_META, general.printmeta());
    flag(Decision.Flag.PRINT_RESULTS, general.printresults());
    flag(Decision.Flag.PRINT_TABLES, general.printtables());
    flag(Decision.Flag.PRINT_TIMING, general.printtiming());
  }

  private void flag(Decision.Flag flag, Optional<Boolean> value) {
    value.ifPresent(yes -> flags.put(flag, yes));
  }

  private void flag(Decision.Flag flag, boolean value) {
    if (value) {
      flags.put(flag, true);
    }
  }

  private void limits(CompiledRule rule, GeneralParameters general, RuleCounters counters) {
    String own = rule.list() + " #" + rule.number();
    if (general.ratelimit().isPresent()) {
      String name = general.ratelimitname().orElse(own);
      RateState state =
          general.ratelimitname().isPresent() ? counters.rate(name) : rule.state().rate();
      RateLimit limit = new RateLimit(name, state, general.ratelimit().get(), general.maxburst());
      if (rateLimits.stream().noneMatch(limit::sharesWith)) {
        rateLimits.add(limit);
      }
    }
    if (general.concurrency().isPresent()) {
      String name = general.concurrencyname().orElse(own);
      ConcurrencyLimit limit =
          new ConcurrencyLimit(
              name,
              general.concurrencyname().isPresent() ? counters.places(name) : rule.state().places(),
              general.concurrency().get());
      if (concurrency.stream().noneMatch(limit::sharesWith)) {
        concurrency.add(limit);
      }
    }
  }

  private void own(Candidate candidate, ActionParameters own) {
    if (own instanceof ActionParameters.AsyncExecute p) {
      asyncExecute = p;
    } else if (own instanceof ActionParameters.Cache p) {
      cache = p;
      cachesInTransactions = candidate.rule().inTransactions();
    } else if (own instanceof ActionParameters.Debug p) {
      debug = p.enabled();
    } else if (own instanceof ActionParameters.ExtractPlan p) {
      extractPlan = p;
    } else if (own instanceof ActionParameters.Forward p) {
      forward = p;
    } else if (own instanceof ActionParameters.LearnPattern p) {
      learn = p;
    } else if (own instanceof ActionParameters.Log p) {
      log = p;
    } else if (own instanceof ActionParameters.Multiplex p) {
      multiplex = p;
    } else if (own instanceof ActionParameters.Pool p) {
      pool = p;
    } else if (own instanceof ActionParameters.Result p) {
      result = p.value();
    } else if (own instanceof ActionParameters.Retry p) {
      retry = p;
    } else if (own instanceof ActionParameters.StackTrace p) {
      stackTraceMicros = p.threshold();
    } else if (own instanceof ActionParameters.TableCache p) {
      if (candidate.hasEffect()) {
        tableCacheMillis = tableCacheMillis < 0 ? p.ttl() : Math.min(tableCacheMillis, p.ttl());
      }
    } else if (own instanceof ActionParameters.Transform) {
      transformed = candidate.newText() == null ? transformed : candidate.newText();
    } else if (own instanceof ActionParameters.Trigger p) {
      trigger = p;
    }
  }
}
