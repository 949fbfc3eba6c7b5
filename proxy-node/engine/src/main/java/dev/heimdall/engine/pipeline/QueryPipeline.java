package dev.heimdall.engine.pipeline;

import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.rules.Explanation;
import dev.heimdall.engine.rules.LoopRules;
import dev.heimdall.engine.rules.SessionFacts;
import dev.heimdall.engine.rules.SessionRules;
import dev.heimdall.engine.rules.StatementText;
import dev.heimdall.engine.rules.TextMatches;
import dev.heimdall.engine.sql.Basis;
import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.NameScope;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.RowChange;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.StatementFacts;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.TreeSet;

/**
 * The steps of one session's statements, in order: {@link #classify} finds out what the text does
 * to its session; {@link #understand} what it does to data; {@link #decide} asks the rules. What
 * comes then (cache, route, connection) is up to the session, by the decision.
 *
 * <p>A step that needs another thread says so by {@code false} and asks the session to come again;
 * the second time it has its answer. All on the session's event loop.
 */
public final class QueryPipeline {
  private static final Statement OF_SESSION = ofSession();

  private final LoopPipelines loop;
  private final Runnable comeAgain;
  private final StatementText text = new StatementText();

  private RulesAndCatalogues rulesAndCatalogues;
  private LoopRules rules;
  private SessionFacts facts;
  private SessionRules sessionRules;

  private StatementFacts effects;
  private int[] types = ClassifiedText.NO_TYPES;
  private long exactHigh;
  private long exactLow;
  private FingerprintEntry known;
  private Statement statement;
  private NameScope scope;
  private int[] declared = ClassifiedText.NO_TYPES;
  private Catalogue.Edition judgedBy;
  private boolean outdated;
  private boolean doubted;
  private boolean awaitable;
  private boolean unconfirmed;
  private Decision decision = Decision.NONE;

  private long decidedNanos;
  private TextMatches matches;
  private long matchedHigh;
  private long matchedLow;

  /**
   * @param comeAgain tells the session that a step which had to wait can be taken
   */
  public QueryPipeline(LoopPipelines loop, Runnable comeAgain) {
    this.loop = loop;
    this.comeAgain = comeAgain;
  }

  /** The session's facts as rules see them; to be told again when one has changed. */
  public void session(SessionFacts changed) {
    facts = changed;
    sessionRules = null;
  }

  /** By what the statements that follow are judged. */
  public void rulesAndCatalogues(RulesAndCatalogues now) {
    if (rulesAndCatalogues != now) {
      rulesAndCatalogues = now;
      rules = now.rules().isEmpty() ? null : loop.rules(now.rules());
      sessionRules = null;
      matches = null;
    }
  }

  /** Step 1: what the text does to its session. */
  public StatementFacts classify(byte[] sql, int offset, int length, LexerMode lexerMode) {
    effects = loop.knowledge().look(sql, offset, length, lexerMode);
    known = loop.knowledge().known();
    exactHigh = loop.knowledge().exactHigh();
    exactLow = loop.knowledge().exactLow();
    text.set(sql, offset, length, exactHigh, exactLow).lexerMode(lexerMode);
    types = ClassifiedText.NO_TYPES;
    unjudged();
    return effects;
  }

  /** Clears the facts known about the previous text, which are not of this one. */
  private void unjudged() {
    statement = null;
    judgedBy = null;
    outdated = false;
    doubted = false;
    awaitable = false;
    unconfirmed = false;
    decision = Decision.NONE;
  }

  /**
   * The text classified last is that of a Parse message, which gives these types to its parameters.
   *
   * @param declared object ids, in an array that does not change
   */
  public void declare(int[] declared) {
    types = declared;
  }

  /** The text classified last is decided on: nothing needs its bytes any more. */
  public void release() {
    text.release();
  }

  /**
   * Keeps what step 1 found.
   *
   * @param sql the text again, in an array of its own that does not change
   */
  public ClassifiedText keep(ClassifiedText into, byte[] sql, int length, LexerMode lexerMode) {
    into.set(sql, length, lexerMode, effects, known, exactHigh, exactLow);
    into.types(types);
    return into;
  }

  /** True if the text classified last is the one kept here. */
  public boolean isOf(ClassifiedText examined) {
    return examined != null
        && examined.exactHigh() == exactHigh
        && examined.exactLow() == exactLow
        && examined.known() == known
        && Arrays.equals(examined.types(), types);
  }

  /** Instead of step 1 for a text that went through it before. */
  public StatementFacts recall(ClassifiedText examined) {
    effects = examined.effects();
    known = loop.knowledge().renewed(examined);
    exactHigh = examined.exactHigh();
    exactLow = examined.exactLow();
    types = examined.types();
    text.set(examined.sql(), 0, examined.length(), exactHigh, exactLow)
        .lexerMode(examined.lexerMode());
    unjudged();
    return effects;
  }

