package dev.heimdall.engine.wire.sqlserver;

import io.netty.buffer.ByteBuf;

/** A request of statements as text. */
public final class SqlBatch {
  private SqlBatch() {}

  /** Where the text begins, behind ALL_HEADERS where the version has them. */
  public static int textAt(ByteBuf payload, int from, int to, TdsVersion version) {
    return version.hasHeaders() ? AllHeaders.end(payload, from, to) : from;
  }

  /**
   * Reads the text of a whole payload.
   *
   * @throws TdsProtocolException for headers that are none
   */
  public static void read(ByteBuf payload, int from, int to, TdsVersion version, TdsText text) {
    text.restart();
    text.append(payload, textAt(payload, from, to, version), to);
    text.end();
  }

  /** Appends a payload. */
  public static void write(ByteBuf out, CharSequence text, long transaction, TdsVersion version) {
    if (version.hasHeaders()) {
      AllHeaders.write(out, transaction);
    }
    TdsStrings.write(out, text);
  }
}
