package dev.heimdall.engine.dialect.mysql.request;

import io.netty.buffer.ByteBuf;

/**
 * A command with values for the parameters of a statement, which may leave their types out: they
 * are those of the execution before it then. A server connection that is another one, or has
 * prepared the statement anew, has to be told them.
 */
interface TypedCommand {
  /** True if its rows are to wait on the server until they are fetched. */
  boolean opensCursor();

  /** True if it has the types of its parameters: else they are those of before. */
  boolean hasTypes();

  /** True if it has these types of its parameters. */
  boolean hasTypes(byte[] those);

  /** The types of its parameters; null where they are those of before. */
  byte[] types();

  /** True if the parameters of the statement, of which there are so many, are all NULL. */
  boolean hasOnlyNulls(int parameters);

  /** About how many bytes it takes with these types, at least. */
  int length(byte[] given);

  /** Writes the whole command with these types, and this number of the statement. */
  void write(byte[] given, int handle, ByteBuf out);
}
