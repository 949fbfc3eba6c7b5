package dev.heimdall.engine.dialect.mysql.sql;

import dev.heimdall.engine.sql.PinReason;
import java.util.Locale;
import java.util.Set;

/** Special properties of single system variables of MySQL and MariaDB, by their names. */
public final class SystemVariables {
  /** They are about one statement or one connection, or say something else when they are read. */
  private static final Set<String> OF_CONNECTION =
      Set.of(
          "debug",
          "debug_dbug",
          "debug_sync",
          "gtid_next",
          "gtid_next_list",
          "gtid_seq_no",
          "immediate_server_version",
          "insert_id",
          "original_commit_timestamp",
          "original_server_version",
          "pseudo_replica_mode",
          "pseudo_slave_mode",
          "pseudo_thread_id",
          "rand_seed1",
          "rand_seed2",
          "skip_replication",
          "timestamp");

  /**
   * With @@ and no scope, a value is for the next transaction only. Which of the names a server
   * knows depends on its version; it reports the one that it keeps the value under.
   */
  private static final Set<String> OF_TRANSACTION =
      Set.of("transaction_isolation", "transaction_read_only", "tx_isolation", "tx_read_only");

  private SystemVariables() {}

  /**
   * True if a server may have a variable of this name. Variables of routines and blocks, which are
   * set in the same words, may be called anything.
   */
  public static boolean isName(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
      if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '.'))) {
        return false;
      }
    }
    return !name.isEmpty();
  }

  /**
   * The one name of a variable that is known under several, in whatever case: what is kept under
   * two names could be set by one of them and put back by the other.
   */
  public static String nameOf(String written) {
    String name = written.toLowerCase(Locale.ROOT);
    return switch (name) {
      case "identity" -> "last_insert_id";
      case "log_slow_query" -> "slow_query_log";
      case "log_slow_min_examined_row_limit" -> "min_examined_row_limit";
      case "log_slow_query_time" -> "long_query_time";
      case "max_insert_delayed_threads" -> "max_delayed_threads";
      case "storage_engine" -> "default_storage_engine";
      case "tmp_memory_table_size" -> "tmp_table_size";
      default -> name;
    };
  }

  /** The variable that gets another value with this one; null for none. */
  static String setWith(String name) {
    return switch (name) {
      case "character_set_connection" -> "collation_connection";
      case "collation_connection" -> "character_set_connection";
      case "character_set_database" -> "collation_database";
      case "collation_database" -> "character_set_database";
      case "character_set_server" -> "collation_server";
      case "collation_server" -> "character_set_server";
      case "max_join_size" -> "sql_big_selects";
      default -> null;
    };
  }

  /**
   * Returns the name for one that a server reports. MariaDB reports a variable by the name by which
   * the connection has set it first; of names that only some versions have, it knows the older
   * ones.
   */
  public static String reportedBy(boolean mariadb, String name) {
    return switch (mariadb ? name : "") {
      case "transaction_isolation" -> "tx_isolation";
      case "transaction_read_only" -> "tx_read_only";
      default -> nameOf(name);
    };
  }

  /**
   * Returns the reason that a session which has set this variable keeps its connection; null where
   * it need not.
   */
  static PinReason pinOf(String name) {
    if (name.equals("profiling")) {
      return MysqlPins.PROFILES;
    }
    return OF_CONNECTION.contains(name) ? MysqlPins.VARIABLE : null;
  }

  static boolean ofTransaction(String name) {
    return OF_TRANSACTION.contains(name);
  }
}
