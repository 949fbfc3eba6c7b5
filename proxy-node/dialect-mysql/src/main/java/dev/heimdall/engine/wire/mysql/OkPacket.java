package dev.heimdall.engine.wire.mysql;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * The end of a statement or of a result set. Its first byte is 0 in the place of a statement's
 * answer, and 0xFE behind the rows of a result set where EOF packets are deprecated.
 *
 * @param generatedId the first value that an AUTO_INCREMENT column was given; 0 for none
 * @param status of {@link StatusFlag}
 * @param info what the server says in words; bytes in the character set of results
 * @param state what has changed of the session's state, for {@link StateChanges}; empty for nothing
 */
public record OkPacket(
    long affectedRows, long generatedId, int status, int warnings, byte[] info, byte[] state) {
  public static final int OK = 0x00;
  public static final int END_OF_ROWS = 0xFE;

  private static final byte[] NOTHING = {};

  public static OkPacket of(long affectedRows, int status) {
    return new OkPacket(affectedRows, 0, status, 0, NOTHING, NOTHING);
  }

  /**
   * Reads a payload.
   *
   * @param in the payload, and nothing else
   * @param tracks whether SESSION_TRACK was agreed on
   * @throws IndexOutOfBoundsException if it is cut
   */
  public static OkPacket read(ByteBuf in, boolean tracks) {
    in.skipBytes(1);
    long affectedRows = LengthEncoded.read(in);
    long generatedId = LengthEncoded.read(in);
    int status = in.readUnsignedShortLE();
    int warnings = in.readUnsignedShortLE();
    byte[] info = NOTHING;
    byte[] state = NOTHING;
    if (in.isReadable()) {
      info = LengthEncoded.readBytes(in); // whatever was agreed on
      if (tracks && (status & StatusFlag.SESSION_STATE_CHANGED) != 0 && in.isReadable()) {
        state = LengthEncoded.readBytes(in);
      }
    }
    return new OkPacket(affectedRows, generatedId, status, warnings, info, state);
  }

  /** Returns the packet without changes of the session's state. */
  public OkPacket withoutState() {
    return new OkPacket(
        affectedRows,
        generatedId,
        status & ~StatusFlag.SESSION_STATE_CHANGED,
        warnings,
        info,
        NOTHING);
  }

  /** Returns the packet with these changes of the session's state; empty for none. */
  public OkPacket withState(byte[] changes) {
    return new OkPacket(affectedRows, generatedId, status, warnings, info, changes);
  }

  /**
   * Appends a whole packet.
   *
   * @param first {@link #OK} or {@link #END_OF_ROWS}
   * @param tracks whether SESSION_TRACK was agreed on
   */
  public void write(ByteBuf out, int sequence, int first, boolean tracks) {
    int at = Packet.begin(out, sequence);
    out.writeByte(first);
    LengthEncoded.write(out, affectedRows);
    LengthEncoded.write(out, generatedId);
    boolean changes = tracks && state.length > 0;
    out.writeShortLE(
        changes
            ? status | StatusFlag.SESSION_STATE_CHANGED
            : status & ~StatusFlag.SESSION_STATE_CHANGED);
    out.writeShortLE(warnings);
    if (info.length > 0 || changes) {
      LengthEncoded.write(out, info);
      if (changes) {
        LengthEncoded.write(out, state);
      }
    }
    Packet.end(out, at);
  }

  @Override
  public String toString() {
    return "OK, "
        + affectedRows
        + " rows, status 0x"
        + Integer.toHexString(status)
        + (info.length == 0 ? "" : ", " + new String(info, StandardCharsets.UTF_8));
  }
}
