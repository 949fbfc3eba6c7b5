package dev.heimdall.cdk.join;

import dev.heimdall.cdk.iam.Component;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.Token;
import software.constructs.Construct;

/**
 * Association that lets the network of a stack's region see the private zone of the fleets' name.
 */
public final class ZoneAssociation extends Construct {
  private final Joiner joiner;

  /**
   * The zone.
   *
   * @param id as the file says it, or what stands for that of one that the same stack makes; empty
   *     where another stack makes it
   * @param region of the stack that makes it
   * @param stack the name of that one
   */
  public record Zone(Optional<String> id, String region, String stack) {}

  /**
   * The network.
   *
   * @param vpc its id
   * @param given whether it is one that is there: then what it saw before it goes on to see
   * @param name what stands for it where its id is not known yet: that of another is another one
   */
  public record Seer(String vpc, boolean given, String name) {}

  /**
   * Makes it. Another zone or network is another one: the old one goes with its own role.
   *
   * @param fleet who says so, in the zone's comment
   */
  public ZoneAssociation(Construct scope, String fleet, Zone zone, Seer network) {
    super(
        scope,
        "ZoneAssociation-"
            + zone.id().filter(id -> !Token.isUnresolved(id)).orElse(zone.stack())
            + "-"
            + network.name().replace('/', '-'));
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("Fleet", fleet);
    properties.put("Region", Stack.of(this).getRegion());
    properties.put("Vpc", network.vpc());
    properties.put("Network", network.given() ? "given" : "made");
    zone.id()
        .ifPresentOrElse(
            id -> properties.put("Zone", id),
            () -> {
              properties.put("ZoneRegion", zone.region());
              properties.put("ZoneStack", zone.stack());
            });
    boolean named = zone.id().isPresent();
    joiner =
        new Joiner(
            this,
            "Joiner",
            "zone-association.py",
            "lets the network see the private zone of the fleets' name",
            Component.ZONE_ASSOCIATION,
            Map.of(
                "HostedZone",
                List.of(zone.id().orElse("*")),
                "ZoneRegion",
                named ? List.of() : List.of(zone.region()),
                "ZoneStack",
                named ? List.of() : List.of(zone.stack()),
                "Vpc",
                List.of(network.vpc())),
            properties);
  }

  /** The zone's id, once the network sees it. */
  public String zoneId() {
    return joiner.attribute("Zone");
  }

  /** Orders a record in the zone: it is created after the association and removed before it. */
  public void precedes(Construct record) {
    record.getNode().addDependency(joiner.resource());
  }
}
