package dev.heimdall.launcher.deployment;

import dev.heimdall.model.Cidr;
import dev.heimdall.routing.AccountNetwork;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Network with databases, other than that of the nodes.
 *
 * @param known what AWS says of it
 * @param databases the subnets of it that databases are in
 */
record DatabaseNetwork(String vpc, Optional<AccountNetwork> known, List<String> databases) {
  DatabaseNetwork {
    databases = List.copyOf(databases);
  }

  /** The addresses of all subnets with databases, as one network. */
  Optional<Cidr> addresses() {
    return known.flatMap(
        network -> {
          List<Cidr> inside =
              network.subnets().stream()
                  .filter(one -> databases.contains(one.id()) && !one.addresses().isEmpty())
                  .map(one -> Cidr.parse(one.addresses()))
                  .toList();
          return NetworkRoutes.block(
              network.addresses().stream().map(Cidr::parse).toList(), inside);
        });
  }

  /** The tables of these subnets. */
  List<AccountNetwork.RouteTable> tables() {
    return databases.stream()
        .flatMap(subnet -> known.stream().flatMap(one -> one.table(subnet).stream()))
        .distinct()
        .sorted(Comparator.comparing(AccountNetwork.RouteTable::id))
        .toList();
  }
}
