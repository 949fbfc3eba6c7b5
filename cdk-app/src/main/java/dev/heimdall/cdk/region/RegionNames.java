package dev.heimdall.cdk.region;

import dev.heimdall.cdk.config.Deployment;
import dev.heimdall.cdk.config.PeeredNetwork;
import dev.heimdall.cdk.config.Region;
import dev.heimdall.cdk.config.Routing;
import dev.heimdall.cdk.constructs.HeimdallGlobalRouting;
import dev.heimdall.cdk.constructs.HeimdallGlobalRoutingProps;
import dev.heimdall.cdk.constructs.IHeimdallFleet;
import dev.heimdall.cdk.join.ZoneAssociation;
import dev.heimdall.cdk.network.Place;
import java.util.Optional;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.services.route53.HostedZone;
import software.amazon.awscdk.services.route53.HostedZoneAttributes;
import software.constructs.Construct;

/**
 * A region's {@link HeimdallGlobalRouting}. Where the file names no zone the first region makes a
 * private one, which the networks of the others are associated with.
 */
public final class RegionNames {
  private RegionNames() {}

  /**
   * Makes it.
   *
   * @param first the name of the first region's stack
   */
  public static void of(
      Construct scope,
      String id,
      Deployment deployment,
      Region region,
      Place place,
      IHeimdallFleet fleet,
      String first) {
    Routing routing = deployment.routing();
    String zone = routing.zone().orElseThrow();
    Region maker = deployment.regions().get(0);
    HeimdallGlobalRoutingProps.Builder props =
        HeimdallGlobalRoutingProps.builder().fleet(fleet).recordName(routing.record());
    Optional<ZoneAssociation> association;
    if (routing.zoneId().isEmpty() && maker.region().equals(region.region())) {
      props.privateZone(zone).vpc(place.network());
      association = Optional.empty();
    } else {
      ZoneAssociation made =
          new ZoneAssociation(
              scope,
              deployment.name(),
              new ZoneAssociation.Zone(routing.zoneId(), maker.region(), first),
              new ZoneAssociation.Seer(
                  place.vpc(),
                  region.network().vpc().isPresent(),
                  region.network().vpc().orElseGet(() -> deployment.addresses(region).toString())));
      props.zone(
          HostedZone.fromHostedZoneAttributes(
              scope,
              id + "Zone",
              HostedZoneAttributes.builder()
                  .hostedZoneId(routing.zoneId().orElseGet(made::zoneId))
                  .zoneName(zone)
                  .build()));
      association = Optional.of(made);
    }
    HeimdallGlobalRouting made = new HeimdallGlobalRouting(scope, id, props.build());
    association.ifPresent(before -> before.precedes(made));
    // Clients are where the databases are, and not where the nodes are.
    String known =
        routing
            .zoneId()
            .or(() -> association.map(ZoneAssociation::zoneId))
            .orElse(made.getZoneId());
    for (PeeredNetwork peered : region.network().peered()) {
      new ZoneAssociation(
          scope,
          deployment.name(),
          new ZoneAssociation.Zone(Optional.of(known), maker.region(), first),
          new ZoneAssociation.Seer(peered.vpc(), true, peered.vpc()));
    }
    CfnOutput.Builder.create(made, "NameOutput")
        .description("What clients of every region connect to")
        .value(made.getName())
        .build();
    if (association.isEmpty()) {
      CfnOutput.Builder.create(made, "ZoneOutput")
          .description("The private zone that the name is in, for networks of yours")
          .value(made.getZoneId())
          .build();
    }
  }
}
