package dev.heimdall.engine.admin;

/** The SQLSTATEs that this package itself raises. */
final class Sqlstate {
  static final String SYNTAX_ERROR = "42601";
  static final String INSUFFICIENT_PRIVILEGE = "42501";
  static final String NUMBER_OUT_OF_RANGE = "22003";
  static final String QUERY_CANCELED = "57014";
  static final String INTERNAL_ERROR = "XX000";
  static final String FEATURE_NOT_SUPPORTED = "0A000";
  static final String PROTOCOL_VIOLATION = "08P01";
  static final String UNDEFINED_STATEMENT = "26000";
  static final String UNDEFINED_PORTAL = "34000";
  static final String ACTIVE_TRANSACTION = "25001";
  static final String FAILED_TRANSACTION = "25P02";

  private Sqlstate() {}
}
