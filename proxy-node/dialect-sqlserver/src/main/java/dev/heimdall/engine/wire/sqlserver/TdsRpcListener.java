package dev.heimdall.engine.wire.sqlserver;

/**
 * Receiver of the calls that {@link TdsRpcScanner} finds in a request. Texts are valid until the
 * method returns. Values of parameters are passed over, but for texts of statements and for
 * handles.
 */
public interface TdsRpcListener {
  /**
   * A call begins.
   *
   * @param procedure as {@link RpcProcedure#EXECUTE_SQL}, by number or by a name that means the
   *     same
   * @param name as it came; empty for a call by number
   * @param options 1: with recompilation, 2: without metadata, 4: metadata may be reused
   */
  default void call(int procedure, TdsText name, int options) {}

  /**
   * A parameter begins.
   *
   * @param index from 0
   * @param name with its {@code @}; empty for one by its place
   * @param status 1: by reference, 2: the default value, 8: encrypted
   * @param type the first byte of its TYPE_INFO
   */
  default void parameter(int index, TdsText name, int status, int type) {}

  /**
   * The text of a statement, of sp_executesql, sp_prepare and their kin.
   *
   * @param readable false where it is no UTF-16, or NULL
   */
  default void statement(TdsText text, boolean readable) {}

  /**
   * The text of a parameter, of a call each of whose texts may be run.
   *
   * @param readable false where some of its characters are not known
   */
  default void text(TdsText text, boolean readable) {}

  /**
   * The place of a statement's text that is readable; called ahead of {@link #statement}.
   *
   * @param offset of its type in the payload, as {@link StatementParameter} reads it
   */
  default void statementAt(long offset) {}

  /** The declarations of the statement's parameters, where they are UTF-16 and not NULL. */
  default void declarations(TdsText text) {}

  /**
   * The handle of a prepared statement.
   *
   * @param offset of its four bytes in the payload, or -1 where it is NULL or no int
   */
  default void handle(int handle, long offset) {}

  /**
   * The handle of a cursor.
   *
   * @param offset of its four bytes in the payload, or -1 where it is NULL or no int
   */
  default void cursor(int handle, long offset) {}

  /**
   * An option for the cursors of a statement that is prepared.
   *
   * @param index from 0: how they scroll, how they lock
   */
  default void cursorOption(int index, int value) {}

  /**
   * A call ends.
   *
   * @param another true if another one follows in the same message
   */
  default void endCall(boolean another) {}
}
