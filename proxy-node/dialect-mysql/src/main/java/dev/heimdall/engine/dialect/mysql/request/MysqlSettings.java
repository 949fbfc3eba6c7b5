package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.dialect.mysql.server.ServerRefusal;
import dev.heimdall.engine.dialect.mysql.sql.MysqlPins;
import dev.heimdall.engine.dialect.mysql.sql.SystemVariables;
import dev.heimdall.engine.sql.IdleLimits;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.SettingRules;
import dev.heimdall.engine.wire.mysql.StateChanges;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * Meaning of the session variables of MySQL and MariaDB. Servers report each that is changed, with
 * the default database among them under a name that no variable of theirs can have.
 */
public final class MysqlSettings implements SettingRules {
  /** The default database; no variable of a server's is called so. */
  static final String DATABASE = StateChanges.DATABASE;

  /** Further effect of COMMIT besides the end of the transaction. */
  static final String COMPLETION = "completion_type";

  /**
   * A server with this value closes the connection behind a COMMIT that does not say otherwise.
   *
   * @param completion as a server reports it, or gives it where it is asked; null for not known
   */
  static boolean releases(String completion) {
    return "RELEASE".equals(completion) || "2".equals(completion);
  }

  /** True if a transaction that says nothing of it may write, as far as the session has said. */
  static boolean writesByDefault(Variables variables) {
    return variables.get("transaction_read_only") == null && variables.get("tx_read_only") == null;
  }

  @Override
  public String nameOf(String written) {
    return SystemVariables.nameOf(written);
  }

  @Override
  public boolean reportedOnly(String name) {
    return switch (name) {
      case "last_gtid", "last_insert_id", "identity", "version" -> true;
      default -> false;
    };
  }

  @Override
  public boolean outlivesReset(String name) {
    return name.equals(DATABASE);
  }

  @Override
  public PinReason pinOf(String name, String value) {
    return switch (name) {
      case "optimizer_trace" -> value.startsWith("enabled=on") ? MysqlPins.TRACE : null;
      case COMPLETION -> releases(value) ? PinReason.of(name) : null;
      case "sql_auto_is_null" -> isOn(value) ? PinReason.of(name) : null;
      case "gtid_next" -> value.equalsIgnoreCase("AUTOMATIC") ? null : PinReason.of(name);
      default -> null;
    };
  }

  /** A server reports the word, and gives the number where it is asked. */
  private static boolean isOn(String value) {
    return value.equals("ON") || value.equals("1");
  }

  @Override
  public PinReason pinOfChange(String name) {
    return switch (name) {
      case "profiling" -> MysqlPins.PROFILES; // behind a trigger MariaDB says OFF, and goes on
      case "insert_id",
          "timestamp",
          "rand_seed1",
          "rand_seed2",
          "pseudo_thread_id",
          "session_track_system_variables",
          "session_track_schema",
          "session_track_state_change",
          "session_track_gtids",
          "session_track_transaction_info" ->
          PinReason.harmless(name);
      default -> null;
    };
  }

  @Override
  public String autocommit() {
    return "autocommit";
  }

  /** To MariaDB's mode of Oracle BEGIN is a block. */
  @Override
  public String begin() {
    return "START TRANSACTION";
  }

  /** In seconds; {@code interactive_timeout} is looked at only when a session begins. */
  @Override
  public IdleLimits idleLimits(UnaryOperator<String> values) {
    long outside = seconds(values.apply("wait_timeout"));
    long any = first(seconds(values.apply("idle_transaction_timeout")), outside);
    return new IdleLimits(
        outside,
        first(seconds(values.apply("idle_readonly_transaction_timeout")), any),
        first(seconds(values.apply("idle_write_transaction_timeout")), any),
        0);
  }

  private static long first(long limit, long otherwise) {
    return limit > 0 ? limit : otherwise;
  }

  private static long seconds(String value) {
    return value != null && value.length() < 10 && value.chars().allMatch(Character::isDigit)
        ? TimeUnit.SECONDS.toNanos(value.isEmpty() ? 0 : Long.parseLong(value))
        : 0;
  }

  @Override
  public boolean movesNames(String name) {
    return name.equals(DATABASE);
  }

  @Override
  public String path() {
    return DATABASE;
  }

  @Override
  public boolean databaseLost(int error) {
    return ServerRefusal.ofDatabase(error);
  }

  @Override
  public boolean goesOnWithoutDatabase() {
    return true;
  }

  @Override
  public String role() {
    return "";
  }

  @Override
  public List<String> schemas(String path) {
    return path.isEmpty() ? List.of() : List.of(path);
  }
}
