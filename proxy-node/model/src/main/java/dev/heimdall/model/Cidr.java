package dev.heimdall.model;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * A network: an address and the number of its leading bits that count. {@link #ALL} holds every
 * address of both families.
 *
 * @param network the first address, all later bits zero; empty only in {@link #ALL}
 * @param prefix leading bits that count: 0 to 32, or 0 to 128
 */
public record Cidr(Optional<InetAddress> network, int prefix) {
  static final String ALL_TEXT = "all";

  /** Every address, IPv4 and IPv6. */
  public static final Cidr ALL = new Cidr(Optional.empty(), 0);

  public Cidr {
    if (network.isEmpty() && prefix != 0) {
      throw new IllegalArgumentException("a network of all addresses has the prefix 0");
    }
    if (network.isPresent() && !isFirst(network.get().getAddress(), prefix)) {
      throw new IllegalArgumentException(
          network.get().getHostAddress()
              + "/"
              + prefix
              + " is not a network: the bits after the prefix must be zero");
    }
  }

  /**
   * Reads {@code all}, {@code 10.0.0.0/8} or {@code fd00::/8}.
   *
   * @throws IllegalArgumentException when the text is none of these
   */
  public static Cidr parse(String text) {
    if (text.equals(ALL_TEXT)) {
      return ALL;
    }
    return read(text)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "\"" + text + "\" is not " + Format.NETWORK_OR_ALL.expected()));
  }

  /**
   * Reads a network, or a single address as the network that holds nothing else.
   *
   * @throws IllegalArgumentException when the text is neither
   */
  public static Cidr ofAddressOrNetwork(String text) {
    return read(text.indexOf('/') < 0 ? nearest(text).orElse(text) : text)
        .orElseThrow(
            () -> new IllegalArgumentException("\"" + text + "\" is no address or network"));
  }

  /** A network with its length, such as {@code 10.0.0.0/8}; empty for anything else. */
  public static Optional<Cidr> read(String text) {
    int slash = text.indexOf('/');
    if (slash < 0 || !text.substring(slash + 1).matches("0|[1-9][0-9]{0,2}")) {
      return Optional.empty();
    }
    int prefix = Integer.parseInt(text.substring(slash + 1));
    return IpLiteral.parse(text.substring(0, slash))
        .filter(address -> isFirst(address.getAddress(), prefix))
        .map(address -> new Cidr(Optional.of(address), prefix));
  }

  /** The network meant by a single address, or a host of it. */
  static Optional<String> nearest(String text) {
    int slash = text.indexOf('/');
    Optional<InetAddress> address = IpLiteral.parse(slash < 0 ? text : text.substring(0, slash));
    if (address.isEmpty()) {
      return Optional.empty();
    }
    byte[] bytes = address.get().getAddress();
    if (slash < 0) {
      return Optional.of(text + "/" + bytes.length * 8);
    }
    String bits = text.substring(slash + 1);
    if (!bits.matches("[0-9]{1,3}") || Integer.parseInt(bits) > bytes.length * 8) {
      return Optional.empty();
    }
    int prefix = Integer.parseInt(bits);
    for (int bit = prefix; bit < bytes.length * 8; bit++) {
      bytes[bit / 8] &= (byte) ~(0x80 >>> bit % 8);
    }
    try {
      return Optional.of(new Cidr(Optional.of(InetAddress.getByAddress(bytes)), prefix).toString());
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  /** True if the address belongs to the network. Families never mix, except in {@link #ALL}. */
  public boolean contains(InetAddress address) {
    if (network.isEmpty()) {
      return true;
    }
    byte[] mine = network.get().getAddress();
    byte[] other = address.getAddress();
    if (mine.length != other.length) {
      return false;
    }
    int whole = prefix / 8;
    for (int i = 0; i < whole; i++) {
      if (mine[i] != other[i]) {
        return false;
      }
    }
    int rest = prefix % 8;
    return rest == 0 || (mine[whole] ^ other[whole]) >> (8 - rest) == 0;
  }

  /** True if an address is in both. */
  public boolean overlaps(Cidr other) {
    return network.map(other::contains).orElse(true)
        || other.network.map(this::contains).orElse(true);
  }

  @Override
  public String toString() {
    return network.map(first -> first.getHostAddress() + "/" + prefix).orElse(ALL_TEXT);
  }

  private static boolean isFirst(byte[] address, int prefix) {
    if (prefix < 0 || prefix > address.length * 8) {
      return false;
    }
    for (int bit = prefix; bit < address.length * 8; bit++) {
      if ((address[bit / 8] & 0x80 >>> bit % 8) != 0) {
        return false;
      }
    }
    return true;
  }
}
