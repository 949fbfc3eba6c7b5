package dev.heimdall.engine.wire.postgres;

import dev.heimdall.engine.wire.TransactionState;

/** The status byte of ReadyForQuery (PostgreSQL's protocol, section "Message Formats"). */
public final class ReadyStatus {
  private ReadyStatus() {}

  /** Null for a byte that the protocol does not have. */
  public static TransactionState of(byte code) {
    return switch (code) {
      case 'I' -> TransactionState.IDLE;
      case 'T' -> TransactionState.OPEN;
      case 'E' -> TransactionState.FAILED;
      default -> null;
    };
  }

  static byte code(TransactionState state) {
    return switch (state) {
      case IDLE -> 'I';
      case OPEN -> 'T';
      case FAILED -> 'E';
    };
  }
}