  /**
   * Step 2: what the text classified last does to data, if anybody wants to know.
   *
   * @param own what the session has defined that only itself can see
   */
  public boolean understand(
      byte[] sql, int offset, int length, LexerMode lexerMode, NameScope scope, Redefined own) {
    if (LoopKnowledge.isOfSession(effects)) {
      statement = OF_SESSION;
      return true;
    }
    return understand(known, types, sql, offset, length, lexerMode, scope, own);
  }

  /**
   * Instead of step 2 for a text that runs another one: what that does to data.
   *
   * @param executed the text that is run
   */
  public boolean understand(ClassifiedText executed, NameScope scope, Redefined own) {
    return understand(
        loop.knowledge().renewed(executed),
        executed.types(),
        executed.sql(),
        0,
        executed.length(),
        executed.lexerMode(),
        scope,
        own);
  }

  private boolean understand(
      FingerprintEntry of,
      int[] declared,
      byte[] sql,
      int offset,
      int length,
      LexerMode lexerMode,
      NameScope scope,
      Redefined own) {
    if (!rulesAndCatalogues.judge()) {
      return true;
    }
    if (!loop.knowledge().read(of, sql, offset, length, lexerMode, comeAgain)) {
      return false;
    }
    Catalogue catalogue = rulesAndCatalogues.catalogues().current(scope.database());
    Catalogue seen = own.of(catalogue);
    statement = of.statement(scope, seen, declared);
    this.scope = scope;
    this.declared = declared;
    unconfirmed = !catalogue.confirmed();
    awaitable = unconfirmed && own == Redefined.NOTHING && catalogue.known();
    loop.knowledge().weigh(of);
    judgedBy = seen.confirmed() ? seen.edition() : null;
    outdated = seen.known() && !seen.fresh();
    doubted = seen.known() && !seen.knowsCode();
    return true;
  }

  /**
   * Start position of the statement that an SQL PREPARE makes, in the text that follows its name;
   * -1 where it does not stand there.
   */
  public int preparedText(byte[] afterName, LexerMode lexerMode) {
    return loop.knowledge().preparedText(afterName, lexerMode);
  }

  /**
   * Examines another text as step 1 would; the findings on the present one stay.
   *
   * @param sql an array that does not change
   */
  public ClassifiedText examine(byte[] sql, LexerMode lexerMode) {
    return examine(sql, sql.length, lexerMode);
  }

  /** Examines a text of a Parse message, which gives these types to its parameters. */
  public ClassifiedText examine(byte[] sql, LexerMode lexerMode, int[] declared) {
    ClassifiedText examined = examine(sql, lexerMode);
    examined.types(declared);
    return examined;
  }

  /** Examines the beginning of an array. */
  public ClassifiedText examine(byte[] sql, int length, LexerMode lexerMode) {
    LoopKnowledge knowledge = loop.knowledge();
    StatementFacts found = knowledge.look(sql, 0, length, lexerMode);
    ClassifiedText examined = new ClassifiedText();
    examined.set(
        sql,
        length,
        lexerMode,
        found,
        knowledge.known(),
        knowledge.exactHigh(),
        knowledge.exactLow());
    return examined;
  }

  /**
   * True if rules about tables have to wait a moment, because the database is only being read: by
   * what a text says alone, a table could pass under a view's name.
   */
  public boolean awaitsCatalogue(String database) {
    if (rules == null || !rules.book().needsStatement()) {
      return false;
    }
    return !rulesAndCatalogues.catalogues().current(database).known()
        && rulesAndCatalogues.catalogues().beingReadFirst(database);
  }

  /**
   * Catalogue that may be out of date for the statement looked at last: definitions were changed,
   * or may have been by this very session.
   *
   * @param suspect whether the session may have changed some out of sight
   * @return null where the statement makes use of none
   */
  public Catalogue.Edition outdated(NameScope scope, boolean suspect) {
    boolean tables = rules != null && rules.book().needsStatement();
    if (!awaitable || statement == null || !(doubted || (tables && (outdated || suspect)))) {
      return null;
    }
    Catalogue catalogue = rulesAndCatalogues.catalogues().current(scope.database());
    return catalogue.restsOnCode(statement.parsed(), scope, tables) ? catalogue.edition() : null;
  }

  /** True if it is worth waiting for the catalogue: it is being read, or is about to be. */
  public boolean beingReadAgain(String database) {
    return rulesAndCatalogues.catalogues().beingReadAgain(database);
  }

  /** True if the catalogue is known to be what the database holds. */
  public boolean confirmed(String database) {
    return rulesAndCatalogues.catalogues().current(database).confirmed();
  }

  /**
   * Catalogue that lacks a function called by the statement looked at last; null where none does.
   */
  public Catalogue.Edition lacking(NameScope scope) {
    if (statement == null || statement.changesSession() == null) {
      return null; // what no catalogue knows counts as if it changed the session
    }
    Catalogue catalogue = rulesAndCatalogues.catalogues().current(scope.database());
    return catalogue.lacksCode(statement.parsed(), scope) ? catalogue.edition() : null;
  }

