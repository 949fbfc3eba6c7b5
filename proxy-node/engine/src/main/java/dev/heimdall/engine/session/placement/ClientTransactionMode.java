package dev.heimdall.engine.session.placement;

import dev.heimdall.engine.sql.SettingRules;
import dev.heimdall.engine.sql.StatementKind;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The access mode of a client's transactions, as far as its statements show it: read-only, if the
 * client may have said so, or may have committed a part of a transaction. Belongs to the session's
 * event loop.
 */
final class ClientTransactionMode {
  private static final Pattern SPACE = Pattern.compile("\\s+");

  /** The setting that has what sessions' transactions are; empty where there is none. */
  private final String byDefault;

  /** True if its statements are looked at at all. */
  private boolean heard;

  /** True if the transaction that is open, or comes next, may be read-only. */
  private boolean transaction;

  /** True if something was sent that may have ended transactions, and begun others, by itself. */
  private boolean unseen;

  /** True if all from now on may be. */
  private boolean session;

  /** The last BEGIN, unread until its modes are needed; null where that is known. */
  private String begin;

  /**
   * @param byDefault the name of {@link SettingRules#readOnly}
   */
  ClientTransactionMode(String byDefault) {
    this.byDefault = byDefault;
  }

  /**
   * A statement is being sent.
   *
   * @param text without its values; null where not determined
   * @param setsByCall whether that may give a setting another value by a call
   */
  void sent(StatementKind kind, String text, boolean setsByCall) {
    heard = true;
    switch (kind) {
      case BEGIN -> begins(text);
      case SET -> set(text);
      case MULTI -> mayBeReadOnly();
      case CALL, EXECUTE, BLOCK, UNKNOWN -> unseen = true;
      default -> {
        if (setsByCall) {
          mayBeReadOnly();
        }
      }
    }
  }

  /** Notes that a statement with unknown effect is being sent. */
  void sentUnknown() {
    heard = true;
    unseen = true;
  }

  private void mayBeReadOnly() {
    readBegin();
    transaction = true;
  }

  private void begins(String text) {
    readBegin();
    begin = text;
    transaction |= text == null;
  }

  /** Most transactions end without anybody having to know; what says more comes behind it. */
  private void readBegin() {
    if (begin != null) {
      transaction = TransactionMode.of(begin).readOnly().orElse(transaction);
      begin = null;
    }
  }

  private void set(String text) {
    readBegin();
    if (text == null) {
      transaction = true;
      return;
    }
    String plain = SPACE.matcher(text.toLowerCase(Locale.ROOT)).replaceAll(" ");
    boolean setting = plain.contains("read_only");
    boolean readOnly = setting || plain.contains("read only");
    transaction |= readOnly;
    // Where there is a setting for what a session's transactions are, its value is known.
    boolean ofSession =
        plain.contains("session transaction") || plain.contains("local transaction");
    boolean known = !byDefault.isEmpty() && plain.contains(byDefault);
    session |= readOnly && ofSession || setting && !known;
  }

  /**
   * All that was sent is answered, and no transaction is open.
   *
   * @param over whether one was
   */
  void rests(boolean over) {
    unseen = false;
    if (over) {
      begin = null;
      transaction = false;
    }
  }

  boolean isToWrite() {
    return heard && !mayBeToRead() && !unseen;
  }

  /** True if it may have made the transaction read-only, as far as that was seen. */
  boolean mayBeToRead() {
    readBegin();
    return transaction || session;
  }
}
