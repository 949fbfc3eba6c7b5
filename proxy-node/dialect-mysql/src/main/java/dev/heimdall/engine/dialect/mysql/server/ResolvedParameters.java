package dev.heimdall.engine.dialect.mysql.server;

import dev.heimdall.engine.wire.mysql.ColumnDefinition;

/**
 * Types to which MySQL has resolved the bare parameters of a prepared statement, such as that of
 * {@code SELECT ?}: since 8.0.22 those of an execution before it. The statement is resolved anew
 * where a value would not fit, yet a text that follows a number becomes a number.
 */
final class ResolvedParameters {
  /** Class of types that MySQL resolves alike. */
  private enum Kind {
    /** Nothing is known of it, as it was NULL. */
    NONE,
    INTEGER,
    DECIMAL,
    FLOATING,
    DATE,
    TIME,
    DATETIME,
    /** Each other type has the statement resolved anew. */
    TEXT;

    private static Kind of(int type) {
      return switch (type) {
        case ColumnDefinition.TYPE_NULL -> NONE;
        case ColumnDefinition.TYPE_TINY,
            ColumnDefinition.TYPE_SHORT,
            ColumnDefinition.TYPE_INT24,
            ColumnDefinition.TYPE_LONG,
            ColumnDefinition.TYPE_LONGLONG,
            ColumnDefinition.TYPE_YEAR,
            ColumnDefinition.TYPE_BIT ->
            INTEGER;
        case ColumnDefinition.TYPE_DECIMAL, ColumnDefinition.TYPE_NEWDECIMAL -> DECIMAL;
        case ColumnDefinition.TYPE_FLOAT, ColumnDefinition.TYPE_DOUBLE -> FLOATING;
        case ColumnDefinition.TYPE_DATE -> DATE;
        case ColumnDefinition.TYPE_TIME -> TIME;
        case ColumnDefinition.TYPE_TIMESTAMP, ColumnDefinition.TYPE_DATETIME -> DATETIME;
        default -> TEXT;
      };
    }

    /** True if a value of that kind is taken as it is behind one of this kind. */
    private boolean takes(Kind next) {
      return switch (this) {
        case NONE, TEXT -> true;
        case INTEGER -> next == NONE || next == INTEGER || next == FLOATING;
        case DECIMAL, FLOATING, DATE, TIME, DATETIME -> next == NONE || next == this;
      };
    }
  }

  private final Kind[] kinds;

  private ResolvedParameters(Kind[] kinds) {
    this.kinds = kinds;
  }

  /**
   * Reads the types of an execution.
   *
   * @param types see {@link ParameterTypes}
   * @param parameters of the statement
   */
  static ResolvedParameters of(byte[] types, int parameters) {
    Kind[] kinds = new Kind[parameters];
    int at = 0;
    for (int i = 0; i < parameters; i++) {
      kinds[i] = Kind.of(types[at] & 0xFF);
      at = ParameterTypes.next(types, at, parameters);
    }
    return new ResolvedParameters(kinds);
  }

  /** True if values of these types are taken as they are. */
  boolean takes(ResolvedParameters next) {
    for (int i = 0; i < kinds.length; i++) {
      if (!kinds[i].takes(next.kinds[i])) {
        return false;
      }
    }
    return true;
  }

  /** Returns the types behind an execution with these. */
  ResolvedParameters behind(ResolvedParameters next) {
    Kind[] after = next.kinds.clone();
    for (int i = 0; i < after.length; i++) {
      after[i] = after[i] == Kind.NONE ? kinds[i] : after[i];
    }
    return new ResolvedParameters(after);
  }
}
