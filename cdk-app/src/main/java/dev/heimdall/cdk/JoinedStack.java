package dev.heimdall.cdk;

import dev.heimdall.cdk.config.Deployment;
import dev.heimdall.cdk.config.Join;
import dev.heimdall.cdk.config.Network;
import dev.heimdall.cdk.config.PeeredNetwork;
import dev.heimdall.cdk.config.Region;
import dev.heimdall.cdk.join.Peering;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.App;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Stack;

/**
 * Connections of a region's network with those of the regions whose names come before its own, so
 * that a pair of regions never moves from one stack to another. It comes after their stacks and
 * goes before them, and finds what it connects by itself: nothing that one stack exports could
 * change any more. It is not protected: a deployment of one region does not reach it, and with
 * another {@code join} it is not in the file any more; the next deployment makes it anew.
 */
final class JoinedStack extends Stack {
  private JoinedStack(App app, Deployment deployment, Region region) {
    super(
        app,
        RegionStack.name(deployment, region) + "-joined",
        RegionStack.props(deployment, region, ", ways to other regions").build());
  }

  /**
   * Makes those that a deployment asks for.
   *
   * @param stacks of the regions, by their names
   */
  static void all(App app, Deployment deployment, Map<String, Stack> stacks) {
    if (deployment.join() != Join.PEERING) {
      return;
    }
    for (Region region : deployment.regions()) {
      List<Region> before =
          deployment.joined(region).stream()
              .filter(other -> other.region().compareTo(region.region()) < 0)
              .sorted(Comparator.comparing(Region::region))
              .toList();
      if (!before.isEmpty()) {
        JoinedStack made = new JoinedStack(app, deployment, region);
        made.addStackDependency(stacks.get(region.region()));
        for (Region other : before) {
          made.addStackDependency(stacks.get(other.region()));
          connect(made, deployment, other, region);
        }
      }
    }
  }

  /** Their nodes' networks, and those of each side's nodes with what the other's is peered with. */
  private static void connect(JoinedStack made, Deployment deployment, Region one, Region other) {
    Peering.End first = end(deployment, one);
    Peering.End second = end(deployment, other);
    connect(made, deployment, first, second, "");
    for (PeeredNetwork peered : one.network().peered()) {
      connect(made, deployment, end(one, peered), second, peered.vpc());
    }
    for (PeeredNetwork peered : other.network().peered()) {
      connect(made, deployment, first, end(other, peered), peered.vpc());
    }
  }

  private static void connect(
      JoinedStack made, Deployment deployment, Peering.End one, Peering.End other, String peered) {
    Peering peering = new Peering(made, deployment.name(), one, other);
    CfnOutput.Builder.create(peering, "Connection")
        .description(
            "The peering connection of %s and %s, for routes of yours"
                .formatted(one.region(), other.region()))
        .value(peering.connection())
        .build()
        .overrideLogicalId("PeeringWith" + (one.region() + peered).replace("-", ""));
  }

  private static Peering.End end(Region region, PeeredNetwork peered) {
    return new Peering.End(
        region.region(),
        new Peering.Given(peered.vpc(), peered.routeTables()),
        peered.addresses().toString());
  }

  private static Peering.End end(Deployment deployment, Region region) {
    Network network = region.network();
    return new Peering.End(
        region.region(),
        network
            .vpc()
            .<Peering.Which>map(vpc -> new Peering.Given(vpc, network.routeTables()))
            .orElseGet(
                () ->
                    new Peering.Made(
                        RegionStack.name(deployment, region),
                        "%d zones, %s"
                            .formatted(
                                network.zones(),
                                network.natGateways() > 0 ? "NAT gateways" : "no NAT gateway"))),
        deployment.knownAddresses(region).orElseThrow().toString());
  }
}
