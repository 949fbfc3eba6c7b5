package dev.heimdall.cdk.join;

import dev.heimdall.cdk.iam.Component;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awscdk.CfnOutput;
import software.constructs.Construct;

/** The way between the networks of two regions, with routes on both sides. */
public final class Peering extends Construct {
  /**
   * The network of one side.
   *
   * @param stack the region's, which has made the network, or where {@code vpc} is
   * @param vpc a network that is there
   * @param routeTables of such a network: those that get routes
   * @param addresses of the network: where the other side's routes lead
   * @param shape of a network that is made, in words: another one is looked at again
   */
  public record End(
      String region,
      String stack,
      Optional<String> vpc,
      List<String> routeTables,
      String addresses,
      String shape) {
    public End {
      routeTables = List.copyOf(routeTables);
    }

    private Map<String, Object> properties() {
      Map<String, Object> properties = new LinkedHashMap<>();
      properties.put("Region", region);
      properties.put("Addresses", addresses);
      vpc.ifPresentOrElse(
          id -> {
            properties.put("Vpc", id);
            properties.put("RouteTables", routeTables);
          },
          () -> {
            properties.put("Stack", stack);
            properties.put("Shape", shape);
          });
      return properties;
    }

    private String name() {
      return vpc.map(id -> region + id).orElse(region);
    }
  }

  /**
   * Makes it. Networks of other ids are another one: the old one goes with its own role.
   *
   * @param fleet whose tag the connection has
   */
  public Peering(Construct scope, String fleet, End one, End other) {
    super(scope, "Peering-" + one.name() + "-" + other.name());
    List<End> ends = List.of(one, other);
    List<String> stacks = ends.stream().filter(end -> end.vpc().isEmpty()).map(End::stack).toList();
    Joiner joiner =
        new Joiner(
            this,
            "Joiner",
            "peering.py",
            "connects the networks of %s and %s".formatted(one.region(), other.region()),
            Component.PEERING,
            Map.of(
                "FleetName",
                List.of(fleet),
                "JoinedRegions",
                ends.stream().map(End::region).toList(),
                "JoinedStacks",
                stacks,
                "GivenVpcs",
                ends.stream().flatMap(end -> end.vpc().stream()).toList()),
            Map.of("Fleet", fleet, "One", one.properties(), "Other", other.properties()));
    CfnOutput.Builder.create(this, "Connection")
        .description(
            "The peering connection of %s and %s, for routes of yours"
                .formatted(one.region(), other.region()))
        .value(joiner.attribute("Peering"))
        .build()
        .overrideLogicalId("PeeringWith" + one.region().replace("-", ""));
  }
}
