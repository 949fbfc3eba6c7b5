package dev.heimdall.engine.catalog;

import dev.heimdall.engine.sql.Basis;
import dev.heimdall.engine.sql.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A function or procedure and what it does itself, without what the functions do that it calls.
 * Changes only while the objects of a database are put together.
 */
final class Routine {
  private final String schema;
  private final String name;
  private final boolean builtIn;

  private FunctionEffect effect;
  private String because;
  private boolean locks;
  private String changesSession;
  private boolean outlivesDiscard;
  private boolean movesPath;
  private boolean maySeed;
  private boolean unread;
  private boolean defines;
  private String temporaryPath;
  private List<Relation> reads = List.of();
  private Map<Relation, Integer> writes = Map.of();
  private List<Routine> calls = List.of();

  /**
   * @param because what makes the effect more than {@link FunctionEffect#REPEATABLE}, as the end of
   *     a sentence that begins with the function
   */
  Routine(String schema, String name, boolean builtIn, FunctionEffect effect, String because) {
    this.schema = schema;
    this.name = name;
    this.builtIn = builtIn;
    this.effect = effect;
    this.because = because;
    locks = effect == FunctionEffect.LOCK || effect == FunctionEffect.SESSION_LOCK;
  }

  /** The body of a DO statement, without what it does. */
  static Routine codeBlock() {
    return new Routine(null, null, false, FunctionEffect.MOMENT, null);
  }

  String schema() {
    return schema;
  }

  String name() {
    return name;
  }

  boolean builtIn() {
    return builtIn;
  }

  /** Effect beyond the tables and functions that are named. */
  FunctionEffect effect() {
    return effect;
  }

  String because() {
    return because;
  }

  /** Basis of its answers besides the tables that it reads. */
  Basis basis() {
    return effect.basis();
  }

  boolean locks() {
    return locks;
  }

  /**
   * True if it may send notifications itself.
   *
   * @param own the server's own functions, few of which do
   */
  boolean notifies(BuiltInObjects own) {
    return effect == FunctionEffect.ANYTHING
        || (effect.changesSomething()
            && (!builtIn || own.has(BuiltInObjects.Trait.NOTIFIES, name)));
  }

  /** Way in which it changes the session, as the end of a sentence that begins with it; or null. */
  String changesSession() {
    return changesSession;
  }

  /** True if unqualified names may mean something else after it, in the same transaction. */
  boolean movesPath() {
    return movesPath || effect == FunctionEffect.ANYTHING;
  }

  List<Relation> reads() {
    return reads;
  }

  /** Relations that it writes, and the kinds of change, as bits. */
  Map<Relation, Integer> writes() {
    return writes;
  }

  List<Routine> calls() {
    return calls;
  }

  /** True if it may read tables that cannot be named, whatever it may change. */
  boolean unread() {
    return unread;
  }

  /** True if it runs code that could not be read, by which it may define other code. */
  boolean runsUnread() {
    return unread && !builtIn && effect != FunctionEffect.METADATA;
  }

  /** True if it is one of the server's own that changes nothing. */
  boolean readsOfServer() {
    return effect == FunctionEffect.SERVER || effect == FunctionEffect.METADATA;
  }

  void cannotBeRead() {
    unread = true;
  }

  /** About how many bytes it takes in memory, without what it refers to. */
  long weight() {
    return 80
        + Weight.of(schema)
        + Weight.of(name)
        + Weight.of(because)
        + 8L * (reads.size() + calls.size())
        + 16L * writes.size();
  }

  /** Makes it one that may do anything to tables. */
  void doAnything(String because) {
    this.effect = FunctionEffect.ANYTHING;
    this.because = because;
  }

  void lock() {
    locks = true;
  }

  /**
   * @param how as the end of a sentence that begins with the function
   */
  void changeSession(String how) {
    changesSession = how;
  }

  /**
   * True if DISCARD ALL may leave what it does to the session where it is: variables of another
   * language, a library, a connection to elsewhere, or whatever code does that cannot be read.
   */
  boolean outlivesDiscard() {
    return outlivesDiscard;
  }

  /**
   * Marks a change of the session as {@link #changeSession} does, for a function whose changes
   * DISCARD ALL may not remove.
   *
   * @param how as the end of a sentence that begins with the function
   */
  void changeSessionForGood(String how) {
    changesSession = how;
    outlivesDiscard = true;
  }

  void movePath() {
    movesPath = true;
  }

  /** True if the session's random numbers may be foreseeable after it, whatever else it does. */
  boolean maySeed() {
    return maySeed;
  }

  void seed() {
    maySeed = true;
  }

  void does(List<Relation> reads, Map<Relation, Integer> writes, List<Routine> calls) {
    this.reads = List.copyOf(reads);
    this.writes = Map.copyOf(writes);
    this.calls = List.copyOf(calls);
  }

  void alsoCalls(Routine routine) {
    if (!calls.contains(routine)) {
      List<Routine> more = new ArrayList<>(calls);
      more.add(routine);
      calls = List.copyOf(more);
    }
  }

  /** It has statements that fire event triggers. */
  void define() {
    defines = true;
  }

  /** True if event triggers may be fired by it. */
  boolean defines() {
    return defines;
  }

  /**
   * @param how what is created while it runs may be temporary though nothing says so; or null
   */
  void setTemporaryPath(String how) {
    temporaryPath = how;
  }

  /**
   * Reason that an object created while it runs may be temporary, as the end of a sentence that
   * begins with it; or null.
   */
  String temporaryPath() {
    return temporaryPath;
  }

  /** A sentence of what it does, and of what calls it: null for the statement itself. */
  String does(String through, String what) {
    return through == null ? this + " " + what : through + " calls " + call() + ", which " + what;
  }

  /** As messages name a call of it. */
  String call() {
    return (builtIn ? name : schema + '.' + name) + "()";
  }

  @Override
  public String toString() {
    return name == null ? "the code block" : "function " + call();
  }
}
