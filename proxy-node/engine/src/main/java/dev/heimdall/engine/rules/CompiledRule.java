package dev.heimdall.engine.rules;

import com.google.re2j.Pattern;
import dev.heimdall.model.GeneralParameters;
import dev.heimdall.model.Rule;
import dev.heimdall.model.RuleAction;
import dev.heimdall.model.RuleJoin;
import dev.heimdall.model.Specifier;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** One rule, with its expressions as places in the bit sets that tell what matches. */
final class CompiledRule {
  private final String list;
  private final int number;
  private final Rule rule;
  private final RuleState state;
  private final boolean all;
  private final int[] places;
  private final int[] text;
  private final int[] tables;
  private final int[] understood;
  private final boolean guesses;
  private final int[] session;
  private final int[] regexes;
  private final int effectTable;
  private final Optional<Pattern> serverFilter;
  private final boolean counted;
  private CompiledList called;
  private AllowRun run;

  /**
   * @param number the rule's place in its list, from 1
   * @param places for each of the rule's expressions its place among those of its kind
   * @param guesses whether expressions about tables match what was not understood
   * @param effectTable the table expression without which the rule has no effect; -1 for none
   * @param serverFilter what names of servers that may answer match
   */
  CompiledRule(
      String list,
      int number,
      Rule rule,
      RuleState state,
      int[] places,
      boolean guesses,
      int effectTable,
      Optional<Pattern> serverFilter) {
    this.list = list;
    this.number = number;
    this.rule = rule;
    this.state = state;
    this.all = rule.join() == RuleJoin.AND;
    this.places = places;
    this.text = places(Specifier::isAboutText);
    this.tables = places(Specifier::isAboutTables);
    this.understood = places(specifier -> specifier == Specifier.UNDERSTOOD);
    this.guesses = guesses;
    this.session = places(Specifier::isAboutSession);
    this.regexes = places(specifier -> specifier == Specifier.REGEX);
    this.effectTable = effectTable;
    this.serverFilter = serverFilter;
    GeneralParameters general = rule.parameters().general();
    this.counted =
        general.exclude().isPresent()
            || general.sample().isPresent()
            || general.matchlimit().isPresent()
            || general.matchdelta().isPresent()
            || general.matchthreshold().isPresent();
  }

  private int[] places(Predicate<Specifier> kind) {
    return IntStream.range(0, places.length)
        .filter(i -> kind.test(rule.match().get(i).specifier()))
        .map(i -> places[i])
        .toArray();
  }

  void calls(CompiledList list) {
    called = list;
  }

  void isIn(AllowRun allowRun) {
    run = allowRun;
  }

  String list() {
    return list;
  }

  Optional<Pattern> serverFilter() {
    return serverFilter;
  }

  int number() {
    return number;
  }

  Rule rule() {
    return rule;
  }

  RuleAction action() {
    return rule.action();
  }

  RuleState state() {
    return state;
  }

  CompiledList called() {
    return called;
  }

  /** The neighbours that it changes places with; null for a rule that keeps its place. */
  AllowRun run() {
    return run;
  }

  /** True if it may match or not for the same statement of the same session. */
  boolean isCounted() {
    return counted;
  }

  boolean inTransactions() {
    return rule.inTransaction();
  }

  /** True if its expressions match. */
  boolean matches(TextMatches texts, TableBits tableBits, Profile profile) {
    return matches(texts, tableBits, profile, guesses && !tableBits.understood());
  }

  /** True if it matches only because the statement might have its tables. */
  boolean onlyMightMatch(TextMatches texts, TableBits tableBits, Profile profile) {
    return guesses
        && !tableBits.understood()
        && !matches(texts, tableBits, profile, false)
        && matches(texts, tableBits, profile, true);
  }

  private boolean matches(
      TextMatches texts, TableBits tableBits, Profile profile, boolean guessed) {
    for (int id : session) {
      if (profile.matches(id) != all) {
        return !all;
      }
    }
    for (int id : tables) {
      if ((guessed || tableBits.matches(id)) != all) {
        return !all;
      }
    }
    for (int id : understood) {
      if (tableBits.matches(id) != all) {
        return !all;
      }
    }
    for (int id : text) {
      if (texts.matches(id) != all) {
        return !all;
      }
    }
    return all;
  }

  /** True if one of its expressions matches, by its place in the rule. */
  boolean matches(int expression, TextMatches texts, TableBits tableBits, Profile profile) {
    Specifier specifier = rule.match().get(expression).specifier();
    int place = places[expression];
    return specifier.isAboutText()
        ? texts.matches(place)
        : specifier.isAboutStatement() ? tableBits.matches(place) : profile.matches(place);
  }

  /** True if its action has an effect on a statement with these tables. */
  boolean hasEffect(TableBits tableBits) {
    return effectTable < 0 || tableBits.matches(effectTable);
  }

  /** Match of the first regular expression that matches; null if there is none. */
  TextMatches.Found found(TextMatches texts) {
    for (int id : regexes) {
      if (texts.matches(id)) {
        return texts.found(id);
      }
    }
    return null;
  }

  /**
   * True if the counters let it match; only to be asked once all else fits.
   *
   * @param averageMicros of the statement's pattern; negative when not known
   * @param counting false to look only
   */
  boolean passes(long averageMicros, long now, boolean counting) {
    return !counted || refusal(averageMicros, now, counting) == null;
  }

  /** The parameter because of which it does not match now; null when it does. */
  String refusal(long averageMicros, long now, boolean counting) {
    GeneralParameters general = rule.parameters().general();
    if (general.matchthreshold().isPresent()
        && averageMicros >= 0
        && averageMicros <= general.matchthreshold().get()) {
      return "matchthreshold";
    }
    if (general.exclude().isPresent() && state.isExcluded(general.exclude().get(), counting)) {
      return "exclude";
    }
    if (general.sample().isPresent() && !state.isSampled(general.sample().get(), counting)) {
      return "sample";
    }
    if (general.matchdelta().isPresent()) {
      return state.isApart(general.matchdelta().get(), now, counting) ? null : "matchdelta";
    }
    return general.matchlimit().isEmpty()
            || state.isWithin(general.matchlimit().get(), general.maxburst(), now, counting)
        ? null
        : "matchlimit";
  }
}
