package dev.heimdall.cdk.draft;

import dev.heimdall.model.Cidr;
import java.util.List;
import java.util.Optional;

/**
 * What is to be deployed in a region.
 *
 * @param vpc the network that is there; empty: one is made
 * @param subnets of {@code vpc}, one for each zone
 * @param addresses of the network
 * @param clients networks that clients are in
 * @param clientGroups security groups that clients have
 */
public record DraftRegion(
    String region,
    Optional<String> vpc,
    List<Subnet> subnets,
    List<Cidr> addresses,
    List<Cidr> clients,
    List<String> clientGroups,
    List<DraftDatabase> databases) {
  /** A subnet that gets nodes; its addresses, where they are known. */
  public record Subnet(String id, Optional<Cidr> addresses) {}

  public DraftRegion {
    subnets = List.copyOf(subnets);
    addresses = List.copyOf(addresses);
    clients = List.copyOf(clients);
    clientGroups = List.copyOf(clientGroups);
    databases = List.copyOf(databases);
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
