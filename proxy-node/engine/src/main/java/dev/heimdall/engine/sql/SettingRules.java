package dev.heimdall.engine.sql;

import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Meaning of a session's settings for components that carry them from one server connection to the
 * next, in one dialect. Names are as {@link #nameOf} gives them.
 */
public interface SettingRules {
  /** The one name of a setting that is known under several spellings. */
  default String nameOf(String written) {
    return written;
  }

  /** True if it belongs to the current transaction, whatever statement sets it. */
  default boolean ofTransaction(String name) {
    return false;
  }

  /** True if the server reports it and no session can set it. */
  boolean reportedOnly(String name);

  /** True if it stays when all settings are put back to their defaults. */
  default boolean outlivesReset(String name) {
    return false;
  }

  /** True if a value says that nothing is set. */
  default boolean unset(String name, String value) {
    return false;
  }

  /** Those that have one value for good once the server has used them. */
  default Set<String> fixedByUse() {
    return Set.of();
  }

  /** Reason that a session with this value cannot leave its server connection; null if it can. */
  default PinReason pinOf(String name, String value) {
    return null;
  }

  /**
   * Reason that a session cannot leave it for which the server reports a change that no statement
   * has made; or null.
   */
  default PinReason pinOfChange(String name) {
    return null;
  }

  /**
   * The setting with which statements are transactions of their own, unless it is {@link
   * #autocommitOff}; null where they always are.
   */
  default String autocommit() {
    return null;
  }

  /** The value with which they are not. */
  default String autocommitOff() {
    return "OFF";
  }

  /** A statement that begins the transaction which the next statement would begin then. */
  default String begin() {
    return "BEGIN";
  }

  /**
   * Limits on the time for which the session lets itself be silent.
   *
   * @param values gives the value that the session has given to a setting; null for none
   */
  default IdleLimits idleLimits(UnaryOperator<String> values) {
    return IdleLimits.NONE;
  }

  // ---- settings with a meaning of their own; empty where there is none

  /** The setting with which a client says what application it is. */
  default String application() {
    return "";
  }

  /** The setting with which transactions read only that do not say otherwise. */
  default String readOnly() {
    return "";
  }

  /** The setting that has the isolation level of transactions that do not say another one. */
  default String isolation() {
    return "";
  }

  /** The setting that has the session's time zone, as servers report it. */
  default String timeZone() {
    return "";
  }

  /** Reported value that is {@code on} while a server only replays what another one writes. */
  default String standby() {
    return "";
  }

  // ---- what unqualified names mean

  /** True if they, or constants, mean something else when it is changed. */
  boolean movesNames(String name);

  /** Those by which a server reads a text when it prepares it, and not again when it is run. */
  default Set<String> ofTexts() {
    return Set.of();
  }

  /** Those of them that decide on how a text is cut into tokens, if servers report them. */
  default Set<String> ofReading() {
    return Set.of();
  }

  /** The setting that has the schemas in which they are looked up; empty where there is none. */
  String path();

  /**
   * True if a server denies log-ins with the error of this number because the database is not there
   * or not allowed.
   */
  default boolean databaseLost(int error) {
    return false;
  }

  /**
   * True if a session that has begun goes on without its database where that is lost: {@link #path}
   * names it.
   */
  default boolean goesOnWithoutDatabase() {
    return false;
  }

  /** The setting that has whose rights count; empty where there is none. */
  String role();

  /** The schemas that a value of {@link #path} names. */
  List<String> schemas(String path);

  /**
   * The database in which names without one are looked up.
   *
   * @param home the one that the session has logged in to
   * @param path value of {@link #path}; null where the session has set none
   */
  default String database(String home, String path) {
    return home;
  }

  /** True if what is created by such a value is gone with the session. */
  default boolean temporary(String path) {
    return false;
  }
}
