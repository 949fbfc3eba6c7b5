package dev.heimdall.engine.dialect.postgres.prepared;

import dev.heimdall.engine.prepared.PreparedNames;
import dev.heimdall.engine.wire.postgres.FrontendType;
import io.netty.buffer.ByteBuf;

/** The names that whole messages give to statements, when these messages are to be read twice. */
public final class ParsedNames {
  private ParsedNames() {}

  /** True if one of them is taken already, so that it is another's that would be taken away. */
  public static boolean taken(ByteBuf batch, PreparedNames names) {
    for (int at = parse(batch, batch.readerIndex()); at >= 0; at = next(batch, at)) {
      if (taken(batch, at, names)) {
        return true;
      }
    }
    return false;
  }

  /** True if the name that the whole Parse there gives is taken already. */
  public static boolean taken(ByteBuf input, int parseAt, PreparedNames names) {
    int length = nameLength(input, parseAt);
    return length > 0 && names.get(input, parseAt + 5, length) != null;
  }

  /** Frees them, so that the messages can be read once more. */
  public static void free(ByteBuf batch, PreparedNames names) {
    for (int at = parse(batch, batch.readerIndex()); at >= 0; at = next(batch, at)) {
      int length = nameLength(batch, at);
      if (length > 0) {
        byte[] name = new byte[length];
        batch.getBytes(at + 5, name);
        names.remove(name);
      }
    }
  }

  private static int next(ByteBuf batch, int parseAt) {
    return parse(batch, parseAt + 1 + batch.getInt(parseAt + 1));
  }

  /**
   * Returns the offset of the next Parse in a batch of whole messages; negative if there is none.
   */
  private static int parse(ByteBuf batch, int from) {
    int end = batch.writerIndex();
    int at = from;
    while (at < end && batch.getByte(at) != FrontendType.PARSE) {
      at += 1 + batch.getInt(at + 1);
    }
    return at < end ? at : -1;
  }

  private static int nameLength(ByteBuf batch, int parseAt) {
    int end = parseAt + 1 + batch.getInt(parseAt + 1);
    return batch.indexOf(parseAt + 5, end, (byte) 0) - parseAt - 5; // negative without an end
  }
}
