package dev.heimdall.engine.wire.sqlserver;

import io.netty.buffer.ByteBuf;

/** The session's state, as servers report it where session recovery was agreed. */
public final class SessionStates {
  private static final int SEQUENCE_BYTES = 4;
  private static final int RECOVERABLE = 0x01;
  private static final int LONG = 0xFF;

  /** One part of the state; the place is good until the method returns. */
  public interface Visitor {
    void state(int id, ByteBuf in, int at, int length);
  }

  private SessionStates() {}

  /** True if the session could be had again on another connection, with the states so far. */
  public static boolean isRecoverable(ByteBuf in, int at, int length) {
    require(length > SEQUENCE_BYTES);
    return (in.getUnsignedByte(at + SEQUENCE_BYTES) & RECOVERABLE) != 0;
  }

  /**
   * Visits the states in a token's data, as {@link TdsReplyListener#sessionState} has it.
   *
   * @throws TdsProtocolException for what is none
   */
  public static void visit(ByteBuf in, int at, int length, Visitor visitor) {
    require(length > SEQUENCE_BYTES);
    visitSet(in, at + SEQUENCE_BYTES + 1, length - SEQUENCE_BYTES - 1, visitor);
  }

  /** Visits states without what is before them: as features of log-ins have them. */
  public static void visitSet(ByteBuf in, int at, int length, Visitor visitor) {
    int place = at;
    int end = at + length;
    while (place < end) {
      require(end - place >= 2);
      int id = in.getUnsignedByte(place);
      long bytes = in.getUnsignedByte(place + 1);
      place += 2;
      if (bytes == LONG) {
        require(end - place >= 4);
        bytes = in.getUnsignedIntLE(place);
        place += 4;
      }
      require(bytes <= end - place);
      visitor.state(id, in, place, (int) bytes);
      place += (int) bytes;
    }
  }

  /** Appends one state. */
  public static void writeState(ByteBuf out, int id, byte[] value) {
    out.writeByte(id);
    if (value.length < LONG) {
      out.writeByte(value.length);
    } else {
      out.writeByte(LONG).writeIntLE(value.length);
    }
    out.writeBytes(value);
  }

  /** Appends a token of states that {@link #writeState} wrote. */
  public static void write(ByteBuf out, int sequence, boolean recoverable, ByteBuf states) {
    out.writeByte(TdsToken.SESSION_STATE).writeIntLE(5 + states.readableBytes());
    out.writeIntLE(sequence).writeByte(recoverable ? RECOVERABLE : 0).writeBytes(states);
  }

  private static void require(boolean there) {
    if (!there) {
      throw new TdsProtocolException("a session state is beyond its end");
    }
  }
}
