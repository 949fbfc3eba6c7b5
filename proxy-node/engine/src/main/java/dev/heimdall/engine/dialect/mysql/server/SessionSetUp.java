package dev.heimdall.engine.dialect.mysql.server;

import dev.heimdall.engine.backend.ServerTarget;
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
import java.util.TreeMap;

/**
 * How a server's sessions begin for the node: they report each change of their state, and have told
 * the values that they started with.
 */
final class SessionSetUp {
  private static final int UTF8MB4_GENERAL_CI = 45;
  private static final int UTF8MB4_0900_AI_CI = 255;

  /**
   * The collation of the connection is its character set as well: MariaDB reports only one of the
   * two.
   */
  private static final List<String> ASKED =
      List.of(
          "autocommit",
          "sql_mode",
          "time_zone",
          "character_set_client",
          "character_set_results",
          "collation_connection");

  private final boolean mariadb;
  private final String database;
  private final AgreedCapabilities agreed;
  private final Map<String, String> initial;

  /**
   * @param initial the values that the session began with
   */
  SessionSetUp(Handshake handshake, ServerTarget target, Map<String, String> initial) {
    this.mariadb = handshake.isMariadb();
    this.database = target.database();
    this.agreed = agreed(target);
    this.initial = initial;
  }

  /** What the target's clients have agreed on. */
  static AgreedCapabilities agreed(ServerTarget target) {
    return target.capabilities() instanceof AgreedCapabilities agreed
        ? agreed
        : new AgreedCapabilities(0);
  }

  /** The statement that a session begins with: it reports what it sets, be it to what it was. */
  static String first(Handshake handshake, Map<String, String> parameters) {
    SetStatement set = reporting(handshake.isMariadb());
    ASKED.forEach(set::same);
    set.same(isolation(handshake));
    parameters.forEach(set::value);
    return set.toString();
  }

  private static SetStatement reporting(boolean mariadb) {
    SetStatement set =
        new SetStatement()
            .raw("session_track_system_variables", "'*'")
            .raw("session_track_schema", "1")
            .raw("session_track_state_change", "1");
    return mariadb ? set : set.raw("session_track_gtids", "OWN_GTID");
  }

  /** MariaDB has the name that MySQL has since version 11.1. */
  private static String isolation(Handshake handshake) {
    return handshake.isMariadb() ? "tx_isolation" : "transaction_isolation";
  }

  /** What the server has reported in answer to that. */
  static Map<String, String> learned(OkPacket answer) {
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

          @Override
          public void schema(String name) {}

          @Override
          public void state() {}

          @Override
          public void gtids(String gtids) {}
        });
    return learned;
  }

  /** What clients and others are told: what the server is, and the values of variables. */
  static Greeting greeting(Handshake handshake, int status, Map<String, String> initial) {
    Map<String, String> reported = new HashMap<>(initial);
    reported.putAll(
        new ServerHello(
                handshake.version(), handshake.capabilities(), handshake.collation(), status)
            .greeting()
            .reported());
    return Greeting.of(reported);
  }

  /**
   * The collation that a log-in asks for: the client's, or one that every server of its kind has.
   */
  static int collation(Handshake handshake, AgreedCapabilities agreed) {
    if (agreed.collation() != 0) {
      return agreed.collation();
    }
    return handshake.isMariadb() || handshake.version().startsWith("5.")
        ? UTF8MB4_GENERAL_CI
        : UTF8MB4_0900_AI_CI;
  }

  /** What follows a COM_RESET_CONNECTION, which has given the global values to all variables. */
  String again() {
    SetStatement set = reporting(mariadb);
    for (String name : initial.keySet()) {
      if (!ASKED.contains(name)) {
        set.value(name, initial.get(name));
      }
    }
    for (String name : ASKED) {
      if (initial.containsKey(name)) {
        set.value(name, initial.get(name));
      }
    }
    return set.toString();
  }

  /** Whether what is reported under this name is still so behind a COM_RESET_CONNECTION. */
  boolean isKnownAfterReset(String name) {
    return name.startsWith("(") || initial.containsKey(name);
  }

  /** Adds that a variable has the value again which it began with. */
  void restore(SetStatement set, String name) {
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
