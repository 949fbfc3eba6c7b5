package dev.heimdall.engine.rules;

import dev.heimdall.engine.sql.Statement;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The rules of one virtual database as one event loop uses them: with what it has decided before.
 * Not thread-safe; what it keeps is bounded.
 */
public final class LoopRules {
  private static final int TEXTS = 8192;
  private static final int STATEMENTS = 2048;
  private static final int MOST_ENTRIES = 2048;
  private static final int MOST_PROFILES = 10_000;
  private static final int MOST_TABLES = 1 << 30;

  /** Longer texts are not kept where the text itself or a part of it is. */
  private static final int LONGEST_KEPT = 16 * 1024;

  private final RuleBook book;
  private final RuleEvaluation walk = new RuleEvaluation();

  private final long[] high = new long[TEXTS];
  private final long[] low = new long[TEXTS];
  private final TextEntry[] entries = new TextEntry[TEXTS];
  private final Map<TextMatches, TextEntry> alike = new HashMap<>();

  private final Statement[] statements = new Statement[STATEMENTS];
  private final int[] statementProfiles = new int[STATEMENTS];
  private final TableBits[] tableBits = new TableBits[STATEMENTS];
  private final Map<TableBits, TableBits> differentTables = new HashMap<>();
  private final TableBits noTables;
  private int nextTables = 1;

  private final Map<Profile, Profile> profiles = new HashMap<>();
  private int nextProfile;

  private final RuleMemory memory;
  private long weight;
  private int kept;

  LoopRules(RuleBook book, RuleMemory memory) {
    this.book = book;
    this.memory = memory;
    memory.joined(this);
    this.noTables = book.tableBits(0, null, null);
  }

  /** The rules that these caches belong to. */
  public RuleBook book() {
    return book;
  }

  /** Applies the rules to a session; to be called again when one of its facts changes. */
  public SessionRules session(SessionFacts facts) {
    makeRoom();
    Profile fresh = book.profile(0, facts);
    Profile known = profiles.get(fresh);
    if (known == null) {
      known = fresh.withId(++nextProfile);
      profiles.put(fresh, known);
      weighs(fresh.weight(), 1);
    }
    return new SessionRules(known);
  }

  /**
   * Decides. Counts what rules count, so it is to be called once for each time that a statement is
   * carried out.
   *
   * @param session of the statement's session, made by this object
   * @param statement what the text does; may be null unless {@link RuleBook#needsStatement}. A new
   *     object when the catalogue has changed or names mean something else
   * @param inTransaction whether the session is inside of an explicit transaction
   * @param prepared whether the statement is a prepared one
   * @param averageMicros how long its pattern takes on average; negative when not known
   * @param nowNanos {@link System#nanoTime}
   * @return {@link Decision#DEFERRED} when the text is too long to be tried here: then call {@link
   *     RuleBook#match} on another thread, and the other {@code decide} here with the result
   */
  public Decision decide(
      SessionRules session,
      StatementText text,
      Statement statement,
      boolean inTransaction,
      boolean prepared,
      long averageMicros,
      long nowNanos) {
    if (book.isEmpty()) {
      return Decision.NONE;
    }
    makeRoom();
    TextEntry entry = entry(text);
    if (entry == null) {
      return Decision.DEFERRED;
    }
    return decide(session, entry, statement, inTransaction, prepared, averageMicros, nowNanos);
  }

  /** Decides for a text that was tried elsewhere. */
  public Decision decide(
      SessionRules session,
      TextMatches matches,
      Statement statement,
      boolean inTransaction,
      boolean prepared,
      long averageMicros,
      long nowNanos) {
    return decide(
        session, entryOf(matches), statement, inTransaction, prepared, averageMicros, nowNanos);
  }

  /**
   * Decision that a statement would get that is prepared and not yet carried out. Counts nothing;
   * only rules that change the text are asked whether their counters would let them match.
   *
   * @return {@link Decision#DEFERRED} as {@link #decide} has it
   */
  public Decision preview(
      SessionRules session,
      StatementText text,
      Statement statement,
      boolean inTransaction,
      long averageMicros,
      long nowNanos) {
    if (book.isEmpty()) {
      return Decision.NONE;
    }
    makeRoom();
    TextEntry entry = entry(text);
    return entry == null
        ? Decision.DEFERRED
        : outcome(session, entry, statement, inTransaction, true)
            .preview(walk, averageMicros, nowNanos);
  }

  /** Keeps what was found elsewhere, so that the same text need not be tried there again. */
  public void remember(StatementText text, TextMatches matches) {
    keep(text, matches, entryOf(matches));
  }

  private Decision decide(
      SessionRules session,
      TextEntry entry,
      Statement statement,
      boolean inTransaction,
      boolean prepared,
      long averageMicros,
      long nowNanos) {
    return outcome(session, entry, statement, inTransaction, prepared)
        .decide(walk, averageMicros, nowNanos);
  }

