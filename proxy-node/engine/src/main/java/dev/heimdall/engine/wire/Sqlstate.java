package dev.heimdall.engine.wire;

/**
 * The SQLSTATEs that the node itself raises or understands, whatever protocol they leave in: those
 * of ISO 9075-2 and, beyond them, of PostgreSQL's appendix A. A dialect whose engine numbers its
 * errors translates them.
 */
public final class Sqlstate {
  public static final String SUCCESSFUL_COMPLETION = "00000";
  public static final String WARNING = "01000";

  /** No server says it of itself: a check of the node's own failed, such as that of TLS. */
  public static final String UNABLE_TO_CONNECT = "08001";

  public static final String CONNECTION_DOES_NOT_EXIST = "08003";
  public static final String CONNECTION_FAILURE = "08006";

  /** The connection was lost while the outcome was on its way. */
  public static final String TRANSACTION_RESOLUTION_UNKNOWN = "08007";

  public static final String PROTOCOL_VIOLATION = "08P01";

  /** MySQL's servers say it when they end a connection. */
  public static final String LINK_FAILURE = "08S01";

  public static final String FEATURE_NOT_SUPPORTED = "0A000";
  public static final String CARDINALITY_VIOLATION = "21000";
  public static final String NUMBER_OUT_OF_RANGE = "22003";
  public static final String INVALID_PARAMETER_VALUE = "22023";
  public static final String ACTIVE_TRANSACTION = "25001";
  public static final String READ_ONLY_TRANSACTION = "25006";
  public static final String IN_FAILED_TRANSACTION = "25P02";
  public static final String IDLE_IN_TRANSACTION_TIMEOUT = "25P03";
  public static final String TRANSACTION_TIMEOUT = "25P04";
  public static final String UNDEFINED_STATEMENT = "26000";
  public static final String INVALID_AUTHORIZATION = "28000";
  public static final String INVALID_PASSWORD = "28P01";
  public static final String UNDEFINED_CURSOR = "34000";
  public static final String EXTERNAL_ROUTINE_EXCEPTION = "38000";
  public static final String UNDEFINED_DATABASE = "3D000";
  public static final String SERIALIZATION_FAILURE = "40001";
  public static final String DEADLOCK_DETECTED = "40P01";
  public static final String INSUFFICIENT_PRIVILEGE = "42501";
  public static final String SYNTAX_ERROR = "42601";
  public static final String UNDEFINED_OBJECT = "42704";
  public static final String UNDEFINED_FUNCTION = "42883";
  public static final String UNDEFINED_PARAMETER = "42P02";
  public static final String OUT_OF_MEMORY = "53200";
  public static final String TOO_MANY_CONNECTIONS = "53300";
  public static final String CONFIGURATION_LIMIT_EXCEEDED = "53400";
  public static final String PROGRAM_LIMIT_EXCEEDED = "54000";
  public static final String OBJECT_NOT_IN_PREREQUISITE_STATE = "55000";
  public static final String QUERY_CANCELED = "57014";
  public static final String ADMIN_SHUTDOWN = "57P01";
  public static final String CANNOT_CONNECT_NOW = "57P03";
  public static final String IDLE_SESSION_TIMEOUT = "57P05";
  public static final String SYSTEM_ERROR = "58000";
  public static final String CONFIGURATION_FILE_ERROR = "F0000";
  public static final String FOREIGN_DATA_ERROR = "HV000";
  public static final String INTERNAL_ERROR = "XX000";

  private Sqlstate() {}
}
