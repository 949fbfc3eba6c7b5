package dev.heimdall.engine.pipeline;

import dev.heimdall.engine.memory.CacheShare;
import dev.heimdall.engine.sql.Fingerprinter;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.RecentNames;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.engine.sql.StatementClassifier;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementTable;
import dev.heimdall.engine.sql.Weight;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Knowledge of one event loop about the statements that pass: a table by fingerprint, bounded in
 * number and in bytes. A text is looked through once; a caller that needs its tables has the parser
 * read it on another thread, once for each fingerprint.
 */
public final class LoopKnowledge {
  private static final int CAPACITY = 8192;

  /** The normalised form of a longer text is cut: it is for people. */
  private static final int MOST_NORMALISED = 4096;

  private final SqlDialect dialect;
  private final Fingerprinter fingerprinter;
  private final StatementClassifier classifier;
  private final StatementTimes times;
  private final Executor parsing;
  private final Executor loop;
  private final CacheShare share;
  private final StatementTable<FingerprintEntry> table;
  private final StatementTable<Seen> texts;
  private final RecentNames recent = new RecentNames();
  private FingerprintEntry known;
  private long exactHigh;
  private long exactLow;

  /** A very text, and what it does to its session. */
  private record Seen(FingerprintEntry known, StatementFacts facts) {
    int weight() {
      // What is known may have lost its place; then its text stays as long as this.
      return Weight.bounded(100 + facts.weight() + Weight.of(known.normalised()));
    }
  }

  /**
   * @param key0 with {@code key1} the node's secret key of fingerprints
   * @param times what the loops tell each other
   * @param parsing where texts are read; may refuse
   * @param loop the event loop that owns this
   * @param share bytes that it may keep
   */
  public LoopKnowledge(
      long key0,
      long key1,
      StatementClassifier classifier,
      StatementTimes times,
      Executor parsing,
      Executor loop,
      CacheShare share) {
    this.share = share;
    long ofTexts = share.limit() / 3;
    this.table = new StatementTable<>(CAPACITY, share.limit() - ofTexts, FingerprintEntry::drop);
    this.texts = new StatementTable<>(CAPACITY, ofTexts, seen -> {});
    this.dialect = classifier.dialect();
    this.fingerprinter = new Fingerprinter(dialect, key0, key1);
    this.classifier = classifier;
    this.times = times;
    this.parsing = parsing;
    this.loop = loop;
  }

  /**
   * Looks a text up, and through when it is new; {@link #known} and the exact name are of this text
   * until the next call.
   *
   * @return what it does to its session
   */
  public StatementFacts look(byte[] sql, int offset, int length, LexerMode lexerMode) {
    fingerprinter.readExact(sql, offset, length, lexerMode);
    exactHigh = fingerprinter.exactHigh();
    exactLow = fingerprinter.exactLow();
    Seen seen = texts.get(exactHigh, exactLow);
    if (seen != null && !seen.known().dropped()) {
      known = seen.known();
      return seen.facts();
    }
    StatementFacts facts = lookLonger(sql, offset, length, lexerMode);
    if (recent.seenBefore(exactLow)) {
      Seen kept = new Seen(known, facts);
      texts.put(exactHigh, exactLow, kept, kept.weight());
    }
    report();
    return facts;
  }

  /** {@link StatementClassifier#preparedText}. */
  int preparedText(byte[] afterName, LexerMode lexerMode) {
    return classifier.preparedText(afterName, lexerMode);
  }

  private void report() {
    share.report(
        table.weight() + texts.weight(),
        (long) table.size() + texts.size(),
        table.evictions() + texts.evictions());
  }

  /**
   * More was found out about this text, which may be too much to be kept; to be called when that
   * was taken from it.
   */
  void weigh(FingerprintEntry of) {
    if (!of.grewHeavier()) {
      return;
    }
    if (of.dropped()) {
      of.drop();
    } else {
      table.reweigh(of.high(), of.low(), of, of.weight());
      report();
    }
  }

  /**
   * Returns the facts known about a text that was looked at before, looked up anew where it lost
   * its slot.
   */
  FingerprintEntry renewed(ClassifiedText examined) {
    if (examined.known().dropped()) {
      long high = exactHigh;
      long low = exactLow;
      FingerprintEntry last = known;
      look(examined.sql(), 0, examined.length(), examined.lexerMode());
      examined.known(known);
      known = last;
      exactHigh = high;
      exactLow = low;
    }
    return examined.known();
  }

  private StatementFacts lookLonger(byte[] sql, int offset, int length, LexerMode lexerMode) {
    fingerprinter.readForm(sql, offset, length, lexerMode);
    long high = fingerprinter.high();
    long low = fingerprinter.low();
    known = table.get(high, low);
    if (known != null && known.facts() != null) {
      return known.facts();
    }
    StatementFacts facts = classifier.classify(sql, offset, length, lexerMode);
    if (known == null) {
      boolean same = facts.effects().isEmpty() && !classifier.dependsOnLiterals();
      String normalised = normalised(sql, offset, length, lexerMode);
      known =
          new FingerprintEntry(
              high,
              low,
              same ? facts : null,
              normalised,
              movesPath(length, facts, normalised),
              dialect.setsByCall(normalised),
              times);
      table.put(high, low, known, known.weight());
    }
    return facts;
  }

  /**
   * True if a text may move the search path; parts that the normalised text does not show may do
   * so, too.
   */
  private boolean movesPath(int length, StatementFacts facts, String normalised) {
    return length > MOST_NORMALISED
        || fingerprinter.hidesNames()
        || facts.movesNames()
        || dialect.movesNames(normalised);
  }

  private String normalised(byte[] sql, int offset, int length, LexerMode lexerMode) {
    if (length > MOST_NORMALISED) {
      return "(a text of " + length + " bytes)";
    }
    return fingerprinter.normalised(sql, offset, length, lexerMode);
  }

  /** Facts known about texts like the one looked at last. */
  public FingerprintEntry known() {
    return known;
  }

  /** The upper half of the name of the very bytes looked at last. */
  public long exactHigh() {
    return exactHigh;
  }

  /** The lower half of the name of the very bytes looked at last. */
  public long exactLow() {
    return exactLow;
  }

  /**
   * Has a text read by the parser when that was not done before.
   *
   * @param later told on the loop when it was read
   * @return whether it was read already
   */
  public boolean read(
      FingerprintEntry of,
      byte[] sql,
      int offset,
      int length,
      LexerMode lexerMode,
      Runnable later) {
    if (of.isParsed()) {
      return true;
    }
    if (!of.beingParsed(later)) {
      String text = new String(sql, offset, length, StandardCharsets.UTF_8);
      Runnable reading =
          () -> {
            ParsedStatement parsed = classifier.dialect().parse(text, lexerMode);
            loop.execute(() -> of.parsed(parsed));
          };
      try {
        parsing.execute(reading);
      } catch (RejectedExecutionException closing) {
        loop.execute(() -> of.parsed(ParsedStatement.UNREAD));
      }
    }
    return false;
  }

  /** True if a statement of this kind is about nothing that a catalogue or a rule could know. */
  static boolean isOfSession(StatementFacts facts) {
    return switch (facts.kind()) {
      case EMPTY,
          BEGIN,
          COMMIT,
          ROLLBACK,
          SAVEPOINT,
          SET,
          SESSION,
          SHOW,
          DEALLOCATE,
          FETCH,
          CLOSE ->
          true;
      default -> false;
    };
  }
}
