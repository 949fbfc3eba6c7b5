package dev.heimdall.engine.catalog;

import dev.heimdall.engine.sql.Basis;
import dev.heimdall.engine.sql.KeyColumns;
import dev.heimdall.engine.sql.OutOfSight;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementClass;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;

/**
 * Classification of a statement, as it becomes known: it only ever gets worse. The reason is that
 * of the worst.
 */
final class Verdict {
  /** Property that holds as soon as one action of the statement has it. */
  enum Trait {
    NOT_UNDERSTOOD,
    OUTLIVES_ROLLBACK,
    OUTLIVES_DISCARD,
    MOVES_PATH,
    MAY_SEED,
    MAY_NOTIFY,
    RUNS_UNREAD,
    READS_BY_CALL,
    KEEPS_CODE
  }

  private final ParsedStatement parsed;
  private final Set<Trait> traits = EnumSet.noneOf(Trait.class);
  private final Set<OutOfSight> outOfSight = EnumSet.noneOf(OutOfSight.class);
  private StatementClass kind;
  private Basis basis = Basis.TABLES;
  private boolean writesAnything;
  private String changesSession;
  private String reason;

  /** Begins with what its text is by itself. */
  Verdict(ParsedStatement parsed) {
    this.parsed = parsed;
    kind = parsed.kind();
    boolean reads = kind == StatementClass.READ || kind == StatementClass.EMPTY;
    if (!reads) {
      reason = ofKind(kind);
    }
    if (!parsed.understood()) {
      traits.addAll(EnumSet.of(Trait.NOT_UNDERSTOOD, Trait.MAY_NOTIFY));
      is(Trait.MOVES_PATH, parsed.definitions() == null);
    }
    if (!parsed.understood() || kind == StatementClass.UNKNOWN) {
      if (reads) {
        kind = StatementClass.UNKNOWN;
      }
      // What it is was understood at least, where it is not unknown.
      String all = "not all of the text was understood";
      anything(reason == null ? all : reason + ", and " + all);
    }
    if (parsed.locking()) {
      because("it locks rows");
    }
  }

  private static String ofKind(StatementClass kind) {
    return switch (kind) {
      case TRANSACTION -> "it controls a transaction";
      case SESSION -> "it is about the session";
      case LOCK -> "it takes locks";
      case UTILITY -> "it is maintenance";
      case WRITE -> "it changes rows";
      case CALL -> "it runs a procedure or a code block";
      case DDL -> "it changes definitions";
      default -> null;
    };
  }

  void is(Trait trait) {
    traits.add(trait);
  }

  void is(Trait trait, boolean so) {
    if (so) {
      traits.add(trait);
    }
  }

  void does(OutOfSight what) {
    outOfSight.add(what);
  }

  void restsOn(Basis another) {
    basis = basis.and(another);
  }

  void raise(StatementClass to, String why) {
    if (to.compareTo(kind) > 0) {
      kind = to;
      if (why != null) {
        reason = why;
      }
    }
  }

  void anything(String why) {
    if (!writesAnything) {
      reason = why;
    }
    writesAnything = true;
  }

  /** It runs code that cannot be read, which may ask for what the session's statements left. */
  void runsAnyCode(String why) {
    raise(StatementClass.WRITE, null);
    is(Trait.NOT_UNDERSTOOD);
    is(Trait.RUNS_UNREAD);
    does(OutOfSight.READS_GENERATED_ID);
    does(OutOfSight.READS_FOUND_ROWS);
    anything(why);
  }

  void because(String why) {
    if (reason == null) {
      reason = why;
    }
  }

  /** Adds to the reason that there is. */
  void add(String why) {
    reason = reason + "; " + why;
  }

  void changesSessionForGood(String how) {
    is(Trait.OUTLIVES_DISCARD);
    changesSession(how);
  }

  void changesSession(String how) {
    if (changesSession == null) {
      changesSession = how;
    }
  }

  /** True if it runs code that could not be read. */
  boolean runsUnread() {
    return traits.contains(Trait.RUNS_UNREAD);
  }

  /** True if what is called so far leaves the session as it is, and no code that is unknown. */
  boolean leavesNothing() {
    return changesSession == null
        && outOfSight.isEmpty()
        && !traits.contains(Trait.MOVES_PATH)
        && !traits.contains(Trait.MAY_SEED)
        && !traits.contains(Trait.RUNS_UNREAD);
  }

  /** True if nothing is touched but tables that can be named. */
  boolean touchesNamedTables() {
    return !writesAnything && basis.compareTo(Basis.MOMENT) <= 0 && !runsUnread();
  }

  Statement statement(
      SortedSet<String> tablesRead,
      SortedSet<String> tablesWritten,
      boolean callsCode,
      List<KeyColumns> keys) {
    return new Statement(
        parsed,
        kind,
        tablesRead,
        tablesWritten,
        writesAnything,
        traits.contains(Trait.OUTLIVES_ROLLBACK) || writesAnything,
        basis,
        changesSession,
        traits.contains(Trait.OUTLIVES_DISCARD),
        traits.contains(Trait.MOVES_PATH),
        outOfSight,
        traits.contains(Trait.MAY_SEED),
        traits.contains(Trait.RUNS_UNREAD),
        callsCode,
        traits.contains(Trait.READS_BY_CALL) && !writesAnything,
        traits.contains(Trait.MAY_NOTIFY) || writesAnything,
        !traits.contains(Trait.NOT_UNDERSTOOD),
        traits.contains(Trait.KEEPS_CODE),
        reason,
        keys);
  }
}
