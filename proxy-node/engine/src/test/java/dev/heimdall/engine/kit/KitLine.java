package dev.heimdall.engine.kit;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.io.ByteArrayOutputStream;

/** What a client's bytes go through. */
final class KitLine {
  private final Fault fault;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private int said;

  /**
   * What happens to them.
   *
   * @param piece how many go at once
   * @param most how many go at all
   * @param spoilt which of them is another one; -1 for none
   * @param by that is XORed to it
   */
  record Fault(int piece, int most, int spoilt, int by) {
    static final Fault NONE = new Fault(Integer.MAX_VALUE, Integer.MAX_VALUE, -1, 0);

    static Fault pieces(int size) {
      return new Fault(size, Integer.MAX_VALUE, -1, 0);
    }

    static Fault endsBehind(int bytes) {
      return new Fault(Integer.MAX_VALUE, bytes, -1, 0);
    }

    static Fault spoils(int at, int by) {
      return new Fault(Integer.MAX_VALUE, Integer.MAX_VALUE, at, by);
    }
  }

  KitLine(Fault fault) {
    this.fault = fault;
  }

  int said() {
    return said;
  }

  /** What has not gone. */
  byte[] kept() {
    return kept.toByteArray();
  }

  void send(ByteBuf consumed, Channel to) {
    int first = said;
    said += consumed.readableBytes();
    if (fault.spoilt() >= first && fault.spoilt() < said) {
      int at = consumed.readerIndex() + fault.spoilt() - first;
      consumed.setByte(at, consumed.getByte(at) ^ fault.by());
    }
    int left = Math.min(consumed.readableBytes(), Math.max(0, fault.most() - first));
    while (left > 0) {
      int next = Math.min(fault.piece(), left);
      to.writeAndFlush(consumed.readRetainedSlice(next));
      left -= next;
    }
    byte[] behind = new byte[consumed.readableBytes()];
    consumed.readBytes(behind);
    kept.writeBytes(behind);
    consumed.release();
  }
}
