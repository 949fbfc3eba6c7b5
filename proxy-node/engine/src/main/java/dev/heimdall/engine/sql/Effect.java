package dev.heimdall.engine.sql;

/**
 * One thing that a statement does to the state of its session, if it succeeds.
 *
 * @param type what is done
 * @param name what it is done to, as the server understands it: a setting in lower case, a folded
 *     identifier for prepared statements and channels, {@link PinReason#label()} for a pin; empty
 *     where there is nothing to name
 * @param start first byte of the name's token, relative to the start of the text given; -1 where
 *     the text has none
 * @param end one past the last byte of the name's token (quotes included), or -1
 */
public record Effect(Type type, String name, int start, int end) {

  /** What is done to the session. */
  public enum Type {
    /** A setting takes a new value until the end of the session. */
    SET_VARIABLE,
    /** A setting goes back to its default. */
    RESET_VARIABLE,
    /**
     * What unqualified names mean may be different until the end of the transaction, because of a
     * search path or a role that is set for it.
     */
    LOCAL_NAMES,
    /** A setting goes back to its default until the end of the transaction. */
    LOCAL_DEFAULT,
    /**
     * A NULL at this place of the text, which {@code set_config} takes for the default of the named
     * setting.
     */
    NULL_FOR_DEFAULT,
    /**
     * A setting of a computed name is set until the end of the transaction: it may be the random
     * seed, which nothing takes back.
     */
    MAY_SEED,
    /** All settings go back to their defaults, except the role and the session authorization. */
    RESET_ALL,
    /** DISCARD ALL: everything, the role and the session authorization included. */
    DISCARD_ALL,
    DISCARD_TEMP,
    DISCARD_SEQUENCES,
    DISCARD_PLANS,
    /** A prepared statement of this name comes into being. */
    PREPARE,
    /** A prepared statement of this name is run (or explained). */
    EXECUTE,
    DEALLOCATE,
    DEALLOCATE_ALL,
    LISTEN,
    UNLISTEN,
    UNLISTEN_ALL,
    /**
     * Something is loaded into the server process, or run there, that nobody has read: once the
     * session gives the connection back, no other gets it.
     */
    LAST_USE,
    /** The session cannot leave its server connection from here on. */
    PIN,
    /** All advisory locks at session level are given up. */
    UNLOCK_ALL,
    /** All cursors are closed. */
    CLOSE_ALL,
    /** {@code lastval}: this session's last value of whatever sequence is read. */
    LAST_VALUE,
    /**
     * {@code currval}: this session's last value of a sequence is read; the name is as the call's
     * literal spells it.
     */
    SEQUENCE_STATE,
    /**
     * The same of a sequence whose name is computed: the effect's name is the expression, which has
     * nothing but literals, parameters and functions that change nothing; empty where the
     * expression can be computed nowhere else than in its statement.
     */
    COMPUTED_SEQUENCE,
    /** Sessions that begin afterwards may begin with other settings, or hear something else. */
    SESSION_DEFAULTS,
    /** A database of this name must have no users besides: it is dropped, altered or copied. */
    FREE_DATABASE
  }
}
