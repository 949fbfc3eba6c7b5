package dev.heimdall.engine.placement;

import dev.heimdall.engine.sql.StatementKind;
import java.util.Locale;

/**
 * Whether a client may have made its transactions read-only itself, by the statements that it has
 * sent. In doubt it has. Belongs to the session's event loop.
 */
final class OwnMode {
  /** Whether its statements are looked at at all. */
  private boolean heard;

  /** Whether the transaction that is open, or comes next, may be read-only. */
  private boolean transaction;

  /** Whether all from now on may be. */
  private boolean session;

  /**
   * A statement is being sent.
   *
   * @param text without its values; null where nobody asked
   */
  void sent(StatementKind kind, String text) {
    heard = true;
    switch (kind) {
      case BEGIN -> begins(text);
      case SET -> set(text);
      case MULTI -> transaction = true;
      default -> {}
    }
  }

  private void begins(String text) {
    if (text == null) {
      transaction = true;
    } else {
      transaction = TransactionMode.of(text).readOnly().orElse(transaction);
    }
  }

  private void set(String text) {
    String plain = text == null ? "" : text.toLowerCase(Locale.ROOT);
    transaction |= text == null || plain.contains("read");
    // MySQL's; what PostgreSQL's sessions have is known by the value of the setting.
    session |=
        plain.contains("session transaction")
            || plain.contains("read_only") && !plain.contains("default_transaction_read_only");
  }

  /** The transaction has ended. */
  void transactionOver() {
    transaction = false;
  }

  boolean isToWrite() {
    return heard && !transaction && !session;
  }
}
