package dev.heimdall.engine.dialect.mysql.server;

import dev.heimdall.engine.backend.ServerTarget;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.dialect.mysql.sql.SessionCharacters;
import dev.heimdall.engine.dialect.mysql.sql.SystemVariables;
import dev.heimdall.engine.wire.Greeting;
import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import dev.heimdall.engine.wire.mysql.Handshake;
import dev.heimdall.engine.wire.mysql.OkPacket;
import dev.heimdall.engine.wire.mysql.ServerHello;
import dev.heimdall.engine.wire.mysql.StateChanges;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Start of a server's sessions for the node: they report each change of their state, and have
 * reported their initial values.
 */
final class SessionSetUp {
  private static final int UTF8MB4_GENERAL_CI = 45;
  private static final int UTF8MB4_0900_AI_CI = 255;
  private static final int UTF8MB3_GENERAL_CI = 33;
  private static final int UTF8MB3_CROATIAN_CI = 576;
  private static final int UTF8MB3_THAI_520_W2 = 578;

  /** The first of 256, which are MariaDB's alone. */
  private static final int UTF8MB3_UCA1400 = 2048;

  /** By how much MariaDB's collation without padding has a larger number than the one with it. */
  private static final int NOPAD = 1024;

  /** A log-in has one byte for its number. */
  private static final int LARGEST_AT_LOG_IN = 255;

  /** Every session's is switched on, so that it says nothing of the session's own. */
  static final String UNREAD = "session_track_state_change";

  /** Under one of these a server keeps the isolation of transactions. */
  private static final Set<String> ISOLATION = Set.of("transaction_isolation", "tx_isolation");

  private static final List<String> ASKED =
      List.of("autocommit", "completion_type", "sql_mode", "time_zone");

  /**
   * The collation of the connection is its character set as well: MariaDB reports only one of the
   * two.
   */
  private static final List<String> CHARACTERS =
      List.of(SessionCharacters.CLIENT, SessionCharacters.RESULTS, SessionCharacters.COLLATION);

  /**
   * Expression that is rejected (1231) where a log-in has not given all of them one character set.
   */
  private static final String OF_LOG_IN =
      "IF(@@character_set_client=@@character_set_connection"
          + " AND @@character_set_results=@@character_set_connection,@@collation_connection,NULL)";

  private final boolean mariadb;
  private final String database;
  private final AgreedCapabilities agreed;
  private final Map<String, String> initial;

  /** Names of the variables that the source's configuration gives a value. */
  private final Set<String> configured;

  /** The collation that the log-in has given; null where that is not known. */
  private final String names;

  /**
   * @param initial the values that the session began with
   * @param names the collation that the log-in has given; null where that is not known
   */
  SessionSetUp(
      Handshake handshake, ServerTarget target, Map<String, String> initial, String names) {
    this.mariadb = handshake.isMariadb();
    this.database = target.database();
    this.agreed = agreed(target);
    this.initial = initial;
    this.configured = configured(target);
    this.names = names;
  }

  private static Set<String> configured(ServerTarget target) {
    Set<String> names = new TreeSet<>();
    if (target.source() != null) {
      target.source().parameters().keySet().forEach(n -> names.add(SystemVariables.nameOf(n)));
    }
    return names;
  }

  /** Capabilities that the target's clients have agreed on. */
  static AgreedCapabilities agreed(ServerTarget target) {
    return target.capabilities() instanceof AgreedCapabilities agreed
        ? agreed
        : new AgreedCapabilities(0);
  }

  /**
   * True if the collation that the log-in gives can be found out: then the character sets keep it,
   * which they would lose by being set to what they are.
   */
  static boolean asksForNames(Map<String, String> parameters) {
    return SessionCharacters.VARIABLES.stream().noneMatch(parameters::containsKey);
  }

  /** Variables by which servers say that they allow no writes; Aurora's replicas by the second. */
  static final List<String> READ_ONLY_BY = List.of("read_only", "innodb_read_only");

  /**
   * Expression that is null, and rejected (1231) as the value of {@link #UNREAD}, where the server
   * allows no writes.
   */
  private static String unlessReadOnly() {
    // Versions differ in whether it is a number or a word.
    return READ_ONLY_BY.stream()
        .map(variable -> "CAST(@@global." + variable + " AS CHAR) IN ('OFF','0')")
        .collect(Collectors.joining(" AND ", "IF(", ",'ON',NULL)"));
  }

