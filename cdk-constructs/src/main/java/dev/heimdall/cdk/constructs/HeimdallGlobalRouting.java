package dev.heimdall.cdk.constructs;

import java.util.List;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.route53.CfnHostedZone;
import software.amazon.awscdk.services.route53.CfnRecordSet;
import software.amazon.awscdk.services.route53.IHostedZone;
import software.constructs.Construct;

/**
 * One name for the fleets of several regions, of which a client is led to the nearest: the latency
 * record of the stack's region, which is an alias of its load balancer and healthy as long as each
 * of that one's ports has a healthy node. Each region's stack has one.
 *
 * <pre>{@code
 * new HeimdallGlobalRouting(
 *     this,
 *     "Routing",
 *     HeimdallGlobalRoutingProps.builder().fleet(fleet).recordName("orders").zone(zone).build());
 * }</pre>
 */
public final class HeimdallGlobalRouting extends Construct {
  private final String name;
  private final String zoneId;

  public HeimdallGlobalRouting(Construct scope, String id, HeimdallGlobalRoutingProps props) {
    super(scope, id);
    FleetChecks.require(
        props.getZone().isPresent() != props.getPrivateZone().isPresent(),
        "zone",
        props.getZone().isPresent() ? "one that is there and one to be made" : "none",
        "either zone, or privateZone with its vpc");
    String region = Stack.of(this).getRegion();
    IHeimdallFleet fleet = props.getFleet();
    name =
        props.getRecordName()
            + "."
            + props.getPrivateZone().orElseGet(() -> props.getZone().orElseThrow().getZoneName());
    zoneId =
        props
            .getZone()
            .map(IHostedZone::getHostedZoneId)
            .orElseGet(() -> privateZone(props, region));
    CfnRecordSet.Builder.create(this, "Latency")
        .hostedZoneId(zoneId)
        .name(name + ".")
        .type("A")
        .region(region)
        .setIdentifier(region)
        .aliasTarget(
            CfnRecordSet.AliasTargetProperty.builder()
                .dnsName(fleet.getAddress())
                .hostedZoneId(fleet.getAddressHostedZoneId())
                .evaluateTargetHealth(true)
                .build())
        .build();
  }

  /** Name that clients of every region connect to. */
  public String getName() {
    return name;
  }

  /** The id of the zone that the name is in: for {@code zone} of the other regions' stacks. */
  public String getZoneId() {
    return zoneId;
  }

  /** It stays when the stack goes: other regions have records in it. */
  private String privateZone(HeimdallGlobalRoutingProps props, String region) {
    IVpc vpc =
        props
            .getVpc()
            .orElseThrow(() -> new IllegalArgumentException("vpc: none; privateZone needs one"));
    CfnHostedZone zone =
        CfnHostedZone.Builder.create(this, "Zone")
            .name(props.getPrivateZone().orElseThrow())
            .vpcs(
                List.of(
                    CfnHostedZone.VPCProperty.builder()
                        .vpcId(vpc.getVpcId())
                        .vpcRegion(region)
                        .build()))
            .build();
    zone.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    return zone.getRef();
  }
}
