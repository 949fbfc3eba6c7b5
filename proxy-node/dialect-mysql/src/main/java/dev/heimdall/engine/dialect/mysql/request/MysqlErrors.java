package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.dialect.mysql.sql.MysqlEffect;
import dev.heimdall.engine.journal.ErrorCauses;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;

/** Meanings of MySQL and MariaDB errors, by their numbers. */
final class MysqlErrors implements ErrorCauses {
  private static final int OPTION_PREVENTS = 1290;

  private static final int NO_SUCH_TABLE = 1146;
  private static final int NO_SUCH_VARIABLE = 1193;
  private static final int ILLEGAL_USER_VARIABLE = 3061;

  /** A routine may raise it as well, with any message. */
  private static final int SYNTAX = 1064;

  @Override
  public boolean stalePlan(ServerError error) {
    return error.number() == 1615; // it needs to be prepared anew
  }

  @Override
  public boolean unknownStatement(ServerError error) {
    return error.number() == 1243;
  }

  @Override
  public boolean readOnly(ServerError error) {
    return switch (error.number()) {
      // Of any option: only its text names the one, with a hyphen or not, as versions have it.
      case OPTION_PREVENTS ->
          error.message().contains("read-only") || error.message().contains("read_only");
      case 1836, 1874 -> true; // readers of Aurora, and of InnoDB
      default -> false;
    };
  }

  /** Not what a value or a routine's own SIGNAL made of it, and not a cancel or a time limit. */
  @Override
  public boolean ofReplica(ServerError error) {
    return !interrupted(error)
        && switch (error.sqlState().substring(0, Math.min(2, error.sqlState().length()))) {
          case "22", "23", "45" -> false;
          default -> true;
        };
  }

  /** All errors do, for SHOW WARNINGS; a killed statement is not to run again. */
  @Override
  public boolean leftBehind(ServerError error) {
    return !interrupted(error);
  }

  /** By whom or by what time limit ever. */
  private static boolean interrupted(ServerError error) {
    return switch (error.number()) {
      case 1317, 1028, 1969, 3024 -> true;
      default -> false;
    };
  }

  @Override
  public boolean terminated(ServerError error) {
    return switch (error.number()) {
      case 1053, 1927, 3169 -> true; // shutdown; killed, as MariaDB and as MySQL say it
      default -> false;
    };
  }

  @Override
  public boolean unread(ServerError error, StatementFacts facts) {
    return isUnread(error, facts);
  }

  /**
   * @param error null for none
   */
  static boolean isUnread(ServerError error, StatementFacts facts) {
    return error != null
        && (isOfSyntax(error) || error.number() == ILLEGAL_USER_VARIABLE)
        && facts.has(MysqlEffect.RUNS_NO_CODE);
  }

  /** True if it is called like what servers say of a text that they cannot read. */
  static boolean isOfSyntax(ServerError error) {
    return error.number() == SYNTAX;
  }

  /** The table that is not there, with its database ahead of it; null for another error. */
  static String unknownTable(ServerError error) {
    return error.number() == NO_SUCH_TABLE ? quoted(error.message()) : null;
  }

  /** The variable that is not there; null for another error. */
  static String unknownVariable(ServerError error) {
    return error.number() == NO_SUCH_VARIABLE ? quoted(error.message()) : null;
  }

  /** Name that no user variable can have, as far as it is quoted; null for another error. */
  static String illegalVariable(ServerError error) {
    return error.number() == ILLEGAL_USER_VARIABLE ? quoted(error.message()) : null;
  }

  private static String quoted(String message) {
    int open = message.indexOf('\'');
    int close = message.indexOf('\'', open + 1);
    return open < close ? message.substring(open + 1, close) : null;
  }

  @Override
  public boolean timeLimit(ServerError error) {
    return error.number() == 4031;
  }
}
