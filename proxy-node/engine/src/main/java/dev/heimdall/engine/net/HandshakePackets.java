package dev.heimdall.engine.net;

import io.netty.buffer.ByteBuf;

/**
 * The packets of a protocol in which a TLS handshake travels, as in those of type PRELOGIN of TDS
 * (MS-TDS 2.2.6.5): each has a header of a fixed length, and TLS records, or a part of some, behind
 * it.
 */
public interface HandshakePackets {
  /** Bytes before the records. */
  int header();

  /** Bytes of records that a packet holds at most. */
  int most();

  /**
   * Returns the number of bytes of records that follow a header.
   *
   * @param at where the whole header begins
   * @return negative where this is not the header of such a packet
   */
  int records(ByteBuf in, int at);

  /**
   * Writes the header of a packet.
   *
   * @param records bytes that follow, at most {@link #most}
   * @param last whether the peer is to answer before another one comes
   */
  void begin(ByteBuf out, int records, boolean last);
}
