package dev.heimdall.engine.dialect.mysql.login;

import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.Handshake;
import dev.heimdall.engine.wire.mysql.LengthEncoded;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Response of a client to the greeting.
 *
 * @param capabilities that it wants, of {@link Capability}
 * @param collation by its number
 * @param proof its password, or what stands for it, by the method {@link #plugin}
 * @param database empty for none
 * @param plugin empty where it names none
 * @param attributes what it says of itself
 * @param level of zstd, 0 where it does not name one
 */
record HandshakeResponse(
    long capabilities,
    int collation,
    String user,
    byte[] proof,
    String database,
    String plugin,
    Map<String, String> attributes,
    int level) {

  /** Bytes of what precedes the user, and of all of a request for TLS. */
  static final int HEAD = 32;

  private static final int FILLER = 19;

  /** The first bytes of a payload: the capabilities, and the longest packet that it takes. */
  static long capabilitiesOf(ByteBuf payload) {
    return payload.getUnsignedIntLE(payload.readerIndex());
  }

  /**
   * @param payload and nothing else
   * @param offered the capabilities that the client may choose from
   * @throws IndexOutOfBoundsException if it is cut
   * @throws IllegalArgumentException where a length is none
   */
  static HandshakeResponse read(ByteBuf payload, long offered) {
    long wanted = payload.readUnsignedIntLE();
    payload.skipBytes(4);
    int collation = payload.readUnsignedByte();
    payload.skipBytes(FILLER);
    long own = payload.readUnsignedIntLE();
    if ((offered & Capability.LONG_PASSWORD) == 0 && !has(wanted, Capability.LONG_PASSWORD)) {
      wanted |= own << 32;
    }
    String user = Handshake.zeroEnded(payload);
    byte[] proof = proof(payload, wanted);
    String database = text(payload, wanted, Capability.CONNECT_WITH_DB);
    String plugin = text(payload, wanted, Capability.PLUGIN_AUTH);
    Map<String, String> attributes = attributes(payload, wanted);
    int level =
        has(wanted, Capability.ZSTD_COMPRESSION) && payload.isReadable()
            ? payload.readUnsignedByte()
            : 0;
    return new HandshakeResponse(
        wanted & offered, collation, user, proof, database, plugin, attributes, level);
  }

  /**
   * Reads the request of a client that is logged in already, by COM_CHANGE_USER.
   *
   * @param payload behind the command
   * @param agreed the capabilities that stay
   * @param before the collation that it had
   * @throws IndexOutOfBoundsException if it is cut
   * @throws IllegalArgumentException where a length is none
   */
  static HandshakeResponse readChange(ByteBuf payload, long agreed, int before) {
    String user = Handshake.zeroEnded(payload);
    byte[] proof = proof(payload, agreed & ~Capability.PLUGIN_AUTH_LENENC_DATA);
    String database = Handshake.zeroEnded(payload);
    int collation = payload.isReadable() ? payload.readUnsignedShortLE() : before;
    String plugin = text(payload, agreed, Capability.PLUGIN_AUTH);
    Map<String, String> attributes = attributes(payload, agreed);
    return new HandshakeResponse(agreed, collation, user, proof, database, plugin, attributes, 0);
  }

  /**
   * Compression that the client has chosen from the offered ones, as servers read the choice; null
   * for no compression.
   */
  Compression compression() {
    if (has(capabilities, Capability.COMPRESS)) {
      return Compression.ZLIB;
    }
    return has(capabilities, Capability.ZSTD_COMPRESSION) ? Compression.ZSTD : null;
  }

  private static byte[] proof(ByteBuf payload, long wanted) {
    if (has(wanted, Capability.PLUGIN_AUTH_LENENC_DATA)) {
      return LengthEncoded.readBytes(payload);
    }
    if (has(wanted, Capability.SECURE_CONNECTION)) {
      byte[] proof = new byte[payload.readUnsignedByte()];
      payload.readBytes(proof);
      return proof;
    }
    return Handshake.zeroEnded(payload).getBytes(StandardCharsets.UTF_8);
  }

  /** Reads a text that comes only with this capability, and may be missing even then. */
  private static String text(ByteBuf payload, long capabilities, long one) {
    return has(capabilities, one) && payload.isReadable() ? Handshake.zeroEnded(payload) : "";
  }

  private static Map<String, String> attributes(ByteBuf payload, long capabilities) {
    if (!has(capabilities, Capability.CONNECT_ATTRS) || !payload.isReadable()) {
      return Map.of();
    }
    ByteBuf all = payload.readSlice(Math.toIntExact(LengthEncoded.read(payload)));
    Map<String, String> attributes = new HashMap<>();
    while (all.isReadable()) {
      String name = LengthEncoded.readString(all);
      attributes.put(name, LengthEncoded.readString(all));
    }
    return attributes;
  }

  private static boolean has(long capabilities, long one) {
    return (capabilities & one) != 0;
  }

  @Override
  public String toString() {
    return "HandshakeResponse[" + user + ", " + database + ", " + plugin + "]";
  }
}
