package dev.heimdall.cdk.instance;

import java.util.List;
import java.util.Optional;
import software.amazon.awscdk.CfnAutoScalingRollingUpdate;
import software.amazon.awscdk.CfnCreationPolicy;
import software.amazon.awscdk.CfnResourceSignal;
import software.amazon.awscdk.CfnUpdatePolicy;
import software.amazon.awscdk.services.autoscaling.CfnAutoScalingGroup;
import software.amazon.awscdk.services.ec2.CfnLaunchTemplate;
import software.amazon.awscdk.services.ec2.CfnSecurityGroup;

/** Components of an instance, except for its boot script. */
public final class Machine {
  private Machine() {}

  /**
   * Makes it.
   *
   * @param profile the ARN of the instance profile
   * @param tags of what EC2 makes with an instance
   * @param diskKey the ARN of the key that its disk is encrypted with; empty: the account's default
   */
  public static CfnLaunchTemplate.LaunchTemplateDataProperty of(
      String image,
      String type,
      String profile,
      CfnSecurityGroup securityGroup,
      MadeTags tags,
      Optional<String> diskKey) {
    return CfnLaunchTemplate.LaunchTemplateDataProperty.builder()
        .imageId(image)
        .instanceType(type)
        .iamInstanceProfile(
            CfnLaunchTemplate.IamInstanceProfileProperty.builder().arn(profile).build())
        .securityGroupIds(List.of(securityGroup.getAttrGroupId()))
        .tagSpecifications(tags.specifications())
        // Only version 2, and no further than the instance itself: no credentials for those who
        // make the node or a container ask for them.
        .metadataOptions(
            CfnLaunchTemplate.MetadataOptionsProperty.builder()
                .httpEndpoint("enabled")
                .httpTokens("required")
                .httpPutResponseHopLimit(1)
                .build())
        .monitoring(CfnLaunchTemplate.MonitoringProperty.builder().enabled(true).build())
        .blockDeviceMappings(
            List.of(
                CfnLaunchTemplate.BlockDeviceMappingProperty.builder()
                    .deviceName("/dev/xvda")
                    .ebs(
                        CfnLaunchTemplate.EbsProperty.builder()
                            .volumeType("gp3")
                            .volumeSize(16)
                            .encrypted(true)
                            .kmsKeyId(diskKey.orElse(null))
                            .deleteOnTermination(true)
                            .build())
                    .build()))
        .build();
  }

  /**
   * Returns the update policy of a group: each instance is replaced when the one before it has
   * reported that it is up.
   *
   * @param kept instances that run at least meanwhile
   */
  public static CfnUpdatePolicy oneAfterTheOther(Number kept) {
    return CfnUpdatePolicy.builder()
        .autoScalingRollingUpdate(
            CfnAutoScalingRollingUpdate.builder()
                .maxBatchSize(1)
                .minInstancesInService(kept)
                .pauseTime("PT10M")
                .waitOnResourceSignals(true)
                .suspendProcesses(
                    List.of(
                        "HealthCheck",
                        "ReplaceUnhealthy",
                        "AZRebalance",
                        "AlarmNotification",
                        "ScheduledActions"))
                .build())
        .build();
  }

  /**
   * The first deployment of a group waits for this many instances to signal that they are up, and
   * fails without them.
   */
  public static CfnCreationPolicy allUp(Number count) {
    return CfnCreationPolicy.builder()
        .resourceSignal(CfnResourceSignal.builder().count(count).timeout("PT15M").build())
        .build();
  }

  /** Metrics that a group collects about itself. */
  public static List<CfnAutoScalingGroup.MetricsCollectionProperty> metrics() {
    return List.of(
        CfnAutoScalingGroup.MetricsCollectionProperty.builder().granularity("1Minute").build());
  }

  /** The newest version of a template, which a group's instances are made from. */
  public static CfnAutoScalingGroup.LaunchTemplateSpecificationProperty newest(
      CfnLaunchTemplate template) {
    return CfnAutoScalingGroup.LaunchTemplateSpecificationProperty.builder()
        .launchTemplateId(template.getRef())
        .version(template.getAttrLatestVersionNumber())
        .build();
  }

  /** A tag of a group's instances. */
  public static CfnAutoScalingGroup.TagPropertyProperty tag(String key, String value) {
    return CfnAutoScalingGroup.TagPropertyProperty.builder()
        .key(key)
        .value(value)
        .propagateAtLaunch(true)
        .build();
  }
}
