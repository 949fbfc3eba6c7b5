package dev.heimdall.engine.wire.sqlserver;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Puts messages into packets of the other side's size, while they arrive: it holds at most one
 * packet that is not full yet.
 *
 * <pre>{@code
 * reframer.begin(type, resetBits);
 * reframer.transaction(descriptor);          // only where the request's own is to be replaced
 * reframer.on(in, walker.from(), walker.to());
 * reframer.end(0);                           // at the message's end
 * ByteBuf packets = reframer.take();         // after each read: whole packets, or null
 * }</pre>
 *
 * <p>All packets of a message but the last are full, which servers expect.
 */
public final class TdsReframer {
  private final ByteBufAllocator allocator;

  private int size = TdsPacket.INITIAL_SIZE;
  private int spid;

  /** Packets that are full, and behind {@link #whole} one that is not. */
  private ByteBuf packets;

  private int whole;
  private int number;
  private int type;
  private int status;
  private boolean replacesTransaction;
  private long transaction;

  public TdsReframer(ByteBufAllocator allocator) {
    this.allocator = allocator;
  }

  /** Sets the size of packets, as it was agreed with their receiver; between messages only. */
  public void packetSize(int bytes) {
    if (bytes <= TdsPacket.HEADER || bytes > TdsPacket.LONGEST) {
      throw new IllegalArgumentException("packets of " + bytes + " bytes");
    }
    size = bytes;
  }

  /** Sets the SPID of all headers from now on. */
  public void spid(int spid) {
    this.spid = spid;
  }

  /**
   * Begins a message.
   *
   * @param resetBits of the first packet: {@link TdsPacket#RESET}, {@link
   *     TdsPacket#RESET_KEEPING_TRANSACTION} or 0
   */
  public void begin(int type, int resetBits) {
    this.type = type;
    status = resetBits;
    number = 0;
    replacesTransaction = false;
  }

  /** Sets the transaction descriptor in the ALL_HEADERS that the message begins with. */
  public void transaction(long descriptor) {
    replacesTransaction = true;
    transaction = descriptor;
  }

  /** Takes a run of payload. */
  public void on(ByteBuf in, int from, int to) {
    int at = from;
    while (at < to) {
      if (room() == 0) {
        seal(0);
      }
      if (open() == 0) {
        beginPacket(to - at);
      }
      int run = Math.min(room(), to - at);
      packets.writeBytes(in, at, run);
      at += run;
    }
  }

  /**
   * Ends the message.
   *
   * @param lastStatus bits of the last packet beside {@link TdsPacket#EOM}, as {@link
   *     TdsPacket#IGNORE}
   */
  public void end(int lastStatus) {
    if (open() == 0) {
      beginPacket(0);
    }
    seal(TdsPacket.EOM | lastStatus);
  }

  /**
   * Hands over the packets that are complete; the caller releases them.
   *
   * @return null if there is none
   */
  public ByteBuf take() {
    if (packets == null || whole == packets.readerIndex()) {
      return null;
    }
    ByteBuf done = packets;
    int rest = open();
    packets = null;
    if (rest > 0) {
      packets = allocator.buffer(size);
      packets.writeBytes(done, whole, rest);
      done.writerIndex(whole);
    }
    whole = 0;
    return done;
  }

  /** Drops what is held: a message that will not be completed. */
  public void release() {
    if (packets != null) {
      packets.release();
      packets = null;
      whole = 0;
    }
  }

  /** Bytes of the packet that is not complete. */
  private int open() {
    return packets == null ? 0 : packets.writerIndex() - whole;
  }

  private int room() {
    return size - open();
  }

  private void beginPacket(int expected) {
    if (packets == null) {
      packets = allocator.buffer(Math.max(size, expected + TdsPacket.HEADER));
      whole = 0;
    }
    TdsPacket.begin(packets, type, 0, spid, ++number & 0xFF);
  }

  private void seal(int lastStatus) {
    int at = whole;
    packets.setByte(at + 1, status | lastStatus);
    TdsPacket.end(packets, at);
    if (replacesTransaction) {
      AllHeaders.transaction(packets, at + TdsPacket.HEADER, packets.writerIndex(), transaction);
      replacesTransaction = false;
    }
    status = 0;
    whole = packets.writerIndex();
  }
}
