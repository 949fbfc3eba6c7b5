package dev.heimdall.engine.prepared;

import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.Redefining;
import dev.heimdall.engine.sql.SettingRules;
import dev.heimdall.engine.sql.StatementFacts;
import java.util.Set;

/**
 * Basis on which names in a session's statements resolve: the one that the session has settled on,
 * and whether that is in force now. In a transaction that has changed the search path, the role,
 * definitions or temporary tables, or may have, one text means something else than before, and
 * something else again after a rollback. Then no statement is shared with others, and none is
 * answered from what is known.
 */
public final class NameResolution {
  /** Facts known about the session of the statements. */
  public interface Session {
    /** True if it is known of each statement what the functions do that it calls. */
    boolean judgesCalls();

    /** True if a statement was judged to have moved names, or perhaps. */
    boolean callsMovedNames();

    /**
     * True if the server reports a changed path: before PostgreSQL 18 a function moves it unseen.
     */
    boolean reportsPath();

    /** The number of the group of messages that is being sent. */
    long sent();

    /** The number of the group that is answered next. */
    long done();

    /** Reasons for which the session keeps its server connection. */
    Set<PinReason> pins();

    /**
     * Basis on which names resolve when all is settled: the server, the database, the user, and the
     * settings that matter, also to the meaning of constants in a text.
     */
    String scope();
  }

  private final Session session;
  private final SettingRules rules;

  /** True if something was sent since the session's settings were read back that may move names. */
  private boolean moved;

  /** True if something was sent since then that may change how the server reads texts. */
  private boolean readingMoved;

  /** The last group of messages in which a statement was run behind that. */
  private long readingIn = -1;

  /** The last group of messages with a statement of which it is unknown what it calls; or -1. */
  private long unknownIn = -1;

  public NameResolution(Session session, SettingRules rules) {
    this.session = session;
    this.rules = rules;
  }

  /** A statement is being sent. */
  public void sent(StatementFacts facts) {
    if (!moved && facts != null && moves(facts)) {
      moved = true;
    }
    if (mayCall(facts) && !session.judgesCalls()) {
      unknownIn = session.sent();
      moved |= !session.reportsPath();
    }
    readingMoved |= session.callsMovedNames() || changesReading(facts);
    if (readingMoved) {
      readingIn = session.sent();
    }
  }

  private boolean changesReading(StatementFacts facts) {
    if (facts == null) {
      return true;
    }
    for (Effect effect : facts.effects()) {
      switch (effect.type()) {
        case LOCAL_NAMES, RESET_ALL, RESET_SESSION -> {
          return true;
        }
        case PIN -> {
          if (effect.pin().equals(PinReason.UNKNOWN_STATEMENT)
              || effect.pin().equals(PinReason.COMPUTED_SETTING)) {
            return true;
          }
        }
        case SET_VARIABLE, RESET_VARIABLE, LOCAL_DEFAULT -> {
          if (rules.ofReading().contains(effect.name())) {
            return true;
          }
        }
        default -> {}
      }
    }
    return false;
  }

  /**
   * True if something was sent since settings were read back that may have changed how the server
   * reads texts: what it has reported counts then, and not what was read back.
   */
  public boolean mayReadOtherwise() {
    return readingMoved;
  }

  /**
   * True if something is unanswered that may change how texts are read, be it that it fails and
   * undoes what was changed.
   */
  public boolean awaitsReading() {
    return readingMoved && (session.sent() > session.done() || readingIn == session.sent());
  }

  /** True if it may call a function that moves names, which the server reports with its answer. */
  private static boolean mayCall(StatementFacts facts) {
    if (facts == null) {
      return true;
    }
    return switch (facts.kind()) {
      case EMPTY, BEGIN, COMMIT, ROLLBACK, SAVEPOINT, SET, SESSION, SHOW, DEALLOCATE -> false;
      default -> true;
    };
  }

  /** The server has reported a setting. */
  public void reported(String name) {
    moved |= rules.movesNames(name);
    readingMoved |= rules.ofReading().contains(name);
  }

  /**
   * No transaction is open and nothing is unanswered: settings are what was read back.
   *
   * @return whether names mean what they did
   */
  public boolean settle() {
    moved = false;
    readingMoved = false;
    return !uncertainPin();
  }

  /** True if names mean now what they mean to any session with the same {@link #scope}. */
  public boolean isSettled() {
    return !hasMoved() && unknownIn < session.done();
  }

  /** True if something was seen by which names mean something else now, or may. */
  public boolean hasMoved() {
    return moved || session.callsMovedNames() || uncertainPin();
  }

  private boolean uncertainPin() {
    Set<PinReason> pins = session.pins();
    if (pins.isEmpty()) {
      return false;
    }
    for (PinReason pin : pins) {
      if (!pin.keepsNames()) {
        return true;
      }
    }
    return false;
  }

  private boolean moves(StatementFacts facts) {
    if (facts.redefining() != Redefining.NOT) {
      return true;
    }
    for (Effect effect : facts.effects()) {
      switch (effect.type()) {
        case LOCAL_NAMES, RESET_ALL, RESET_SESSION, PIN -> {
          return true;
        }
        case UNPIN, UNPIN_IF_FINAL, MAY_UNPIN, END_OBJECT -> {
          if (!effect.pin().keepsNames()) {
            return true;
          }
        }
        case SET_VARIABLE, RESET_VARIABLE -> {
          if (rules.movesNames(effect.name())) {
            return true;
          }
        }
        default -> {}
      }
    }
    return false;
  }

  /** Basis on which names resolve when all is settled. */
  public String scope() {
    return session.scope();
  }
}
