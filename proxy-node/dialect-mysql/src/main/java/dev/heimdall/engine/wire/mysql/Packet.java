package dev.heimdall.engine.wire.mysql;

import io.netty.buffer.ByteBuf;

/**
 * The frame of everything: three bytes of length (of the payload, little-endian), one sequence
 * number, the payload. A payload of {@link #MAX_PAYLOAD} bytes goes on in the next packet. Sequence
 * numbers start at 0 with each command and go on through its answer.
 */
public final class Packet {
  /** Bytes of the header. */
  public static final int HEADER = 4;

  /** Bytes of the longest payload, which always goes on in another packet. */
  public static final int MAX_PAYLOAD = 0xFFFFFF;

  private Packet() {}

  /** The length of the payload of the packet whose header is at this place. */
  public static int payload(ByteBuf in, int at) {
    return in.getUnsignedMediumLE(at);
  }

  /** The sequence number in the header at this place. */
  public static int sequence(ByteBuf in, int at) {
    return in.getUnsignedByte(at + 3);
  }

  /** True if the packet at this place is here whole, with its header. */
  public static boolean whole(ByteBuf in, int at, int end) {
    return end - at >= HEADER && end - at - HEADER >= payload(in, at);
  }

  /**
   * Begins a packet; {@link #end} sets its length.
   *
   * @return where it begins
   */
  public static int begin(ByteBuf out, int sequence) {
    int at = out.writerIndex();
    out.writeMediumLE(0).writeByte(sequence);
    return at;
  }

  /**
   * Ends the packet that begins at this place.
   *
   * @throws IllegalStateException for a payload that would have to be split
   */
  public static void end(ByteBuf out, int at) {
    int length = out.writerIndex() - at - HEADER;
    if (length >= MAX_PAYLOAD) {
      throw new IllegalStateException("a payload of " + length + " bytes in one packet");
    }
    out.setMediumLE(at, length);
  }
}
