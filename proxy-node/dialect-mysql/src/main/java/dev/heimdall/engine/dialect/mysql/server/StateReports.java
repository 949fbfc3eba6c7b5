package dev.heimdall.engine.dialect.mysql.server;

import dev.heimdall.engine.backend.ReplyDelivery;
import dev.heimdall.engine.dialect.mysql.sql.SessionCharacters;
import dev.heimdall.engine.dialect.mysql.sql.SystemVariables;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.engine.wire.mysql.GtidSet;
import dev.heimdall.engine.wire.mysql.MariadbGtids;
import dev.heimdall.engine.wire.mysql.StateChanges;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Takes what OK packets say of changes of the session's state to those whom it concerns. */
final class StateReports implements StateChanges.Receiver {
  private static final String LAST_GTID = "last_gtid";
  private static final String TRANSACTIONS = "session_track_transaction_info";

  /** Another value with each statement. */
  private static final byte[] STATEMENT_ID = "statement_id".getBytes(StandardCharsets.US_ASCII);

  /**
   * Variables that a routine has of its own while it runs: its caller has its former values back
   * afterwards.
   */
  private static final Set<String> OF_ROUTINE = Set.of(StateChanges.DATABASE, "sql_mode");

  /**
   * MariaDB reports the values that they have during a statement with WAIT or NOWAIT, and not, or
   * late, that it puts them back.
   */
  private static final Set<String> OF_WAITS =
      Set.of("lock_wait_timeout", "innodb_lock_wait_timeout");

  private final ReplyDelivery delivery;
  private final boolean mariadb;

  /** Changes reported since they were last read, by the values that are now valid. */
  private final Map<String, String> fresh = new HashMap<>();

  private final Set<String> inThisAnswer = new HashSet<>();
  private boolean changed;
  private boolean withoutDatabase;
  private boolean passing;
  private boolean ofTransactions;
  private String gtids = "";
  private long doubts;

  /** True if the character sets were reported all at once since then, as SET NAMES has it. */
  private boolean names;

  /** Those that were reported by themselves behind that, or have another value. */
  private final Set<String> besideNames = new HashSet<>();

  StateReports(ReplyDelivery delivery, boolean mariadb) {
    this.delivery = delivery;
    this.mariadb = mariadb;
  }

  /** True if a variable is a counter of statements, or tells what {@link Position}s tell. */
  static boolean ofStatement(String name) {
    return name.equals("statement_id") || name.equals(LAST_GTID);
  }

  /**
   * Reads the changes that an OK packet has carried; not empty.
   *
   * @param insideRoutine whether a routine may still run: what it sets may be put back at its end,
   *     of which nothing is reported
   * @return what it says of the session's state
   */
  LastAnswer.StateChange read(byte[] state, boolean insideRoutine) {
    if (saysNothing(state, true)) {
      return LastAnswer.StateChange.NONE;
    }
    inThisAnswer.clear();
    changed = false;
    withoutDatabase = false;
    passing = insideRoutine;
    StateChanges.read(state, this);
    // SET NAMES … COLLATE reports the character set alone, and either of the two sets the other;
    // to MariaDB both are one, which it reports by either name.
    boolean characters = inThisAnswer.contains(SessionCharacters.CONNECTION);
    boolean collation = inThisAnswer.contains(SessionCharacters.COLLATION);
    names(characters || collation);
    if (characters != collation) {
      doubt(characters ? SessionCharacters.COLLATION : SessionCharacters.CONNECTION);
    }
    if (withoutDatabase) {
      return LastAnswer.StateChange.NO_DATABASE;
    }
    if (!changed) {
      return LastAnswer.StateChange.NONE;
    }
    return inThisAnswer.isEmpty() ? LastAnswer.StateChange.UNNAMED : LastAnswer.StateChange.NAMED;
  }

  /** Takes note of which of the character sets an answer has reported. */
  private void names(boolean ofConnection) {
    if (ofConnection
        && !passing
        && inThisAnswer.contains(SessionCharacters.CLIENT)
        && inThisAnswer.contains(SessionCharacters.RESULTS)) {
      names = true;
      besideNames.clear();
      String charset =
          inThisAnswer.contains(SessionCharacters.CONNECTION)
              ? fresh.get(SessionCharacters.CONNECTION)
              : SessionCharacters.charsetOf(fresh.get(SessionCharacters.COLLATION));
      for (String name : List.of(SessionCharacters.CLIENT, SessionCharacters.RESULTS)) {
        if (!fresh.get(name).equals(charset)) {
          besideNames.add(name);
        }
      }
    } else {
      for (String name : SessionCharacters.VARIABLES) {
        if (inThisAnswer.contains(name)) {
          besideNames.add(name);
        }
      }
    }
  }

