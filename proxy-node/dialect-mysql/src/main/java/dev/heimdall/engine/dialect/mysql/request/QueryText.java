package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.engine.wire.mysql.Payload;
import dev.heimdall.engine.wire.mysql.QueryAttributes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/**
 * The text of a command that carries one, which stands behind the command's byte, or behind the
 * attributes that a client gives its queries.
 */
final class QueryText {
  private final LoopContext loop;

  /** Offset of a text that could have attributes, and has none: after their two numbers. */
  private static final int NO_ATTRIBUTES = 3;

  private static final byte[] NONE = {};

  private final boolean attributes;
  private byte[] bytes = NONE;
  private int start;
  private int end;

  QueryText(LoopContext loop, AgreedCapabilities agreed) {
    this.loop = loop;
    this.attributes = agreed.has(Capability.QUERY_ATTRIBUTES);
  }

  /**
   * Reads the command at the reader's position, which is here whole; what was read is good until
   * something else is.
   *
   * @param query whether it may have attributes
   * @return whether it is well formed
   */
  boolean read(ByteBuf in, long total, boolean query) {
    int length = (int) Payload.length(total);
    bytes = loop.scratch(length);
    Payload.copy(in, in.readerIndex(), 0, bytes, length);
    start = 1;
    end = length;
    if (!query || !attributes) {
      return true;
    }
    ByteBuf payload = Unpooled.wrappedBuffer(bytes, 0, length);
    try {
      QueryAttributes.skip(payload.skipBytes(1));
    } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException e) {
      return false;
    }
    start = payload.readerIndex();
    return true;
  }

  /** The command is on its way: sessions that wait for an answer, or do nothing, keep no text. */
  void release() {
    bytes = NONE;
    start = 0;
    end = 0;
  }

  /** True if the client has given attributes to what was read last. */
  boolean hasAttributes() {
    return start > (attributes ? NO_ATTRIBUTES : 1);
  }

  /**
   * True if the text of the command at the reader's position may begin with a word of this first
   * letter: no, where it begins with another letter, which is seen without reading it.
   *
   * @param letter a small one
   */
  boolean mayBeginWith(ByteBuf in, long total, char letter) {
    int at = in.readerIndex() + Packet.HEADER + 1;
    int end = in.readerIndex() + (int) total;
    if (attributes) {
      if (end - at < 2 || in.getByte(at) != 0) {
        return true;
      }
      at += 2; // none, in one set
    }
    int first = at < end ? in.getByte(at) | 0x20 : 0;
    return first == letter || first < 'a' || first > 'z';
  }

  byte[] bytes() {
    return bytes;
  }

  int start() {
    return start;
  }

  int length() {
    return end - start;
  }

  byte[] copy() {
    return Arrays.copyOfRange(bytes, start, end);
  }

  /** The command with another text in its place, with its attributes. */
  ByteBuf with(byte[] text) {
    ByteBuf payload = Unpooled.wrappedBuffer(Arrays.copyOf(bytes, start), text);
    ByteBuf packets = Unpooled.buffer(payload.readableBytes() + 64);
    Payload.write(packets, payload);
    return packets;
  }
}
