package dev.heimdall.engine.wire.mysql;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * First message of a server: the protocol's version 10.
 *
 * @param version as the server spells it, MariaDB's prefix for old replicas included
 * @param connectionId by which its operators know the connection
 * @param challenge 20 bytes for the method that {@link #plugin} names
 * @param capabilities of {@link Capability}
 * @param collation the server's default, by the lower byte of its number
 * @param status of {@link StatusFlag}
 * @param plugin the method that the server would have its clients log in by; may be empty
 */
public record Handshake(
    String version,
    int connectionId,
    byte[] challenge,
    long capabilities,
    int collation,
    int status,
    String plugin) {
  /** The protocol's version, by which the packet begins. */
  public static final int PROTOCOL = 10;

  /** Bytes of a challenge, without the zero byte that ends it. */
  public static final int CHALLENGE = 20;

  private static final int FIRST_PART = 8;
  private static final int RESERVED = 6;

  /**
   * Reads a payload.
   *
   * @param in the payload, and nothing else
   * @throws IndexOutOfBoundsException if it is cut
   * @throws IllegalArgumentException for another version of the protocol
   */
  public static Handshake read(ByteBuf in) {
    int protocol = in.readUnsignedByte();
    if (protocol != PROTOCOL) {
      throw new IllegalArgumentException("version " + protocol + " of the protocol");
    }
    String version = zeroEnded(in);
    int connectionId = in.readIntLE();
    byte[] challenge = new byte[CHALLENGE];
    in.readBytes(challenge, 0, FIRST_PART);
    in.skipBytes(1);
    long capabilities = in.readUnsignedShortLE();
    int collation = 0;
    int status = 0;
    String plugin = "";
    if (in.isReadable()) {
      collation = in.readUnsignedByte();
      status = in.readUnsignedShortLE();
      capabilities |= (long) in.readUnsignedShortLE() << 16;
      in.skipBytes(1 + RESERVED);
      long own = in.readUnsignedIntLE();
      if ((capabilities & Capability.LONG_PASSWORD) == 0) {
        capabilities |= own << 32;
      }
      if ((capabilities & Capability.SECURE_CONNECTION) != 0) {
        in.readBytes(challenge, FIRST_PART, CHALLENGE - FIRST_PART);
      }
      if ((capabilities & Capability.PLUGIN_AUTH) != 0 && in.isReadable()) {
        in.skipBytes(1);
        plugin = zeroEnded(in);
      }
    }
    return new Handshake(version, connectionId, challenge, capabilities, collation, status, plugin);
  }

  /** The last string of a packet has come without its zero byte from some clients and servers. */
  public static String zeroEnded(ByteBuf in) {
    int length = in.bytesBefore((byte) 0);
    String text =
        in.readCharSequence(length < 0 ? in.readableBytes() : length, StandardCharsets.UTF_8)
            .toString();
    if (length >= 0) {
      in.skipBytes(1);
    }
    return text;
  }

  public static void writeZeroEnded(ByteBuf out, String text) {
    out.writeCharSequence(text, StandardCharsets.UTF_8);
    out.writeByte(0);
  }

  /** Appends a whole packet, the first one of a connection. */
  public void write(ByteBuf out) {
    int at = Packet.begin(out, 0);
    boolean mariadb = (capabilities & Capability.LONG_PASSWORD) == 0;
    out.writeByte(PROTOCOL);
    writeZeroEnded(out, version);
    out.writeIntLE(connectionId).writeBytes(challenge, 0, FIRST_PART).writeByte(0);
    out.writeShortLE((int) capabilities).writeByte(collation).writeShortLE(status);
    out.writeShortLE((int) (capabilities >>> 16)).writeByte(CHALLENGE + 1).writeZero(RESERVED);
    out.writeIntLE(mariadb ? (int) (capabilities >>> 32) : 0);
    out.writeBytes(challenge, FIRST_PART, CHALLENGE - FIRST_PART).writeByte(0);
    writeZeroEnded(out, plugin);
    Packet.end(out, at);
  }

  /** True if the server is a MariaDB, by its version. */
  public boolean isMariadb() {
    return ServerHello.isMariadb(version);
  }

  public boolean offers(long capability) {
    return (capabilities & capability) == capability;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Handshake that
        && version.equals(that.version)
        && connectionId == that.connectionId
        && Arrays.equals(challenge, that.challenge)
        && capabilities == that.capabilities
        && collation == that.collation
        && status == that.status
        && plugin.equals(that.plugin);
  }

  @Override
  public int hashCode() {
    return 31 * version.hashCode() + connectionId;
  }

  /** Without the challenge. */
  @Override
  public String toString() {
    return "Handshake[" + version + ", " + connectionId + ", " + plugin + "]";
  }
}
