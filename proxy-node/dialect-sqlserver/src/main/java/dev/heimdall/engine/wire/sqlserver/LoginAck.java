package dev.heimdall.engine.wire.sqlserver;

import io.netty.buffer.ByteBuf;

/**
 * A log-in's success.
 *
 * @param tds the version of the protocol that the server agrees to, as {@link TdsVersion#number()}
 * @param version the program's, of four bytes
 */
public record LoginAck(int tds, String program, int version) {
  private static final int TRANSACT_SQL = 1;
  private static final int TDS_AT = 1;

  /**
   * Reads a token's data, as {@link TdsReplyListener#loginAck} has it.
   *
   * @throws TdsProtocolException for what is none
   */
  public static LoginAck read(ByteBuf in, int at, int length) {
    ByteBuf data = in.slice(at, length);
    TdsStrings.need(data, 5).skipBytes(1);
    int tds = data.readInt();
    String program = TdsStrings.readByte(data);
    return new LoginAck(tds, program, TdsStrings.need(data, 4).readInt());
  }

  /** Puts another version in a token's data. */
  public static void setVersion(ByteBuf in, int at, TdsVersion version) {
    in.setInt(at + TDS_AT, version.number());
  }

  /** Appends the token. */
  public void write(ByteBuf out) {
    int at = TdsWriter.beginToken(out, TdsToken.LOGIN_ACK);
    out.writeByte(TRANSACT_SQL).writeInt(tds);
    TdsStrings.writeByte(out, program);
    out.writeInt(version);
    TdsWriter.endToken(out, at);
  }
}
