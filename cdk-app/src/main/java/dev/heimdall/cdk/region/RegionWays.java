package dev.heimdall.cdk.region;

import dev.heimdall.cdk.config.Deployment;
import dev.heimdall.cdk.config.Network;
import dev.heimdall.cdk.config.PeeredNetwork;
import dev.heimdall.cdk.config.Region;
import dev.heimdall.cdk.join.Peering;
import dev.heimdall.cdk.network.Place;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.services.ec2.ISubnet;
import software.constructs.Construct;

/**
 * Connections of the nodes' network with other networks of its region, such as those of databases.
 */
public final class RegionWays {
  private RegionWays() {}

  /** Makes them. */
  public static List<Peering> of(
      Construct scope, Deployment deployment, Region region, Place place) {
    Network network = region.network();
    List<Peering> made = new ArrayList<>();
    for (PeeredNetwork peered : network.peered()) {
      Peering peering =
          new Peering(
              scope,
              deployment.name(),
              new Peering.End(
                  region.region(),
                  nodes(network, place),
                  deployment.knownAddresses(region).orElseThrow().toString()),
              new Peering.End(
                  region.region(),
                  new Peering.Given(peered.vpc(), peered.routeTables()),
                  peered.addresses().toString()));
      CfnOutput.Builder.create(scope, "PeeringWith" + peered.vpc().replace("-", ""))
          .description(
              "The peering connection with %s, for routes of yours".formatted(peered.vpc()))
          .value(peering.connection())
          .build();
      made.add(peering);
    }
    return made;
  }

  private static Peering.Which nodes(Network network, Place place) {
    return network.vpc().isPresent()
        ? new Peering.Given(network.vpc().get(), network.routeTables())
        : new Peering.MadeHere(
            place.vpc(),
            place.zones().stream()
                .map(ISubnet::getRouteTable)
                .map(table -> table.getRouteTableId())
                .toList());
  }
}
