package dev.heimdall.engine.wire.mysql;

import io.netty.buffer.ByteBuf;

/** A payload and the packets that it takes. */
public final class Payload {
  private Payload() {}

  /** Number of bytes in a payload whose packets take this many. */
  public static long length(long total) {
    return total - Packet.HEADER * (1 + total / (Packet.HEADER + Packet.MAX_PAYLOAD));
  }

  /**
   * Copies a part of the payload that begins in the packet at this place.
   *
   * @param from the first byte of the payload that is wanted
   */
  public static void copy(ByteBuf in, int at, int from, byte[] to, int length) {
    int done = 0;
    while (done < length) {
      int place = from + done;
      int packet = place / Packet.MAX_PAYLOAD;
      int within = place % Packet.MAX_PAYLOAD;
      int step = Math.min(length - done, Packet.MAX_PAYLOAD - within);
      int start = at + packet * (Packet.HEADER + Packet.MAX_PAYLOAD) + Packet.HEADER + within;
      in.getBytes(start, to, done, step);
      done += step;
    }
  }

  /** Appends the payload in as many packets as it takes, the first of which has the number 0. */
  public static void write(ByteBuf out, ByteBuf payload) {
    write(out, payload, 0);
  }

  /**
   * Ends the payload of the packet that begins at this place; one that is too long for it goes on
   * in more packets.
   *
   * @return the number of the packet behind it
   */
  public static int end(ByteBuf out, int at) {
    int length = out.writerIndex() - at - Packet.HEADER;
    int sequence = Packet.sequence(out, at);
    if (length < Packet.MAX_PAYLOAD) {
      Packet.end(out, at);
      return sequence + 1 & 0xFF;
    }
    ByteBuf payload = out.copy(at + Packet.HEADER, length);
    try {
      return write(out.writerIndex(at), payload, sequence);
    } finally {
      payload.release();
    }
  }

  private static int write(ByteBuf out, ByteBuf payload, int first) {
    int sequence = first;
    int length;
    do {
      length = Math.min(payload.readableBytes(), Packet.MAX_PAYLOAD);
      out.writeMediumLE(length).writeByte(sequence++).writeBytes(payload, length);
    } while (length == Packet.MAX_PAYLOAD);
    return sequence & 0xFF;
  }
}
