package dev.heimdall.engine.wire.sqlserver;

import io.netty.buffer.ByteBuf;

/**
 * Walks the packets of one direction, wherever reads cut them:
 *
 * <pre>{@code
 * int at = in.readerIndex();
 * while (at < in.writerIndex()) {
 *   at = walker.walk(in, at, in.writerIndex());
 *   scanner.on(in, walker.from(), walker.to());   // a run of payload, maybe empty
 *   if (walker.ended()) { … }                     // the run was the message's last
 * }
 * }</pre>
 *
 * <p>It never looks beyond the end of a message: an attention behind a request is the next message.
 */
public final class TdsPacketWalker {
  private static final int KEEPS_NUMBERS = -1;

  private int headerBytes;
  private int type;
  private int status;
  private int length;
  private int spid;
  private int remaining;
  private boolean inMessage;
  private boolean first;
  private int messageType;
  private int firstStatus;

  private int from;
  private int to;
  private boolean begun;
  private boolean ended;

  private int ownSpid = KEEPS_NUMBERS;
  private int number;

  /**
   * From now on each header that passes gets this SPID and a number of its own, in place: what a
   * message needs that goes on as it is, to a side with the same packet size.
   */
  public void renumber(int ownSpid) {
    this.ownSpid = ownSpid;
  }

  /**
   * Goes on behind one header or one run of payload.
   *
   * @return where to go on, always behind {@code at} where there is a byte
   * @throws TdsProtocolException for what is no packet
   */
  public int walk(ByteBuf in, int at, int end) {
    begun = false;
    ended = false;
    int place = at;
    if (headerBytes < TdsPacket.HEADER) {
      while (place < end && headerBytes < TdsPacket.HEADER) {
        header(in, place++);
      }
      from = place;
      to = place;
      if (headerBytes == TdsPacket.HEADER) {
        beginPacket();
      }
      return place;
    }
    int run = Math.min(remaining, end - place);
    from = place;
    to = place + run;
    remaining -= run;
    endPacket();
    return to;
  }

  private void header(ByteBuf in, int at) {
    int value = in.getUnsignedByte(at);
    switch (headerBytes++) {
      case 0 -> type = value;
      case 1 -> status = value;
      case 2 -> length = value << 8;
      case 3 -> length |= value;
      case 4 -> {
        spid = value << 8;
        overwrite(in, at, ownSpid >> 8);
      }
      case 5 -> {
        spid |= value;
        overwrite(in, at, ownSpid);
      }
      case 6 -> overwrite(in, at, inMessage ? ++number : (number = 1));
      default -> {}
    }
  }

  private void overwrite(ByteBuf in, int at, int value) {
    if (ownSpid != KEEPS_NUMBERS) {
      in.setByte(at, value);
    }
  }

  private void beginPacket() {
    if (length < TdsPacket.HEADER || length > TdsPacket.LONGEST) {
      throw new TdsProtocolException("a TDS packet of " + length + " bytes");
    }
    if (inMessage && type != messageType) {
      throw new TdsProtocolException(
          "a TDS packet of type " + type + " inside a message of type " + messageType);
    }
    first = !inMessage;
    if (first) {
      messageType = type;
      firstStatus = status;
    }
    begun = true;
    inMessage = true;
    remaining = length - TdsPacket.HEADER;
    endPacket();
  }

  private void endPacket() {
    if (remaining == 0) {
      headerBytes = 0;
      ended = (status & TdsPacket.EOM) != 0;
      inMessage = !ended;
    }
  }

  /** Where the run of payload begins that the last step found. */
  public int from() {
    return from;
  }

  /** Where that run ends. */
  public int to() {
    return to;
  }

  /** True if the last step was over the header of a message's first packet. */
  public boolean begun() {
    return begun && first;
  }

  /** True if the last step went to the end of a message. */
  public boolean ended() {
    return ended;
  }

  /** True between messages, where not even a part of a header was seen. */
  public boolean isIdle() {
    return !inMessage && headerBytes == 0;
  }

  /** Bytes that have not come of the current packet; negative inside of a header. */
  public int missing() {
    return headerBytes > 0 && headerBytes < TdsPacket.HEADER
        ? -1
        : headerBytes == 0 ? 0 : remaining;
  }

  /** Bytes that have come of a header that is cut; 0 where none is. */
  public int cutHeader() {
    return headerBytes < TdsPacket.HEADER ? headerBytes : 0;
  }

  /** The type of the message whose packets are being walked, or of the last one. */
  public int type() {
    return messageType;
  }

  /** The status bits of the message's first packet, which has those for a reset. */
  public int firstStatus() {
    return firstStatus;
  }

  /** The status bits of the current packet: with {@link TdsPacket#IGNORE}, say, in the last. */
  public int status() {
    return status;
  }

  /** The SPID in the current packet's header, as it came. */
  public int spid() {
    return spid;
  }
}
