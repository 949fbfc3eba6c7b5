package dev.heimdall.engine.wire.sqlserver;

import io.netty.buffer.ByteBuf;

/**
 * Receiver of the tokens that {@link TdsReplyScanner} finds in a reply. Places in buffers are valid
 * until the method returns. Rows are counted and never shown.
 */
public interface TdsReplyListener {
  /**
   * A DONE, DONEPROC or DONEINPROC.
   *
   * @param token as {@link TdsToken#DONE}
   * @param status as {@link TdsToken#DONE_MORE}
   * @param command the statement's kind, as the server numbers them
   * @param rows only where the status has {@link TdsToken#DONE_COUNT}
   */
  default void done(int token, int status, int command, long rows) {}

  /**
   * An ENVCHANGE; {@link EnvChange} reads it.
   *
   * @param at behind the type
   * @param length of the new and the old value
   */
  default void environment(int type, ByteBuf in, int at, int length) {}

  /** An ERROR; {@link TdsMessage} reads it. */
  default void error(ByteBuf in, int at, int length) {}

  /** An INFO; {@link TdsMessage} reads it. */
  default void info(ByteBuf in, int at, int length) {}

  /** A LOGINACK; {@link LoginAck} reads it. */
  default void loginAck(ByteBuf in, int at, int length) {}

  /** One feature that FEATUREEXTACK agrees to, as {@link LoginFeature#UTF8_SUPPORT}. */
  default void feature(int id, ByteBuf in, int at, int length) {}

  /** A SESSIONSTATE; {@link SessionStates} reads it. */
  default void sessionState(ByteBuf in, int at, int length) {}

  /** The SSPI of a log-in. */
  default void sspi(ByteBuf in, int at, int length) {}

  /** A FEDAUTHINFO. */
  default void fedAuthInfo(ByteBuf in, int at, int length) {}

  /** A procedure's return status. */
  default void returnStatus(int status) {}

  /**
   * An output parameter that is an int, as handles are.
   *
   * @param ordinal of the parameter, from 0; negative where it is not known, which it is below TDS
   *     7.2 by {@link TdsReplyScanner#returns} alone
   */
  default void returnInteger(int ordinal, int value) {}

  /** An output parameter of another type, or NULL. */
  default void returnOther(int ordinal) {}

  /** A COLMETADATA: rows may follow. Not called where the server sends no metadata. */
  default void columns(int count) {}
}
