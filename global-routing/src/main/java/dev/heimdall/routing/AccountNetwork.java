package dev.heimdall.routing;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A network that nodes could be put into.
 *
 * @param addresses its own, of IPv4
 * @param tables empty also where unknown
 */
public record AccountNetwork(
    String vpc, List<String> addresses, List<Subnet> subnets, List<RouteTable> tables) {
  public AccountNetwork {
    addresses = List.copyOf(addresses);
    subnets = List.copyOf(subnets);
    tables = List.copyOf(tables);
  }

  /** The table that a subnet's packets are routed by, if that was told. */
  public Optional<RouteTable> table(String subnet) {
    return tables.stream()
        .filter(one -> one.subnets().contains(subnet))
        .findFirst()
        .or(() -> tables.stream().filter(RouteTable::main).findFirst());
  }

  /** Destination of a subnet's packets to the internet, and to AWS services. */
  public enum Way {
    /** To a NAT gateway, or another network that may have one. */
    PRIVATE,
    /** Nowhere: it needs endpoints of the services. */
    NONE,
    /** To an internet gateway, which lets out no instance without a public address. */
    PUBLIC,
    /** Destination not reported. */
    UNKNOWN
  }

  /**
   * A subnet.
   *
   * @param name the tag; empty where it has none
   */
  public record Subnet(String id, String zone, String addresses, String name, Way way) {}

  /**
   * A table of routes.
   *
   * @param main whether it is that of subnets which have none of their own
   * @param subnets that have this one
   */
  public record RouteTable(String id, boolean main, List<String> subnets, List<Route> routes) {
    public RouteTable {
      subnets = List.copyOf(subnets);
      routes = List.copyOf(routes);
    }
  }

  /**
   * A route that leads somewhere.
   *
   * @param to addresses of IPv4
   * @param by the id of what it goes through, such as {@code pcx-0a1b2c3d}
   */
  public record Route(String to, String by) {}

  /**
   * A peering connection that is active, or about to be.
   *
   * @param accepted whether both sides have agreed to it
   * @param accepter the network that has, or has to
   * @param vpcs the two networks
   * @param tags in the region that was asked; each side has its own
   */
  public record Peering(
      String id, boolean accepted, String accepter, Set<String> vpcs, Map<String, String> tags) {
    public Peering {
      vpcs = Set.copyOf(vpcs);
      tags = Map.copyOf(tags);
    }
  }

  /** A security group; {@code vpc} is the network that it is in. */
  public record Group(String id, String name, Optional<String> vpc) {}
}
