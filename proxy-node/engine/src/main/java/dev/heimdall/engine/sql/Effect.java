package dev.heimdall.engine.sql;

/**
 * One thing that a statement does to the state of its session, if it succeeds.
 *
 * @param type what is done
 * @param name what it is done to, as the server understands it: a setting in lower case, a folded
 *     identifier for prepared statements and channels, {@link PinReason#label()} where something
 *     pins or does so no more; empty where there is nothing to name
 * @param start first byte of the name's token, relative to the start of the text given; -1 where
 *     the text has none
 * @param end one past the last byte of the name's token (quotes included), or -1
 * @param detail the {@link PinReason} of what pins or does so no more; what an effect of the
 *     dialect's own is; else null
 */
public record Effect(Type type, String name, int start, int end, Detail detail) {

  /** Detail that only effects of some types have. */
  public interface Detail {
    /** True if unqualified names may mean something else behind it. */
    default boolean movesNames() {
      return false;
    }
  }

  /** Change to the session, whatever the dialect. */
  public enum Type {
    /** A setting takes a new value until the end of the session. */
    SET_VARIABLE,
    /** A setting goes back to its default. */
    RESET_VARIABLE,
    /**
     * Unqualified names may have another meaning until the end of the transaction, because of
     * something that is set for it.
     */
    LOCAL_NAMES,
    /** A setting goes back to its default until the end of the transaction. */
    LOCAL_DEFAULT,
    /**
     * A setting of a computed name is set until the end of the transaction: it may be the random
     * seed, which nothing takes back.
     */
    MAY_SEED,
    /** All settings go back to their defaults, but for those that say who the session is. */
    RESET_ALL,
    /** All that the session has goes, as if it had begun anew. */
    RESET_SESSION,
    /** A prepared statement of this name comes into being. */
    PREPARE,
    /** A prepared statement of this name is run (or explained). */
    EXECUTE,
    DEALLOCATE,
    DEALLOCATE_ALL,
    /** The session hears a channel; of dialects that have a NotificationFormat. */
    LISTEN,
    UNLISTEN,
    UNLISTEN_ALL,
    /**
     * The server process loads or runs something that was not read: once the session gives the
     * connection back, no other gets it.
     */
    LAST_USE,
    /** The session cannot leave its server connection from here on. */
    PIN,
    /** The state that pinned it no longer exists, whatever becomes of the transaction. */
    UNPIN,
    /** The state that pinned it no longer exists unless a rollback brings it back. */
    UNPIN_IF_FINAL,
    /**
     * The state that the effect before it pins for has this name, by which the server can be
     * queried for it.
     */
    PIN_NAME,
    /**
     * The state that pinned it may no longer exist, whether the statement succeeds or not: the
     * server knows.
     */
    MAY_UNPIN,
    /**
     * The state that the effect before it pins for is an object of this name, until {@link
     * #END_OBJECT} names it in the same way. A name with a dot means the same wherever it is said.
     */
    OBJECT,
    /** An object of this name, that pinned the session, is gone whatever becomes of the rest. */
    END_OBJECT,
    /** Objects that pin the session may have other names than those that are known. */
    RENAMES_OBJECTS,
    /** The state that the effect before it pins for is a cursor of this name. */
    OPEN_CURSOR,
    /** A cursor of this name is closed, whatever becomes of the transaction. */
    CLOSE_CURSOR,
    /** The session's last value of whatever sequence is read. */
    LAST_VALUE,
    /** The session's last value of a sequence is read; the name is as the statement spells it. */
    SEQUENCE_STATE,
    /** The session's last values of sequences are forgotten. */
    FORGET_SEQUENCES,
    /**
     * The transaction that is open is committed before the statement does anything, and what it
     * does itself is final.
     */
    COMMITS,
    /** Sessions that begin afterwards may begin with other settings, or hear something else. */
    SESSION_DEFAULTS,
    /**
     * The server's report about itself is read, or may be, by a setting whose value is not the
     * session's on whatever server: nothing else is done.
     */
    ASKS_SERVER,
    /** A database of this name must have no users besides: it is dropped, altered or copied. */
    FREE_DATABASE,
    /** An effect that only the dialect knows. */
    OWN
  }

  /** An effect whose name has a place in the text. */
  public Effect(Type type, String name, int start, int end) {
    this(type, name, start, end, null);
  }

  /** An effect whose name, if any, has no place in the text. */
  public Effect(Type type, String name) {
    this(type, name, -1, -1, null);
  }

  /** An object of this name pins the session, or does so no more. */
  public Effect(Type type, PinReason reason, String name) {
    this(type, name, -1, -1, reason);
  }

  /** A reason pins the session, or no longer does. */
  public Effect(Type type, PinReason reason) {
    this(type, reason.label(), -1, -1, reason);
  }

  /** An effect that only the statement's dialect knows. */
  public Effect(Detail own, String name, int start, int end) {
    this(Type.OWN, name, start, end, own);
  }

  /** True if it is this effect of the dialect's own. */
  public boolean is(Detail own) {
    return type == Type.OWN && detail == own;
  }

  /** True if unqualified names may mean something else behind it. */
  public boolean movesNames() {
    return type == Type.LOCAL_NAMES || (detail != null && detail.movesNames());
  }

  /** True if it changes settings of the session. */
  public boolean setsSettings() {
    return switch (type) {
      case SET_VARIABLE, RESET_VARIABLE, RESET_ALL, RESET_SESSION -> true;
      default -> false;
    };
  }

  /** True if it gives or takes names of prepared statements, as command tags tell. */
  public boolean changesNames() {
    return switch (type) {
      case PREPARE, DEALLOCATE, DEALLOCATE_ALL, RESET_SESSION -> true;
      default -> false;
    };
  }

  /** Reason that pins the session, or no longer does. */
  public PinReason pin() {
    return (PinReason) detail;
  }
}
