package dev.heimdall.engine.cache;

/**
 * What a server has answered to a statement, in its protocol's bytes, without what belongs to one
 * request alone. The arrays are not to be changed.
 *
 * @param columns how the answer describes its columns; null where it was not asked to
 * @param rows its rows, and their end
 */
public record StoredAnswer(byte[] columns, byte[] rows) {
  /** How many bytes of the wire it is. */
  int size() {
    return (columns == null ? 0 : columns.length) + rows.length;
  }

  /** What it is about is nobody's business. */
  @Override
  public String toString() {
    return "StoredAnswer[" + size() + " bytes]";
  }
}
