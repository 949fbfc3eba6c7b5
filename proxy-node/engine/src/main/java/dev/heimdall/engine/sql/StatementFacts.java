package dev.heimdall.engine.sql;

import java.util.ArrayList;
import java.util.List;

/**
 * Kind and effects of one piece of SQL text. Effects hold only if the statement that has them
 * succeeds.
 *
 * @param kind the kind of the only statement, or EMPTY, MULTI or UNKNOWN
 * @param statements how many non-empty statements there are
 * @param effects effects on the session, in the order of the text; unmodifiable
 * @param transactionControlInside whether one of several statements begins, ends or marks a
 *     transaction; false for a single statement
 * @param chain whether a single COMMIT or ROLLBACK opens the next transaction itself (AND CHAIN);
 *     of several statements, whether they leave a transaction open that they have begun
 * @param ends whether several statements end a transaction and leave none open; false for a single
 *     statement
 * @param redefining whether it changes definitions; of several statements, what one of them does
 */
public record StatementFacts(
    StatementKind kind,
    int statements,
    List<Effect> effects,
    boolean transactionControlInside,
    boolean chain,
    boolean ends,
    Redefining redefining) {

  private static final int SHARED_COUNTS = 64;
  private static final StatementFacts[] SINGLE = single(false);
  private static final StatementFacts[] CHAINED = single(true);
  private static final StatementFacts[] MULTI = multi(false);
  private static final StatementFacts[] MULTI_WITH_TRANSACTIONS = multi(true);

  /** The one instance for statements that begin a transaction block and do nothing else. */
  public static final StatementFacts BEGIN = SINGLE[StatementKind.BEGIN.ordinal()];

  /** Text that ends inside a token: the server refuses it, and if it does not, nothing is known. */
  public static final StatementFacts UNREADABLE =
      new StatementFacts(
          StatementKind.UNKNOWN,
          1,
          List.of(new Effect(Effect.Type.PIN, PinReason.UNKNOWN_STATEMENT)),
          false,
          false);

  /** {@link #doubtful} with the usual pin. */
  public static final StatementFacts DOUBTFUL = doubtful(PinReason.UNKNOWN_STATEMENT);

  /** Of a single statement, which redefines what its kind says. */
  public StatementFacts(
      StatementKind kind,
      int statements,
      List<Effect> effects,
      boolean transactionControlInside,
      boolean chain) {
    this(kind, statements, effects, transactionControlInside, chain, false, Redefining.of(kind));
  }

  /** The same with other effects. */
  public StatementFacts with(List<Effect> others) {
    return new StatementFacts(
        kind, statements, List.copyOf(others), transactionControlInside, chain, ends, redefining);
  }

  /**
   * Facts about a text that its server may cut into tokens in more than one way, as a setting is
   * being changed: it may do anything, in any number of statements.
   *
   * @param pin of text that is not understood
   */
  public static StatementFacts doubtful(PinReason pin) {
    return new StatementFacts(
        StatementKind.UNKNOWN,
        2,
        List.of(new Effect(Effect.Type.PIN, pin)),
        true,
        false,
        false,
        Redefining.ITSELF);
  }

  /** Facts about a text with one statement. */
  public static StatementFacts ofSingle(StatementKind kind, List<Effect> effects, boolean chain) {
    if (effects.isEmpty()) {
      return (chain ? CHAINED : SINGLE)[kind.ordinal()];
    }
    return new StatementFacts(kind, 1, effects, false, chain);
  }

  /** Facts about a text with several statements. */
  public static StatementFacts ofMulti(
      int statements,
      List<Effect> effects,
      boolean transactionControlInside,
      boolean chain,
      boolean ends,
      Redefining redefining) {
    if (effects.isEmpty()
        && !chain
        && ends == transactionControlInside
        && redefining == Redefining.NOT
        && statements < SHARED_COUNTS) {
      return (transactionControlInside ? MULTI_WITH_TRANSACTIONS : MULTI)[statements];
    }
    return new StatementFacts(
        StatementKind.MULTI,
        statements,
        effects,
        transactionControlInside,
        chain,
        ends,
        redefining);
  }

  /**
   * True if it gives settings of its session other values, or their defaults, and that is all where
   * no transaction is open.
   */
  public boolean setsNothingButSession() {
    if (kind != StatementKind.SET || effects.isEmpty()) {
      return false;
    }
    for (int i = 0; i < effects.size(); i++) {
      switch (effects.get(i).type()) {
        case SET_VARIABLE, RESET_VARIABLE, COMMITS -> {}
        default -> {
          return false;
        }
      }
    }
    return true;
  }

  /** True if no transaction is open behind it, because it ends the one that is, if any. */
  public boolean endsTransaction() {
    return switch (kind) {
      case COMMIT, ROLLBACK, PREPARE_TRANSACTION -> true;
      case MULTI -> ends;
      default -> false;
    };
  }

  /** True if names of prepared statements may mean nothing after it. */
  public boolean dropsNames() {
    for (Effect effect : effects) {
      switch (effect.type()) {
        case DEALLOCATE, DEALLOCATE_ALL, RESET_SESSION -> {
          return true;
        }
        default -> {}
      }
    }
    return false;
  }

  /** True if it ends whatever transaction is open by committing it, though it is no COMMIT. */
  public boolean commitsImplicitly() {
    return has(Effect.Type.COMMITS);
  }

  /** True if unqualified names may mean something else behind it, of any of its statements. */
  public boolean movesNames() {
    for (int i = 0; i < effects.size(); i++) {
      if (effects.get(i).movesNames()) {
        return true;
      }
    }
    return false;
  }

  /** True if the session is as it was after it, as far as its text says. */
  public boolean leavesSession() {
    for (int i = 0; i < effects.size(); i++) {
      if (effects.get(i).type() != Effect.Type.ASKS_SERVER) {
        return false;
      }
    }
    return true;
  }

  /**
   * True if what was sent with it before it, or it itself, may be committed or undone before the
   * group of messages ends.
   *
   * @param outside whether no transaction is open: only there procedures and code blocks commit
   */
  public boolean divides(boolean outside) {
    return switch (kind) {
      case BEGIN, COMMIT, ROLLBACK, PREPARE_TRANSACTION -> true;
      case CALL, BLOCK -> outside;
      default -> commitsImplicitly() || transactionControlInside;
    };
  }

  /** True if it may be the last temporary table, or the like, that goes with it. */
  public boolean mayDropTemporary() {
    return redefining == Redefining.ITSELF
        && (kind == StatementKind.MULTI || !has(Effect.Type.PIN));
  }

  /**
   * True if it is a PREPARE with other statements in one text: it goes to the server under the
   * client's own name, and stays there whether the text failed or not.
   */
  public boolean preparesAmongOthers() {
    return kind == StatementKind.MULTI && has(Effect.Type.PREPARE);
  }

  /** Returns these facts with one more effect. */
  public StatementFacts with(Effect more) {
    List<Effect> all = new ArrayList<>(effects);
    all.add(more);
    return new StatementFacts(
        kind, statements, List.copyOf(all), transactionControlInside, chain, ends, redefining);
  }

  /** Returns these facts without this effect of its dialect's own. */
  public StatementFacts without(Effect.Detail own) {
    List<Effect> others = effects.stream().filter(effect -> !effect.is(own)).toList();
    return new StatementFacts(
        kind, statements, others, transactionControlInside, chain, ends, redefining);
  }

  /** True if it has an effect of this type. */
  public boolean has(Effect.Type type) {
    for (int i = 0; i < effects.size(); i++) {
      if (effects.get(i).type() == type) {
        return true;
      }
    }
    return false;
  }

  /** True if it has this effect of its dialect's own. */
  public boolean has(Effect.Detail own) {
    for (int i = 0; i < effects.size(); i++) {
      if (effects.get(i).is(own)) {
        return true;
      }
    }
    return false;
  }

  /** About how many bytes it takes in memory. */
  public long weight() {
    long sum = 64;
    for (Effect effect : effects) {
      sum += 48 + Weight.of(effect.name());
    }
    return sum;
  }

  private static StatementFacts[] single(boolean chain) {
    StatementKind[] kinds = StatementKind.values();
    StatementFacts[] facts = new StatementFacts[kinds.length];
    for (StatementKind kind : kinds) {
      int statements = kind == StatementKind.EMPTY ? 0 : 1;
      facts[kind.ordinal()] = new StatementFacts(kind, statements, List.of(), false, chain);
    }
    return facts;
  }

  private static StatementFacts[] multi(boolean transactionControlInside) {
    StatementFacts[] facts = new StatementFacts[SHARED_COUNTS];
    for (int i = 0; i < SHARED_COUNTS; i++) {
      facts[i] =
          new StatementFacts(
              StatementKind.MULTI,
              i,
              List.of(),
              transactionControlInside,
              false,
              transactionControlInside,
              Redefining.NOT);
    }
    return facts;
  }
}