  /**
   * The statement that a session begins with: it reports what it sets, be it to what it was. Where
   * the target is known to allow writes, one that does not refuses it.
   *
   * @param asksForNames whether it is refused where the log-in has given no one collation; the
   *     other one is for those
   */
  static String first(Handshake handshake, ServerTarget target, boolean asksForNames) {
    SetStatement set = new SetStatement();
    if (target.writable()) {
      set.raw(UNREAD, unlessReadOnly());
    }
    reporting(set, handshake.isMariadb());
    ASKED.forEach(set::same);
    set.same(isolation(handshake));
    int collation = agreed(target).collation();
    if (asksForNames && collation > LARGEST_AT_LOG_IN && handshake.isMariadb()) {
      set.raw(SessionCharacters.COLLATION, Integer.toString(collation));
    } else if (asksForNames && collation > LARGEST_AT_LOG_IN) {
      CHARACTERS.forEach(name -> set.raw(name, Integer.toString(collation)));
    } else if (asksForNames) {
      set.raw(SessionCharacters.COLLATION, OF_LOG_IN);
    } else {
      CHARACTERS.forEach(set::same);
    }
    target.source().parameters().forEach(set::value);
    return set.toString();
  }

  private static SetStatement reporting(SetStatement begun, boolean mariadb) {
    SetStatement set =
        begun
            .raw("session_track_system_variables", "'*'")
            .raw("session_track_schema", "1")
            .raw(UNREAD, "1");
    return mariadb ? set : set.raw("session_track_gtids", "OWN_GTID");
  }

  /** MariaDB has the name that MySQL has since version 11.1. */
  private static String isolation(Handshake handshake) {
    return handshake.isMariadb() ? "tx_isolation" : "transaction_isolation";
  }

  /** Returns the set-up that continues from the server's answer to the first statement. */
  static SessionSetUp learned(
      Handshake handshake, ServerTarget target, OkPacket answer, boolean askedForNames) {
    Map<String, String> learned = learned(answer);
    String names = askedForNames ? learned.get(SessionCharacters.COLLATION) : null;
    if (names != null) {
      learned.put(SessionCharacters.CLIENT, SessionCharacters.charsetOf(names));
      learned.put(SessionCharacters.RESULTS, SessionCharacters.charsetOf(names));
    }
    return new SessionSetUp(handshake, target, learned, names);
  }

  private static Map<String, String> learned(OkPacket answer) {
    Map<String, String> learned = new TreeMap<>();
    StateChanges.read(
        answer.state(),
        new StateChanges.Receiver() {
          @Override
          public void variable(String name, String value) {
            if (SystemVariables.isName(name)
                && !name.startsWith("session_track_")
                && !StateReports.ofStatement(name)) {
              learned.put(name, value == null ? "" : value);
            }
          }
        });
    return learned;
  }

  /** Information for clients and others: the server's identity, and the values of variables. */
  Greeting greeting(Handshake handshake, int status) {
    Map<String, String> reported = new HashMap<>(initial);
    reported.putAll(
        new ServerHello(
                handshake.version(), handshake.capabilities(), handshake.collation(), status)
            .greeting()
            .reported());
    return Greeting.of(reported);
  }

  /**
   * The collation that a log-in asks for: the client's, or one that every server of its kind has
   * where its number is too large, and is set then. MariaDB takes that for the connection, and not
   * for the other character sets: they are those of the log-in.
   */
  static int collation(Handshake handshake, AgreedCapabilities agreed) {
    int wanted = agreed.collation();
    if (wanted != 0 && wanted <= LARGEST_AT_LOG_IN) {
      return wanted;
    }
    if (handshake.isMariadb() && (wanted & ~LARGEST_AT_LOG_IN) == NOPAD) {
      return wanted - NOPAD;
    }
    boolean threeBytes =
        (wanted >= UTF8MB3_CROATIAN_CI && wanted <= UTF8MB3_THAI_520_W2)
            || (wanted & ~LARGEST_AT_LOG_IN) == UTF8MB3_UCA1400;
    if (handshake.isMariadb() && threeBytes) {
      return UTF8MB3_GENERAL_CI;
    }
    return handshake.isMariadb() || handshake.version().startsWith("5.")
        ? UTF8MB4_GENERAL_CI
        : UTF8MB4_0900_AI_CI;
  }

  /**
   * Statement that follows a COM_RESET_CONNECTION, which has given the global values to all
   * variables.
   */
  String again() {
    return again(name -> false);
  }

  /**
   * Statement that follows a COM_RESET_CONNECTION of a client's: it has the server report the
   * global values that the variables have then, which may be others than those of the log-in.
   */
  String againWithGlobals() {
    return again(this::isGlobalAfterReset);
  }