  /** True if the catalogue may have missed something when the statement was looked at. */
  public boolean unconfirmed() {
    return unconfirmed;
  }

  /**
   * Returns the text as which a call by a function's OID is judged; a text that is not understood
   * where the catalogue knows no such function.
   */
  public String callOf(int function, String database) {
    FunctionName name = rulesAndCatalogues.catalogues().current(database).function(function);
    return name == null
        ? "FUNCTION CALL " + Integer.toUnsignedString(function)
        : "SELECT " + quoted(name.schema()) + "." + quoted(name.name()) + "()";
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** Step 3: what the rules say to the statement, which is about to be carried out. */
  public boolean decide(boolean inTransaction, boolean prepared, long now) {
    if (rules == null) {
      return true;
    }
    if (!rules.book().printsTiming()) {
      return decideNow(inTransaction, prepared, now);
    }
    long begin = System.nanoTime();
    boolean decided = decideNow(inTransaction, prepared, now);
    decidedNanos = System.nanoTime() - begin;
    return decided;
  }

  private boolean decideNow(boolean inTransaction, boolean prepared, long now) {
    if (isMatched()) {
      decision =
          rules.decide(
              sessionRules(),
              matches,
              statement,
              inTransaction,
              prepared,
              known.averageMicros(),
              now);
      matches = null;
      return true;
    }
    decision =
        rules.decide(
            sessionRules(), text, statement, inTransaction, prepared, known.averageMicros(), now);
    return !deferred();
  }

  /** Instead of step 3 for a statement that is only prepared: counts nothing. */
  public boolean preview(boolean inTransaction, long now) {
    if (rules == null) {
      return true;
    }
    if (isMatched()) {
      decision =
          rules.preview(
              sessionRules(), matches, statement, inTransaction, known.averageMicros(), now);
      matches = null;
      return true;
    }
    decision =
        rules.preview(sessionRules(), text, statement, inTransaction, known.averageMicros(), now);
    return !deferred();
  }

  /**
   * Explains the decision of the rules on the text classified last, with reasons. Not for the hot
   * path.
   */
  public Explanation explain(boolean inTransaction) {
    return rulesAndCatalogues
        .rules()
        .explain(
            facts, text, statement, inTransaction, false, known.averageMicros(), System.nanoTime());
  }

  private boolean isMatched() {
    return matches != null && matchedHigh == exactHigh && matchedLow == exactLow;
  }

  /** Tries the expressions on a very long text elsewhere. */
  private boolean deferred() {
    if (decision != Decision.DEFERRED) {
      return false;
    }
    decision = Decision.NONE;
    StatementText copy = text.copy();
    LoopRules by = rules;
    long high = exactHigh;
    long low = exactLow;
    loop.matching()
        .execute(
            () -> {
              TextMatches found = by.book().match(copy);
              loop.loop()
                  .execute(
                      () -> {
                        matches = by == rules ? found : null;
                        by.remember(copy, found);
                        matchedHigh = high;
                        matchedLow = low;
                        comeAgain.run();
                      });
            });
    return true;
  }

  private SessionRules sessionRules() {
    if (sessionRules == null) {
      sessionRules = rules.session(facts);
    }
    return sessionRules;
  }

  /** The upper half of the name of the very text classified last. */
  public long exactHigh() {
    return exactHigh;
  }

  /** The lower half. */
  public long exactLow() {
    return exactLow;
  }

  /** Effect on its session. */
  public StatementFacts effects() {
    return effects;
  }

  /** Facts known about statements with the same fingerprint. */
  public FingerprintEntry known() {
    return known;
  }

  /** Effect of the statement on data; null if it was not determined. */
  public Statement statement() {
    return statement;
  }

  /** By which catalogue {@link #statement} was told; null where that is incomplete or uncertain. */
  public Catalogue.Edition judgedBy() {
    return judgedBy;
  }

  /** From where the names of {@link #statement} were looked up. */
  public NameScope scope() {
    return scope;
  }

  /** Object ids of the types that parameters were declared to be of. */
  public int[] declared() {
    return declared;
  }

  /**
   * True if definitions were changed since the catalogue was read that judged the statement, and
   * code may be another by that.
   */
  public boolean doubted() {
    return doubted;
  }

  /** Decision of the rules. */
  public Decision decision() {
    return decision;
  }

  /** Duration of the last decision in nanoseconds; measured only where a rule may use it. */
  public long decidedNanos() {
    return decidedNanos;
  }

  /** True if there are rules at all. */
  public boolean ruled() {
    return rules != null;
  }

  private static Statement ofSession() {
    ParsedStatement parsed =
        ParsedStatement.of(
            StatementClass.SESSION,
            List.of(),
            List.of(),
            EnumSet.allOf(RowChange.class),
            List.of());
    return new Statement(
        parsed,
        StatementClass.SESSION,
        new TreeSet<>(),
        new TreeSet<>(),
        false,
        Basis.ANYTHING,
        null,
        false,
        "a statement about the session itself");
  }
}
