package dev.heimdall.model.callers;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;

/** Definition of one address: for IPv6 the network, which one machine has to itself. */
public final class Networks {
  private static final int IPV6_BYTES = 8;

  private Networks() {}

  /** Equal for addresses that count as one. */
  public static String key(InetAddress from) {
    byte[] bytes = from.getAddress();
    return HexFormat.of()
        .formatHex(from instanceof Inet6Address ? Arrays.copyOf(bytes, IPV6_BYTES) : bytes);
  }
}
