package dev.heimdall.cdk.region;

import dev.heimdall.cdk.config.Routing;
import dev.heimdall.cdk.constructs.HeimdallGlobalRouting;
import dev.heimdall.cdk.constructs.HeimdallGlobalRoutingProps;
import dev.heimdall.cdk.constructs.IHeimdallFleet;
import dev.heimdall.cdk.network.Place;
import java.util.List;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.route53.HostedZone;
import software.amazon.awscdk.services.route53.HostedZoneAttributes;
import software.constructs.Construct;

/** A region's {@link HeimdallGlobalRouting}; its zone is made where none is named. */
public final class RegionNames {
  private RegionNames() {}

  /** Makes it. */
  public static void of(
      Construct scope, String id, Routing routing, Place place, IHeimdallFleet fleet) {
    String zone = routing.zone().orElseThrow();
    HeimdallGlobalRoutingProps.Builder props =
        HeimdallGlobalRoutingProps.builder().fleet(fleet).recordName(routing.record());
    routing
        .zoneId()
        .ifPresentOrElse(
            given ->
                props.zone(
                    HostedZone.fromHostedZoneAttributes(
                        scope,
                        id + "Zone",
                        HostedZoneAttributes.builder().hostedZoneId(given).zoneName(zone).build())),
            () -> props.privateZone(zone).vpc(place.network()));
    HeimdallGlobalRouting made = new HeimdallGlobalRouting(scope, id, props.build());
    CfnOutput.Builder.create(made, "NameOutput")
        .description("What clients of every region connect to")
        .value(made.getName())
        .build();
    if (routing.zoneId().isEmpty()) {
      CfnOutput.Builder.create(made, "ZoneOutput")
          .description("routing.zoneId of the deployment, before another region is added")
          .value(made.getZoneId())
          .build();
    } else {
      CfnOutput.Builder.create(made, "AssociationOutput")
          .description("Once, if the zone is private: lets this region's network see the name")
          .value(
              Fn.join(
                  "",
                  List.of(
                      "aws route53 associate-vpc-with-hosted-zone --hosted-zone-id ",
                      made.getZoneId(),
                      " --vpc VPCRegion=",
                      Stack.of(made).getRegion(),
                      ",VPCId=",
                      place.vpc())))
          .build();
    }
  }
}