  /** True if the character sets are as a SET NAMES, if it was one, has given them. */
  boolean names() {
    return names
        && !besideNames.contains(SessionCharacters.CONNECTION)
        && !besideNames.contains(SessionCharacters.COLLATION);
  }

  /** True if one of the character sets was set behind that. */
  boolean besideNames(String name) {
    return besideNames.contains(name);
  }

  /**
   * True if nothing is said but what each statement's answer has: its number.
   *
   * @param transactions whether how a transaction stands is nothing either: the node reads of it
   *     elsewhere
   */
  static boolean saysNothing(byte[] state, boolean transactions) {
    int at = 0;
    while (at + 2 <= state.length) {
      int entry = at + 2;
      int end = entry + (state[at + 1] & 0xFF);
      if (state[at + 1] < 0 || end > state.length) {
        return false;
      }
      boolean nothing =
          switch (state[at]) {
            case StateChanges.SYSTEM_VARIABLES -> isStatementId(state, entry, end);
            case StateChanges.TRANSACTION_CHARACTERISTICS, StateChanges.TRANSACTION_STATE ->
                transactions;
            default -> false;
          };
      if (!nothing) {
        return false;
      }
      at = end;
    }
    return at == state.length;
  }

  private static boolean isStatementId(byte[] state, int from, int end) {
    int value = from + 1 + STATEMENT_ID.length;
    return value < end
        && state[from] == STATEMENT_ID.length
        && Arrays.equals(state, from + 1, value, STATEMENT_ID, 0, STATEMENT_ID.length)
        && value + 1 + state[value] == end;
  }

  /** True if the session has asked how its transactions stand: MySQL also says it unasked. */
  boolean ofTransactions() {
    return ofTransactions;
  }

  @Override
  public void variable(String name, String value) {
    if (name.equals(TRANSACTIONS)) {
      ofTransactions = !ClientTracking.needed(name).equals(value);
    }
    if (name.equals(LAST_GTID)) {
      gtids(value == null ? "" : value);
    } else if (name.startsWith("session_track_") && ClientTracking.needed(name).equals(value)) {
      inThisAnswer.add(name); // as the node has set it, or put it into a client's statement
    } else if (!SystemVariables.isName(name)) {
      state(); // no server has such a variable, and none could be asked for it
    } else if (!ofStatement(name)) {
      changed(SystemVariables.reportedBy(mariadb, name), value == null ? "" : value);
    }
  }

  private void changed(String name, String value) {
    inThisAnswer.add(name);
    if (mariadb && OF_WAITS.contains(name)) {
      doubt(name);
    } else if (!passing) {
      fresh.put(name, value);
      delivery.reported(name, value);
    } else if (!OF_ROUTINE.contains(name)) {
      doubt(name);
    }
  }

  /** Has the part that carries the session's variables read this one. */
  private void doubt(String name) {
    fresh.remove(name);
    delivery.reported(name, StateChanges.doubt(doubts++));
  }

  @Override
  public void schema(String name) {
    withoutDatabase = name.isEmpty();
    changed(StateChanges.DATABASE, name);
  }

  @Override
  public void state() {
    changed = true;
  }

  @Override
  public void gtids(String gtids) {
    if (gtids.isEmpty()) {
      return;
    }
    this.gtids = gtids;
    Position position;
    try {
      position = mariadb ? MariadbGtids.parse(gtids) : GtidSet.parse(gtids);
    } catch (IllegalArgumentException e) {
      position = Position.BEYOND; // nothing but the writer has it for certain
    }
    delivery.wrote(position);
  }

  /** GTIDs reported last for the writes of the connection; empty for none. */
  String gtids() {
    return gtids;
  }

  /** Last reported value of a variable, unless that was read before; else null. */
  String fresh(String name) {
    return fresh.get(name);
  }

  /** The session is as new. */
  void begin() {
    forget();
    ofTransactions = false;
  }

  /** Forgets the reported changes, as they are known, or no longer true. */
  void forget() {
    fresh.clear();
    names = false;
    besideNames.clear();
  }
}
