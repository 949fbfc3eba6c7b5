package dev.heimdall.test.tds;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Bytes of one message to the client, sent in packets as they fill. */
final class ReplyWriter {
  static final int HEADER = 8;

  private final OutputStream out;
  private final int spid;
  private byte[] packet;
  private int at = HEADER;
  private int type = PacketType.REPLY;
  private int number;
  private final Runnable gate;

  ReplyWriter(OutputStream out, int packetSize, int spid) {
    this(out, packetSize, spid, () -> {});
  }

  /**
   * @param gate passed before each packet
   */
  ReplyWriter(OutputStream out, int packetSize, int spid, Runnable gate) {
    this.out = out;
    this.gate = gate;
    this.spid = spid;
    this.packet = new byte[packetSize];
  }

  ReplyWriter type(int other) {
    type = other;
    return this;
  }

  ReplyWriter u8(int value) {
    if (at == packet.length) {
      send(false);
    }
    packet[at++] = (byte) value;
    return this;
  }

  ReplyWriter u16(int value) {
    return u8(value).u8(value >> 8);
  }

  ReplyWriter u16Big(int value) {
    return u8(value >> 8).u8(value);
  }

  ReplyWriter i32(int value) {
    return u16(value).u16(value >> 16);
  }

  ReplyWriter i64(long value) {
    return i32((int) value).i32((int) (value >> 32));
  }

  /** The lowest bytes of a number, little-endian. */
  ReplyWriter number(long value, int size) {
    for (int i = 0; i < size; i++) {
      u8((int) (value >> 8 * i));
    }
    return this;
  }

  ReplyWriter bytes(byte[] bytes) {
    return bytes(bytes, 0, bytes.length);
  }

  ReplyWriter bytes(byte[] bytes, int from, int length) {
    int done = 0;
    while (done < length) {
      if (at == packet.length) {
        send(false);
      }
      int size = Math.min(length - done, packet.length - at);
      System.arraycopy(bytes, from + done, packet, at, size);
      at += size;
      done += size;
    }
    return this;
  }

  ReplyWriter utf16(String text) {
    return bytes(text.getBytes(StandardCharsets.UTF_16LE));
  }

  /** Text behind a byte with its characters. */
  ReplyWriter shortText(String text) {
    return u8(text.length()).utf16(text);
  }

  /** Text behind two bytes with its characters. */
  ReplyWriter text(String text) {
    return u16(text.length()).utf16(text);
  }

  /** A length in two bytes, then that. */
  ReplyWriter sized(byte[] bytes) {
    return u16(bytes.length).bytes(bytes);
  }

  /** The message is complete. */
  void finish() {
    send(true);
    type = PacketType.REPLY;
    number = 0;
  }

  /** If nothing of the message was written. */
  boolean untouched() {
    return number == 0 && at == HEADER;
  }

  void packetSize(int size) {
    packet = new byte[size];
  }

  private void send(boolean last) {
    packet[0] = (byte) type;
    packet[1] = (byte) (last ? PacketType.END : 0);
    packet[2] = (byte) (at >> 8);
    packet[3] = (byte) at;
    packet[4] = (byte) (spid >> 8);
    packet[5] = (byte) spid;
    packet[6] = (byte) ++number;
    packet[7] = 0;
    gate.run();
    try {
      out.write(packet, 0, at);
      if (last) {
        out.flush();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    at = HEADER;
  }
}
