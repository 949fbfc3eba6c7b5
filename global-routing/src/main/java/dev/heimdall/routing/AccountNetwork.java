package dev.heimdall.routing;

import java.util.List;
import java.util.Optional;

/**
 * A network that nodes could be put into.
 *
 * @param addresses its own, of IPv4
 */
public record AccountNetwork(String vpc, List<String> addresses, List<Subnet> subnets) {
  public AccountNetwork {
    addresses = List.copyOf(addresses);
    subnets = List.copyOf(subnets);
  }

  /** Where a subnet's packets to the internet, and to AWS's services, go. */
  public enum Way {
    /** To a NAT gateway, or another network that may have one. */
    PRIVATE,
    /** Nowhere: it needs endpoints of the services. */
    NONE,
    /** To an internet gateway, which lets out no instance without a public address. */
    PUBLIC,
    /** Nobody has told. */
    UNKNOWN
  }

  /**
   * A subnet.
   *
   * @param name the tag; empty where it has none
   */
  public record Subnet(String id, String zone, String addresses, String name, Way way) {}

  /** A security group; {@code vpc} is the network that it is in. */
  public record Group(String id, String name, Optional<String> vpc) {}
}