  /**
   * @param stays true for a variable that keeps the value that the reset has given it
   */
  private String again(Predicate<String> stays) {
    SetStatement set = reporting(new SetStatement(), mariadb);
    for (String name : initial.keySet()) {
      if (!ASKED.contains(name) && !SessionCharacters.VARIABLES.contains(name)) {
        again(set, name, stays);
      }
    }
    for (String name : ASKED) {
      if (initial.containsKey(name)) {
        again(set, name, stays);
      }
    }
    names(set, null);
    return set.toString();
  }

  private void again(SetStatement set, String name, Predicate<String> stays) {
    if (stays.test(name)) {
      set.same(name);
    } else {
      set.value(name, initial.get(name));
    }
  }

  /** Statement that gives the variables the values that a log-in would give them now. */
  String globals() {
    SetStatement set = new SetStatement();
    for (String name : initial.keySet()) {
      if (isGlobalAfterReset(name)) {
        set.raw(name, "@@GLOBAL." + name);
      }
    }
    return set.toString();
  }

  /** Returns the variables that have other values than the session began with. */
  Set<String> othersThanInitial(Map<String, String> reported) {
    Set<String> others = new TreeSet<>();
    for (String name : initial.keySet()) {
      String variable = SystemVariables.reportedBy(mariadb, name);
      if (isGlobalAfterReset(name) && !initial.get(name).equals(reported.get(variable))) {
        others.add(variable);
      }
    }
    return others;
  }

  /** True if the node has only read the value, and its configuration gives none. */
  private boolean isGlobalAfterReset(String name) {
    return (ASKED.contains(name) || ISOLATION.contains(name)) && !configured.contains(name);
  }

  /** True if what is reported under this name is still so behind a COM_RESET_CONNECTION. */
  boolean isKnownAfterReset(String name) {
    return name.startsWith("(") || initial.containsKey(name);
  }

  /**
   * Returns the statement that makes the variables of a session those of another one, except for
   * its default database.
   *
   * @param charactersLost whether the character sets are not what they are said to be
   */
  SetStatement change(Variables from, Variables to, boolean charactersLost) {
    SetStatement set = new SetStatement();
    String collation = to.get(SessionCharacters.COLLATION);
    if (StateChanges.doubtful(collation)
        && collation.equals(from.get(SessionCharacters.COLLATION))) {
      besideCollation(set, from, to, charactersLost);
    } else {
      characters(set, from, to, charactersLost);
    }
    for (String name : from.names()) {
      if (to.get(name) == null && isOther(name)) {
        restore(set, name);
      }
    }
    for (String name : to.names()) {
      if (!to.get(name).equals(from.get(name)) && isOther(name)) {
        set.value(name, to.get(name));
      }
    }
    return set;
  }

  private static boolean isOther(String name) {
    return !name.startsWith("(") && !SessionCharacters.VARIABLES.contains(name);
  }

  /** Adds what changes the character sets: those that SET NAMES gives, and then what was set. */
  private void characters(SetStatement set, Variables from, Variables to, boolean lost) {
    String names = to.get(SessionCharacters.NAMES);
    boolean anew =
        lost
            || !Objects.equals(from.get(SessionCharacters.NAMES), names)
            || SessionCharacters.VARIABLES.stream()
                .anyMatch(name -> from.get(name) != null && to.get(name) == null);
    if (anew) {
      names(set, names);
    }
    for (String name : SessionCharacters.VARIABLES) {
      String value = to.get(name);
      if (value != null && (anew || !value.equals(from.get(name)))) {
        set.value(name, value);
      }
    }
  }

  /** Adds changes of character sets where the connection's collation is unknown and has to stay. */
  private void besideCollation(SetStatement set, Variables from, Variables to, boolean lost) {
    for (String name : List.of(SessionCharacters.CLIENT, SessionCharacters.RESULTS)) {
      String value = SessionCharacters.charset(to::get, name);
      if (lost || !Objects.equals(value, SessionCharacters.charset(from::get, name))) {
        if (value == null) {
          restore(set, name);
        } else {
          set.value(name, value);
        }
      }
    }
  }

  /** Adds that the character sets are of this collation; for null, as the session began. */
  private void names(SetStatement set, String collation) {
    if (collation != null || names != null) {
      set.names(collation == null ? names : collation);
      return;
    }
    for (String name : CHARACTERS) {
      restore(set, name);
    }
  }

  /** Adds that a variable has the value again which it began with. */
  private void restore(SetStatement set, String name) {
    String value = initial.get(name);
    if (value == null) {
      set.standard(name);
    } else {
      set.value(name, value);
    }
  }

  boolean mariadb() {
    return mariadb;
  }

  /** The database that was logged in to; empty for none. */
  String database() {
    return database;
  }

  AgreedCapabilities agreed() {
    return agreed;
  }
}
