package dev.heimdall.cdk;

import dev.heimdall.cdk.config.Deployment;
import dev.heimdall.cdk.config.Join;
import dev.heimdall.cdk.config.Network;
import dev.heimdall.cdk.config.Region;
import dev.heimdall.cdk.join.Peering;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;

/**
 * What connects a region's network with those of the regions whose names come before its own, so
 * that a pair of regions never moves from one stack to another. It comes after their stacks and
 * goes before them, and finds what it connects by itself: nothing that one stack exports could
 * change any more.
 */
final class JoinedStack extends Stack {
  private JoinedStack(App app, Deployment deployment, Region region) {
    super(
        app,
        RegionStack.name(deployment, region) + "-joined",
        StackProps.builder()
            .description("Heimdall " + deployment.name() + ", ways to other regions")
            .env(
                Environment.builder()
                    .region(region.region())
                    .account(region.account().orElse(null))
                    .build())
            .tags(deployment.tags())
            .analyticsReporting(false)
            .build());
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
        made.addDependency(stacks.get(region.region()));
        for (Region other : before) {
          made.addDependency(stacks.get(other.region()));
          new Peering(made, deployment.name(), end(deployment, other), end(deployment, region));
        }
      }
    }
  }

  private static Peering.End end(Deployment deployment, Region region) {
    Network network = region.network();
    return new Peering.End(
        region.region(),
        RegionStack.name(deployment, region),
        network.vpc(),
        network.routeTables(),
        deployment.knownAddresses(region).orElseThrow().toString(),
        "%d zones, %s"
            .formatted(
                network.zones(), network.natGateways() > 0 ? "NAT gateways" : "no NAT gateway"));
  }
}
