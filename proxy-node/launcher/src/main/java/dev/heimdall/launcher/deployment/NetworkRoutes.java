package dev.heimdall.launcher.deployment;

import dev.heimdall.model.Cidr;
import dev.heimdall.routing.AccountNetwork;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Targets of route tables, and the commands that have them lead there. */
final class NetworkRoutes {
  /** Shortest and longest prefix of a network of EC2. */
  static final int SHORTEST = 16;

  static final int LONGEST = 28;

  private NetworkRoutes() {}

  /** The one of a network's blocks that has all of these subnets in it. */
  static Optional<Cidr> block(Collection<Cidr> blocks, Collection<Cidr> subnets) {
    return blocks.stream()
        .filter(block -> block.prefix() >= SHORTEST && block.prefix() <= LONGEST)
        .filter(block -> subnets.stream().allMatch(block::overlaps))
        .findFirst();
  }

  /**
   * Target to which a table leads another network's addresses; the default route leads anywhere.
   */
  static Optional<String> leading(AccountNetwork.RouteTable table, Cidr to) {
    return table.routes().stream()
        .filter(route -> Cidr.parse(route.to()).prefix() > 0)
        .filter(route -> Cidr.parse(route.to()).prefix() <= to.prefix())
        .filter(route -> Cidr.parse(route.to()).overlaps(to))
        .max((one, other) -> Cidr.parse(one.to()).prefix() - Cidr.parse(other.to()).prefix())
        .map(AccountNetwork.Route::by);
  }

  /** The first transit gateway, or core network, that leads there. */
  static Optional<String> transit(Collection<AccountNetwork.RouteTable> tables, Cidr to) {
    return tables.stream()
        .flatMap(table -> leading(table, to).stream())
        .filter(id -> id.startsWith("tgw-") || id.startsWith("arn:"))
        .findFirst();
  }

  /** The commands for the routes that are missing, in the order of the tables' ids. */
  static List<String> missing(
      String region, Collection<AccountNetwork.RouteTable> tables, Cidr to, String by) {
    return tables.stream()
        .filter(table -> leading(table, to).filter(by::equals).isEmpty())
        .map(AccountNetwork.RouteTable::id)
        .distinct()
        .sorted()
        .map(
            table ->
                "aws ec2 create-route --region %s --route-table-id %s --destination-cidr-block %s --%s %s"
                    .formatted(region, table, to, option(by), by))
        .toList();
  }

  /** The command by which a region accepts a peering connection. */
  static String accept(String region, String peering) {
    return "aws ec2 accept-vpc-peering-connection --region %s --vpc-peering-connection-id %s"
        .formatted(region, peering);
  }

  private static String option(String by) {
    return by.startsWith("pcx-")
        ? "vpc-peering-connection-id"
        : by.startsWith("tgw-") ? "transit-gateway-id" : "core-network-arn";
  }
}
