package dev.heimdall.engine.dialect.mysql.sql;

import dev.heimdall.engine.sql.PinReason;
import java.util.Locale;
import java.util.Set;

/** What is special of single system variables of MySQL and MariaDB, by their names. */
final class SystemVariables {
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
          "profiling",
          "pseudo_replica_mode",
          "pseudo_slave_mode",
          "pseudo_thread_id",
          "rand_seed1",
          "rand_seed2",
          "skip_replication",
          "timestamp");

  /** With @@ and no scope, a value is for the next transaction only. */
  private static final Set<String> OF_TRANSACTION =
      Set.of("transaction_isolation", "transaction_read_only", "tx_isolation", "tx_read_only");

  private SystemVariables() {}

  /** The one name of a variable, whatever its case and spelling. */
  static String nameOf(String written) {
    String name = written.toLowerCase(Locale.ROOT);
    return name.equals("identity") ? "last_insert_id" : name;
  }

  /** Why a session that has set this variable keeps its connection; null where it need not. */
  static PinReason pinOf(String name) {
    return OF_CONNECTION.contains(name) ? MysqlPins.VARIABLE : null;
  }

  static boolean ofTransaction(String name) {
    return OF_TRANSACTION.contains(name);
  }
}
