package dev.heimdall.model;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * The networks that the nodes of a fleet have their IPv4 addresses in, one behind the other: each
 * address has a number, counted from 0.
 */
public record NodeNetworks(List<Cidr> networks) {
  /** Number of bits for the number of a session on its node, unless addresses need them. */
  public static final int SESSION_BITS = 19;

  private static final int LEAST_SESSION_BITS = 16;
  private static final int BITS = Integer.SIZE - 1;

  public NodeNetworks {
    networks = List.copyOf(networks);
  }

  /** Number of addresses in all networks together. */
  public long addresses() {
    return networks.stream().mapToLong(NodeNetworks::addresses).sum();
  }

  private static long addresses(Cidr network) {
    return 1L << Integer.SIZE - network.prefix();
  }

  /** The most that networks may have. */
  static int most() {
    return room(LEAST_SESSION_BITS);
  }

  /**
   * Number of bits in the number of a session that identify it on its node; the others identify the
   * node.
   */
  public int sessionBits() {
    int bits = SESSION_BITS;
    while (bits > LEAST_SESSION_BITS && room(bits) < addresses()) {
      bits--;
    }
    return bits;
  }

  /** The number of the node that has the first address. */
  public int first() {
    return 1 << SESSION_BITS - sessionBits();
  }

  /** For so many nodes there are numbers; one more is for those that are not in the networks. */
  private static int room(int sessionBits) {
    return (1 << BITS - sessionBits) - (1 << SESSION_BITS - sessionBits) - 1;
  }

  /** The number of an address, if it is in one of the networks. */
  public OptionalInt indexOf(InetAddress address) {
    long before = 0;
    for (Cidr network : networks) {
      if (address instanceof Inet4Address && network.contains(address)) {
        long first = value(network.network().orElseThrow());
        return OptionalInt.of((int) (before + value(address) - first));
      }
      before += addresses(network);
    }
    return OptionalInt.empty();
  }

  /** The address that has a number. */
  public InetAddress address(int index) {
    long rest = index;
    for (Cidr network : networks) {
      if (rest < addresses(network)) {
        return of(value(network.network().orElseThrow()) + rest);
      }
      rest -= addresses(network);
    }
    throw new IllegalArgumentException("no address has the number " + index);
  }

  private static long value(InetAddress address) {
    long value = 0;
    for (byte part : address.getAddress()) {
      value = value << Byte.SIZE | part & 0xff;
    }
    return value;
  }

  private static InetAddress of(long value) {
    byte[] parts = new byte[Integer.BYTES];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = (byte) (value >>> (parts.length - 1 - i) * Byte.SIZE);
    }
    try {
      return InetAddress.getByAddress(parts);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Complains of networks that give addresses no numbers of their own. */
  void check(NodeSettings node, Reading in) {
    String path = "$.peerNetworks";
    List<Cidr> seen = new ArrayList<>();
    for (int i = 0; i < networks.size(); i++) {
      Cidr network = networks.get(i);
      String at = path + "[" + i + "]";
      if (!(network.network().orElse(null) instanceof Inet4Address)) {
        in.problem(at, "\"" + network + "\"", "a network of IPv4 addresses");
        return;
      }
      for (Cidr other : seen) {
        if (other.contains(network.network().get()) || network.contains(other.network().get())) {
          in.problem(at, "\"" + network + "\"", "a network without addresses of \"" + other + "\"");
          return;
        }
      }
      seen.add(network);
    }
    if (networks.isEmpty()) {
      return;
    }
    if (addresses() > most()) {
      in.problem(path, addresses() + " addresses", most() + " at most, in all of them together");
      return;
    }
    int last = first() + (int) addresses();
    for (int i = 0; i < node.peers().size(); i++) {
      String at = "$.peers[" + i + "].id";
      int id = node.peers().get(i).id();
      if (in.sound(at) && id >= first() && id <= last) {
        in.problem(at, "" + id, "a number above " + last + ", the last one of peerNetworks");
      }
    }
    int sessions = (1 << sessionBits()) / 2;
    boolean fewer = sessionBits() < SESSION_BITS;
    if (fewer
        && in.sound("$.maxClients")
        && (node.maxClients() == 0 || node.maxClients() > sessions)) {
      in.problem(
          "$.maxClients",
          "" + node.maxClients(),
          "1 to " + sessions + ", as peerNetworks have " + addresses() + " addresses");
    }
  }
}