  /** As the other, for a text that was tried elsewhere. */
  public Decision preview(
      SessionRules session,
      TextMatches matches,
      Statement statement,
      boolean inTransaction,
      long averageMicros,
      long nowNanos) {
    return outcome(session, entryOf(matches), statement, inTransaction, true)
        .preview(walk, averageMicros, nowNanos);
  }

  private Outcome outcome(
      SessionRules session,
      TextEntry entry,
      Statement statement,
      boolean inTransaction,
      boolean prepared) {
    Profile profile = session.profile();
    TableBits tables = tables(statement, profile);
    long key =
        (long) profile.id() << 32
            | (long) tables.id() << 2
            | (inTransaction ? 2 : 0)
            | (prepared ? 1 : 0);
    Outcome outcome = entry.outcome(key);
    if (outcome == null) {
      outcome =
          book.outcome(
              new Candidates(entry.matches(), tables, profile, inTransaction, prepared), walk);
      long before = entry.weight();
      entry.put(key, outcome);
      if (entry.kept()) {
        weighs(entry.weight() - before, 0);
      }
    }
    return outcome;
  }

  private TextEntry entry(StatementText text) {
    int slot = slot(text);
    if (entries[slot] != null && low[slot] == text.low() && high[slot] == text.high()) {
      return entries[slot];
    }
    TextMatches matches = book.expressions().match(text, true);
    if (matches == null) {
      return null;
    }
    TextEntry entry = entryOf(matches);
    keep(text, matches, entry);
    return entry;
  }

  private static int slot(StatementText text) {
    return (int) (text.low() & (TEXTS - 1));
  }

  private void keep(StatementText text, TextMatches matches, TextEntry entry) {
    int slot = slot(text);
    if (matches.isPlain() || text.length() <= LONGEST_KEPT) {
      if (entries[slot] != null && !entries[slot].matches().isPlain()) {
        drop(entries[slot]);
      }
      if (!matches.isPlain()) {
        keep(entry);
      }
      low[slot] = text.low();
      high[slot] = text.high();
      entries[slot] = entry;
    }
  }

  private void keep(TextEntry entry) {
    entry.kept(true);
    weighs(entry.weight(), 1);
  }

  private void drop(TextEntry entry) {
    if (entry.kept()) {
      entry.kept(false);
      weighs(-entry.weight(), -1);
    }
  }

  private TextEntry entryOf(TextMatches matches) {
    if (!matches.isPlain()) {
      return new TextEntry(matches);
    }
    TextEntry entry = alike.get(matches);
    if (entry == null) {
      entry = new TextEntry(matches);
      alike.put(matches, entry);
      keep(entry);
    }
    return entry;
  }

  private TableBits tables(Statement statement, Profile profile) {
    if (!book.needsStatement()) {
      return noTables;
    }
    // Without its tables a statement would pass rules that are meant for them.
    Objects.requireNonNull(statement, "statement");
    int scope = book.hasDynamicTables() ? profile.id() : 0;
    int slot = (System.identityHashCode(statement) * 31 + scope) & (STATEMENTS - 1);
    if (statements[slot] == statement && statementProfiles[slot] == scope) {
      return tableBits[slot];
    }
    TableBits bits = interned(book.tableBits(nextTables, statement, profile));
    weighs(statement.weight() - (statements[slot] == null ? 0 : statements[slot].weight()), 0);
    statements[slot] = statement;
    statementProfiles[slot] = scope;
    tableBits[slot] = bits;
    return bits;
  }

  private TableBits interned(TableBits bits) {
    TableBits known = differentTables.get(bits);
    if (known != null) {
      return known;
    }
    differentTables.put(bits, bits);
    weighs(bits.weight(), 1);
    nextTables++;
    return bits;
  }

  /** To be called before anything of this is in use. */
  private void makeRoom() {
    if (memory.full()) {
      memory.makeRoom();
    }
    if (alike.size() >= MOST_ENTRIES
        || differentTables.size() >= MOST_ENTRIES
        || profiles.size() >= MOST_PROFILES) {
      forget();
    }
    if (nextTables >= MOST_TABLES) {
      forget(); // before numbers that are part of keys come again
      nextTables = 1;
    }
  }

  /** Begins anew. */
  void forget() {
    Arrays.fill(entries, null);
    Arrays.fill(statements, null);
    Arrays.fill(tableBits, null);
    alike.clear();
    differentTables.clear();
    profiles.clear();
    weighs(-weight, -kept);
  }

  private void weighs(long bytes, int count) {
    weight += bytes;
    kept += count;
    memory.changed(bytes, count);
  }

  /** About how many bytes it keeps. */
  long weight() {
    return weight;
  }

  /** Number of entries that it keeps. */
  int entries() {
    return kept;
  }
}
