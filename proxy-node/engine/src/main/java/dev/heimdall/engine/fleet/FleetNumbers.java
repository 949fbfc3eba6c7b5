package dev.heimdall.engine.fleet;

import dev.heimdall.model.Cidr;
import dev.heimdall.model.NodeNetworks;
import java.net.InetAddress;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * By which numbers sessions of the fleet go, so that any node can tell whose one is: a node's own
 * number in the upper bits, that of the session on the node in the lower ones. Nodes have numbers
 * that were written down for each, or those of their addresses in the fleet's networks: then any
 * node finds any other without having been told of it.
 *
 * <pre>
 *   bit 31      0 (numbers are positive)
 *   bits 30-19  node, 1 to 4095; more bits where networks have more addresses
 *   the others  session number on the node
 * </pre>
 */
public final class FleetNumbers {
  /** Numbers of sessions are not below, however many bits say the node. */
  public static final int LOWEST = 1 << NodeNetworks.SESSION_BITS;

  private final NodeNetworks networks;
  private final int sessionBits;
  private final int node;

  private FleetNumbers(NodeNetworks networks, int sessionBits, int node) {
    this.networks = networks;
    this.sessionBits = sessionBits;
    this.node = node;
  }

  /** Of a node that has this number, by which others may know it. */
  public static FleetNumbers of(int node) {
    return new FleetNumbers(new NodeNetworks(List.of()), NodeNetworks.SESSION_BITS, node);
  }

  /**
   * Of a node that has one of these addresses. One that has none in the networks gets the number
   * behind them all, by which it is not found.
   */
  public static FleetNumbers among(List<Cidr> networks, Collection<InetAddress> own) {
    NodeNetworks all = new NodeNetworks(networks);
    OptionalInt found =
        own.stream()
            .map(all::indexOf)
            .filter(OptionalInt::isPresent)
            .mapToInt(OptionalInt::getAsInt)
            .min();
    int node = all.first() + found.orElse((int) all.addresses());
    return new FleetNumbers(all, all.sessionBits(), node);
  }

  /** True if it can be the number of a session: of this node, or of another one of the fleet. */
  public static boolean isOfSession(long number) {
    return number >= LOWEST && number <= Integer.MAX_VALUE;
  }

  /** This node's. */
  public int node() {
    return node;
  }

  /** Of the node that the session is of. */
  public int nodeOf(int session) {
    return session >>> sessionBits;
  }

  /** The most that a session's number on its node can be; 0 is none. */
  public int mostSessions() {
    return (1 << sessionBits) - 1;
  }

  /** The number in the fleet of a session of this node. */
  public int ofSession(int number) {
    return node << sessionBits | number;
  }

  /** Address of another node, if numbers encode it, and if it may be there. */
  public Optional<InetAddress> address(int other) {
    int index = other - networks.first();
    return index < 0 || index >= networks.addresses()
        ? Optional.empty()
        : Optional.of(networks.address(index));
  }

  /** True if others can find this node by its number alone. */
  public boolean isFound() {
    return address(node).isPresent();
  }
}
