package dev.heimdall.engine.dialect.sqlserver.server;

import dev.heimdall.engine.backend.ReplyDelivery;
import dev.heimdall.engine.dialect.sqlserver.answer.TdsErrors;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.sqlserver.TdsMessage;
import dev.heimdall.engine.wire.sqlserver.TdsPacket;
import dev.heimdall.engine.wire.sqlserver.TdsToken;
import dev.heimdall.engine.wire.sqlserver.TdsVersion;
import io.netty.buffer.ByteBuf;

/**
 * Answer that the node has cut short by itself: its client has sent no attention, and must not see
 * that acknowledged. An error goes in front of the DONE that does so. The last two packets wait
 * here until it is known whether that DONE is in them.
 */
final class InterruptedReply {
  private static final int LENGTH_AT = 2;
  private static final int SPID_AT = 4;

  private final ServerError error;
  private final TdsVersion version;
  private final int packetSize;
  private final ByteBuf kept;

  /** Bytes that are still to come of a packet whose beginning the client has; negative: unknown. */
  private int rest;

  /** True if an answer was whole before the attention was acknowledged. */
  private boolean whole;

  /**
   * @param rest what is still to come of the packet that is being handed out; negative where not
   *     even its length has come
   */
  InterruptedReply(
      ServerError error, TdsVersion version, int packetSize, int rest, ByteBuf consumed) {
    this.error = error;
    this.version = version;
    this.packetSize = packetSize;
    this.rest = rest;
    this.kept = consumed;
  }

  /** Takes what has come next. */
  void take(ByteBuf in, int from, int to, ReplyDelivery delivery) {
    int passed = rest < 0 ? to : from + Math.min(rest, to - from);
    rest -= rest < 0 ? 0 : passed - from;
    delivery.pass(in, from, passed);
    kept.writeBytes(in, passed, to - passed);
    while (surplus() > 0) {
      pass(surplus(), delivery);
    }
    kept.discardSomeReadBytes();
  }

  /** Bytes of the first packet, if there are two behind it; else 0. */
  private int surplus() {
    int first = length(0);
    int second = first == 0 ? 0 : length(first);
    return second > 0 && kept.readableBytes() > first + second ? first : 0;
  }

  /** The length of the packet that begins there, if its header is here; else 0. */
  private int length(int offset) {
    return kept.readableBytes() >= offset + TdsPacket.HEADER
        ? kept.getUnsignedShort(kept.readerIndex() + offset + LENGTH_AT)
        : 0;
  }

  private void pass(int bytes, ReplyDelivery delivery) {
    ByteBuf out = kept.readBytes(bytes);
    try {
      delivery.pass(out, 0, bytes);
    } finally {
      out.release();
    }
  }

  /** A message has ended that acknowledges nothing: the answer was whole before. */
  void ends(ReplyDelivery delivery) {
    whole = true;
    rest = 0;
    passAll(delivery);
  }

  /** Hands out what waits: the client has sent an attention, too. */
  void passAll(ReplyDelivery delivery) {
    pass(kept.readableBytes(), delivery);
  }

  /**
   * The message has ended that acknowledges the attention.
   *
   * @return false if the client has seen the acknowledgement already
   */
  boolean acknowledged(ReplyDelivery delivery) {
    return whole || fails(delivery); // where it is whole, the client has had its answer
  }

  /**
   * A message has ended that acknowledges nothing, with what was cut short: the acknowledgement
   * comes by itself.
   *
   * @return false if the client has seen the end of its answer already
   */
  boolean endsCut(ReplyDelivery delivery) {
    whole = true;
    return fails(delivery);
  }

  private boolean fails(ReplyDelivery delivery) {
    ByteBuf tokens = kept.alloc().buffer(kept.readableBytes() + 256);
    ByteBuf out = kept.alloc().buffer(kept.readableBytes() + 256);
    try {
      int spid = kept.isReadable() ? kept.getUnsignedShort(kept.readerIndex() + SPID_AT) : 0;
      while (kept.isReadable()) {
        int length = length(0);
        kept.skipBytes(TdsPacket.HEADER);
        tokens.writeBytes(kept, length - TdsPacket.HEADER);
      }
      int done = tokens.writerIndex() - 1 - version.doneBytes();
      if (rest != 0 || done < 0) {
        return false;
      }
      ByteBuf end = tokens.copy(done, tokens.writerIndex() - done);
      int status = end.getUnsignedShortLE(1) & ~TdsToken.DONE_ATTENTION | TdsToken.DONE_ERROR;
      tokens.writerIndex(done);
      message().write(tokens, version);
      tokens.writeBytes(end.setShortLE(1, status));
      end.release();
      TdsPacket.write(out, TdsPacket.REPLY, 0, spid, packetSize, tokens);
      delivery.pass(out, 0, out.writerIndex());
      return true;
    } finally {
      tokens.release();
      out.release();
    }
  }

  private TdsMessage message() {
    return TdsErrors.message(error);
  }

  void release() {
    kept.release();
  }
}
