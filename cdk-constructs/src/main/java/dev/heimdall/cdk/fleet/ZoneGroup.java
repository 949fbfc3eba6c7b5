package dev.heimdall.cdk.fleet;

import dev.heimdall.cdk.instance.BootScript;
import dev.heimdall.cdk.instance.Machine;
import dev.heimdall.cdk.instance.MadeTags;
import dev.heimdall.cdk.nag.Reasons;
import dev.heimdall.cdk.values.Numbers;
import dev.heimdall.cdk.values.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.services.autoscaling.CfnAutoScalingGroup;
import software.amazon.awscdk.services.autoscaling.CfnScalingPolicy;
import software.amazon.awscdk.services.ec2.CfnLaunchTemplate;
import software.amazon.awscdk.services.ec2.CfnSecurityGroup;
import software.amazon.awscdk.services.elasticloadbalancingv2.CfnTargetGroup;
import software.amazon.awscdk.services.logs.CfnLogGroup;
import software.constructs.Construct;

/**
 * The nodes of one zone, which grow and shrink without moving those of other zones.
 *
 * <p>An instance that goes away is taken from the load balancer first and then waits for the node,
 * which drains and completes the hook {@value #HOOK}; without a word from it the instance ends when
 * the time for draining is over.
 */
public final class ZoneGroup extends Construct {
  /** The lifecycle hook that a node completes when it has drained. */
  public static final String HOOK = "heimdall-drain";

  /** The tag by which a fleet's instances are found. */
  public static final String FLEET_TAG = "heimdall:fleet";

  /** The tag by which other regions' functions find where the nodes read topology documents. */
  public static final String STORE_TAG = "heimdall:topology";

  private final CfnAutoScalingGroup group;

  ZoneGroup(
      Construct scope,
      int number,
      FleetPlan plan,
      Slot<String> subnet,
      String profile,
      CfnSecurityGroup securityGroup,
      List<Slot<CfnTargetGroup>> targets,
      Optional<CfnLogGroup> logs) {
    super(scope, "Zone" + number);
    CfnLaunchTemplate template =
        CfnLaunchTemplate.Builder.create(this, "Template")
            .launchTemplateData(
                Machine.of(
                    plan.image(),
                    plan.instanceTypes().get(0),
                    profile,
                    securityGroup,
                    new MadeTags(securityGroup, name(plan), plan.tags()),
                    plan.diskKey()))
            .build();
    group =
        CfnAutoScalingGroup.Builder.create(this, "Nodes")
            .minSize(Numbers.text(plan.fewest()))
            .maxSize(plan.most())
            .vpcZoneIdentifier(List.of(subnet.value()))
            .mixedInstancesPolicy(instances(plan, template))
            .targetGroupArns(
                ProxyFleet.there(
                    targets.stream()
                        .map(target -> new Slot<>(target.value().getRef(), target.when()))
                        .toList()))
            // Not the load balancer's: a node that drains takes no clients and is not ill. Whether
            // it hangs, the instance sees to itself (templates/instance/heimdall-watch).
            .healthCheckType("EC2")
            .healthCheckGracePeriod(240)
            .defaultInstanceWarmup(120)
            .cooldown("60")
            .metricsCollection(Machine.metrics())
            .lifecycleHookSpecificationList(
                List.of(
                    CfnAutoScalingGroup.LifecycleHookSpecificationProperty.builder()
                        .lifecycleHookName(HOOK)
                        .lifecycleTransition("autoscaling:EC2_INSTANCE_TERMINATING")
                        .heartbeatTimeout(plan.drain())
                        .defaultResult("CONTINUE")
                        .build()))
            .tags(tags(plan))
            .build();
    Reasons.accept(
        group,
        "AwsSolutions-AS3",
        "Growing and shrinking is daily business; an alarm tells when a zone is full.");
    Reasons.accept(
        group,
        "CdkNagValidationFailure",
        "The rule about volumes cannot read which launch template several types have; it encrypts"
            + " them.");
    BootScript.of(
            "proxy", group, plan.release(), plan.facts(), plan.inspection(), logs, plan.httpPort())
        .with("ConfigSource", plan.documents().configSource())
        .with("SecretName", plan.documents().hdSecretKey())
        .with("Mount", plan.documents().mount())
        .with("LifecycleHook", HOOK)
        .with("Patience", Numbers.text(plan.drain()) + "s")
        .runBy(template);
    if (Token.isUnresolved(plan.fewest()) || plan.fewest().intValue() > 0) {
      group.getCfnOptions().setCreationPolicy(Machine.allUp(plan.fewest()));
    }
    group.getCfnOptions().setUpdatePolicy(Machine.oneAfterTheOther(plan.keptInUpdates()));
    if (grows(plan)) {
      ProxyFleet.onlyWhen(scaling(plan), subnet.when());
    }
    ProxyFleet.onlyWhen(template, subnet.when());
    ProxyFleet.onlyWhen(group, subnet.when());
  }

  private static String name(FleetPlan plan) {
    return plan.name() + "-node";
  }

  private static List<CfnAutoScalingGroup.TagPropertyProperty> tags(FleetPlan plan) {
    List<CfnAutoScalingGroup.TagPropertyProperty> tags = new ArrayList<>();
    tags.add(Machine.tag("Name", name(plan)));
    tags.add(Machine.tag(FLEET_TAG, plan.name()));
    String bucket = plan.documents().bucket();
    if (!bucket.isEmpty()) {
      tags.add(Machine.tag(STORE_TAG, Fn.join("", List.of("s3://", bucket, "/topology"))));
    }
    return tags;
  }

  /** True if a zone may have more nodes than its fewest; else AWS takes no policy for that. */
  private static boolean grows(FleetPlan plan) {
    return Token.isUnresolved(plan.fewest())
        || Token.isUnresolved(plan.most())
        || Integer.parseInt(plan.most()) > plan.fewest().intValue();
  }

  private CfnScalingPolicy scaling(FleetPlan plan) {
    return CfnScalingPolicy.Builder.create(this, "Load")
        .autoScalingGroupName(group.getRef())
        .policyType("TargetTrackingScaling")
        .targetTrackingConfiguration(
            CfnScalingPolicy.TargetTrackingConfigurationProperty.builder()
                .predefinedMetricSpecification(
                    CfnScalingPolicy.PredefinedMetricSpecificationProperty.builder()
                        .predefinedMetricType("ASGAverageCPUUtilization")
                        .build())
                .targetValue(plan.targetLoad())
                .build())
        .build();
  }

  /**
   * The types in this order: the next one where a zone does not sell the one before, or has none.
   */
  private static CfnAutoScalingGroup.MixedInstancesPolicyProperty instances(
      FleetPlan plan, CfnLaunchTemplate template) {
    return CfnAutoScalingGroup.MixedInstancesPolicyProperty.builder()
        .instancesDistribution(
            CfnAutoScalingGroup.InstancesDistributionProperty.builder()
                .onDemandAllocationStrategy("prioritized")
                .onDemandPercentageAboveBaseCapacity(100)
                .build())
        .launchTemplate(
            CfnAutoScalingGroup.LaunchTemplateProperty.builder()
                .launchTemplateSpecification(Machine.newest(template))
                .overrides(
                    plan.instanceTypes().stream()
                        .map(
                            type ->
                                CfnAutoScalingGroup.LaunchTemplateOverridesProperty.builder()
                                    .instanceType(type)
                                    .build())
                        .toList())
                .build())
        .build();
  }

  /** The group of instances. */
  public CfnAutoScalingGroup group() {
    return group;
  }
}
