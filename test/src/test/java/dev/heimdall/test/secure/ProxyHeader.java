package dev.heimdall.test.secure;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** What a load balancer writes before the client's first byte: PROXY protocol version 2. */
final class ProxyHeader {
  private static final byte[] SIGNATURE = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a");
  private static final int PORTS = 4;
  private static final int UNIX_PATHS = 216;

  private ProxyHeader() {}

  /** Told of a client at this address, from port 4711; what follows the addresses are TLVs. */
  static byte[] of(String address, byte[]... tlvs) {
    byte[] source;
    try {
      source = InetAddress.getByName(address).getAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(address, e);
    }
    ByteBuffer addresses = ByteBuffer.allocate(source.length * 2 + PORTS);
    addresses
        .put(source)
        .put(new byte[source.length])
        .putShort((short) 4711)
        .putShort((short) 5432);
    return header(0x21, source.length == 4 ? 0x11 : 0x21, addresses.array(), tlvs);
  }

  /** The load balancer's own connection, for its health checks. */
  static byte[] local() {
    return header(0x20, 0, new byte[0]);
  }

  /** A client of a kind that the load balancer does not name. */
  static byte[] unspecified() {
    return header(0x21, 0, new byte[0]);
  }

  /** A client at a Unix socket. */
  static byte[] unix(String path) {
    byte[] paths = new byte[UNIX_PATHS];
    byte[] name = path.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(name, 0, paths, 0, name.length);
    return header(0x21, 0x31, paths);
  }

  /** A type, a length and a value. */
  static byte[] tlv(int type, byte[] value) {
    return ByteBuffer.allocate(3 + value.length)
        .put((byte) type)
        .putShort((short) value.length)
        .put(value)
        .array();
  }

  /** Any header. */
  static byte[] header(int versionAndCommand, int family, byte[] addresses, byte[]... tlvs) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(addresses);
    for (byte[] tlv : tlvs) {
      body.writeBytes(tlv);
    }
    return ByteBuffer.allocate(SIGNATURE.length + 4 + body.size())
        .put(SIGNATURE)
        .put((byte) versionAndCommand)
        .put((byte) family)
        .putShort((short) body.size())
        .put(body.toByteArray())
        .array();
  }
}
