package dev.heimdall.cdk.draft;

import dev.heimdall.model.Cidr;
import java.util.List;
import java.util.Optional;

/**
 * Resources to deploy in a region.
 *
 * @param vpc the network that is there; empty: one is made
 * @param subnets of {@code vpc}, one for each zone
 * @param addresses of the network
 * @param clients networks that clients are in
 * @param clientGroups security groups that clients have
 * @param ways to other networks
 */
public record DraftRegion(
    String region,
    Optional<String> vpc,
    List<Subnet> subnets,
    List<Cidr> addresses,
    List<Cidr> clients,
    List<String> clientGroups,
    List<DraftDatabase> databases,
    Ways ways) {
  /**
   * Connections of the network with those of other regions, and with others of its own region.
   *
   * @param addresses of {@code vpc}, with all subnets of nodes and databases in them
   * @param routeTables of these subnets, which get routes
   * @param peered other networks of the region, such as those of databases
   */
  public record Ways(Optional<Cidr> addresses, List<String> routeTables, List<Peer> peered) {
    /** Of a region that is not connected. */
    public static final Ways NONE = new Ways(Optional.empty(), List.of(), List.of());

    public Ways {
      routeTables = List.copyOf(routeTables);
      peered = List.copyOf(peered);
    }
  }

  /**
   * Another network of the region.
   *
   * @param addresses of it, with all subnets of databases in them
   * @param routeTables of these subnets, which get routes
   */
  public record Peer(String vpc, Cidr addresses, List<String> routeTables) {
    public Peer {
      routeTables = List.copyOf(routeTables);
    }
  }

  /** A subnet that gets nodes; its addresses, where they are known. */
  public record Subnet(String id, Optional<Cidr> addresses) {}

  public DraftRegion {
    subnets = List.copyOf(subnets);
    addresses = List.copyOf(addresses);
    clients = List.copyOf(clients);
    clientGroups = List.copyOf(clientGroups);
    databases = List.copyOf(databases);
  }

  /** Returns a copy with these databases. */
  public DraftRegion with(List<DraftDatabase> served) {
    return new DraftRegion(region, vpc, subnets, addresses, clients, clientGroups, served, ways);
  }

  /** Returns a copy with these connections to other networks. */
  public DraftRegion with(Ways found) {
    return new DraftRegion(
        region, vpc, subnets, addresses, clients, clientGroups, databases, found);
  }

  /** The addresses of the subnets with nodes and load balancer, if all are known. */
  List<Cidr> nodes() {
    List<Cidr> known = subnets.stream().flatMap(one -> one.addresses().stream()).toList();
    return known.size() == subnets.size() ? known : List.of();
  }

  /** From where PROXY headers come: the load balancer's subnets, or all of the network. */
  List<Cidr> balancer() {
    List<Cidr> nodes = nodes();
    return nodes.isEmpty() ? addresses : nodes;
  }
}
