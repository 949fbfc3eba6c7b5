package dev.heimdall.engine.wire.sqlserver;

import io.netty.buffer.ByteBuf;

/**
 * An ERROR or an INFO.
 *
 * @param severity the message's class: above 10 an error, from 20 on the end of the connection
 */
public record TdsMessage(
    int number, int state, int severity, String text, String server, String procedure, int line) {
  /** From this severity on the server closes the connection. */
  public static final int FATAL = 20;

  /** A message of no procedure. */
  public static TdsMessage of(int number, int state, int severity, String text, String server) {
    return new TdsMessage(number, state, severity, text, server, "", 1);
  }

  /** The number alone, without a look at the rest. */
  public static int number(ByteBuf in, int at, int length) {
    if (length < 4) {
      throw new TdsProtocolException("an error of " + length + " bytes");
    }
    return in.getIntLE(at);
  }

  /**
   * Reads a token's data, as {@link TdsReplyListener#error} has it.
   *
   * @throws TdsProtocolException for what is none
   */
  public static TdsMessage read(ByteBuf in, int at, int length, TdsVersion version) {
    ByteBuf data = in.slice(at, length);
    TdsStrings.need(data, 6);
    int number = data.readIntLE();
    int state = data.readUnsignedByte();
    int severity = data.readUnsignedByte();
    String text = TdsStrings.readShort(data);
    String server = TdsStrings.readByte(data);
    String procedure = TdsStrings.readByte(data);
    boolean wide = version.hasHeaders() && data.readableBytes() >= 4;
    int line = wide ? data.readIntLE() : TdsStrings.need(data, 2).readUnsignedShortLE();
    return new TdsMessage(number, state, severity, text, server, procedure, line);
  }

  /** Appends an ERROR, or an INFO where the severity is no error's. */
  public void write(ByteBuf out, TdsVersion version) {
    int at = TdsWriter.beginToken(out, severity > 10 ? TdsToken.ERROR : TdsToken.INFO);
    out.writeIntLE(number).writeByte(state).writeByte(severity);
    TdsStrings.writeShort(out, TdsStrings.cut(text, MOST_CHARACTERS));
    TdsStrings.writeByte(out, server);
    TdsStrings.writeByte(out, procedure);
    if (version.hasHeaders()) {
      out.writeIntLE(line);
    } else {
      out.writeShortLE(line);
    }
    TdsWriter.endToken(out, at);
  }

  /** Of the text; servers cut theirs at 2047. */
  private static final int MOST_CHARACTERS = 2047;
}
