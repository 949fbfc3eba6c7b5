package dev.heimdall.cdk.names;

import dev.heimdall.cdk.config.Region;
import dev.heimdall.cdk.config.Routing;
import dev.heimdall.cdk.constructs.IHeimdallFleet;
import dev.heimdall.cdk.network.Place;
import java.util.List;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.route53.CfnHostedZone;
import software.amazon.awscdk.services.route53.CfnRecordSet;
import software.constructs.Construct;

/**
 * A region's latency record, which is an alias of its load balancer and healthy as long as each of
 * that one's ports has a healthy node; and a private zone, where none is named.
 */
public final class LatencyName extends Construct {
  public LatencyName(
      Construct scope,
      String id,
      Region region,
      Routing routing,
      Place place,
      IHeimdallFleet fleet) {
    super(scope, id);
    String zone = routing.zone().orElseThrow();
    String name = routing.record() + "." + zone + ".";
    CfnRecordSet.Builder.create(this, "Latency")
        .hostedZoneId(routing.zoneId().orElseGet(() -> privateZone(zone, region, place)))
        .name(name)
        .type("A")
        .region(region.region())
        .setIdentifier(region.region())
        .aliasTarget(
            CfnRecordSet.AliasTargetProperty.builder()
                .dnsName(fleet.getAddress())
                .hostedZoneId(fleet.getAddressHostedZoneId())
                .evaluateTargetHealth(true)
                .build())
        .build();
    CfnOutput.Builder.create(this, "NameOutput")
        .description("What clients of every region connect to")
        .value(routing.record() + "." + zone)
        .build();
  }

  private String privateZone(String name, Region region, Place place) {
    CfnHostedZone zone =
        CfnHostedZone.Builder.create(this, "Zone")
            .name(name)
            .vpcs(
                List.of(
                    CfnHostedZone.VPCProperty.builder()
                        .vpcId(place.vpc())
                        .vpcRegion(region.region())
                        .build()))
            .build();
    zone.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    CfnOutput.Builder.create(this, "ZoneOutput")
        .description("routing.zoneId of the deployment, before another region is added")
        .value(zone.getRef())
        .build();
    return zone.getRef();
  }
}
