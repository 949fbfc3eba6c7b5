package dev.heimdall.cdk.constructs;

import dev.heimdall.cdk.instance.Release;
import dev.heimdall.cdk.sync.ConfigSyncFunction;
import dev.heimdall.cdk.sync.ConfigSyncPlan;
import dev.heimdall.cdk.values.Slot;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.cloudwatch.MetricOptions;
import software.amazon.awscdk.services.ec2.Connections;
import software.amazon.awscdk.services.ec2.IConnectable;
import software.amazon.awscdk.services.iam.IGrantable;
import software.amazon.awscdk.services.iam.IPrincipal;
import software.amazon.awscdk.services.kms.IKey;
import software.constructs.Construct;

/**
 * The function that is woken by events of RDS, asks what clusters look like, and tells the nodes of
 * a fleet. Nodes see by themselves what it does not tell them, later.
 *
 * <pre>{@code
 * new HeimdallConfigSync(
 *     this,
 *     "ConfigSync",
 *     HeimdallConfigSyncProps.builder()
 *         .vpc(vpc)
 *         .fleet(fleet)
 *         .code(HeimdallArchive.fromAsset("heimdall-config-sync-lambda.jar"))
 *         .bucket(bucket)
 *         .build());
 * }</pre>
 */
public final class HeimdallConfigSync extends Construct implements IConnectable, IGrantable {
  private static final String NAMESPACE = "Heimdall";
  private static final int MOST_MINUTES = 60;
  private static final int HTTPS = 443;

  private final ConfigSyncFunction function;
  private final PartAccess access;

  public HeimdallConfigSync(Construct scope, String id, HeimdallConfigSyncProps props) {
    super(scope, id);
    long seconds = props.getEvery().toSeconds().longValue();
    FleetChecks.require(seconds % 60 == 0, "every", seconds + " s", "whole minutes");
    FleetChecks.range("every", seconds / 60, 1, MOST_MINUTES);
    IHeimdallFleet fleet = props.getFleet();
    Release code = props.getCode().bind(this, "Code");
    Optional<IKey> key =
        props
            .getEncryptionKey()
            .or(() -> Optional.ofNullable(props.getBucket().getEncryptionKey()));
    function =
        new ConfigSyncFunction(
            this,
            "Default",
            new ConfigSyncPlan(
                fleet.getFleetName(),
                props.getVpc().getVpcId(),
                Subnets.ids(props.getVpc(), props.getVpcSubnets()),
                String.join(",", props.getOtherRegions()),
                props.getMemberRegions(),
                Slot.always(props.getForwardTo()),
                seconds / 60,
                code.bucket(),
                code.key(),
                Optional.of(code.name()).filter(name -> props.getSnapStart()),
                props.getBucket().getBucketName(),
                key.map(IKey::getKeyArn).orElse(""),
                props.getPushKeySecret().orElseGet(() -> fleet.getFleetName() + "/push-key"),
                fleet.getNodeSecurityGroupId(),
                fleet.getHttpPort(),
                props.getKeepLogs().toDays().intValue(),
                elsewhere(props)));
    String group = function.group().getAttrGroupId();
    access = new PartAccess(this, group, group, List.of(HTTPS));
  }

  private static ConfigSyncPlan.OtherStores elsewhere(HeimdallConfigSyncProps props) {
    List<String> regions = props.getPublishTo();
    for (String pushed : props.getPushTo()) {
      FleetChecks.require(
          regions.contains(pushed), "pushTo", pushed, "regions that publishTo names as well");
    }
    return regions.isEmpty()
        ? ConfigSyncPlan.OtherStores.NONE
        : new ConfigSyncPlan.OtherStores(
            Slot.always(regions), String.join(",", props.getPushTo()), props.getOtherBuckets());
  }

  /**
   * Connections from the function to its targets, such as endpoints of AWS services. No client
   * reaches it.
   */
  @Override
  public Connections getConnections() {
    return access.nodes();
  }

  /** Its role. */
  @Override
  public IPrincipal getGrantPrincipal() {
    return access.role(function.role(), what -> {});
  }

  /** The name of the function. */
  public String getFunctionName() {
    return function.function().getRef();
  }

  /** Runs that failed: nodes see changes by themselves only. */
  public Metric metricFailures() {
    return metricFailures(MetricOptions.builder().build());
  }

  /** Failed runs, with another period, statistic or label. */
  public Metric metricFailures(MetricOptions options) {
    return Metrics.of("AWS/Lambda", "Errors", Map.of("FunctionName", getFunctionName()), "Sum")
        .with(options);
  }

  /** Events that were given up, and wait in its queue. */
  public Metric metricGivenUp() {
    return metricGivenUp(MetricOptions.builder().build());
  }

  /** Abandoned events in the queue, with another period, statistic or label. */
  public Metric metricGivenUp(MetricOptions options) {
    return Metrics.of(
            "AWS/SQS",
            "ApproximateNumberOfMessagesVisible",
            Map.of("QueueName", function.letters().getAttrQueueName()),
            "Maximum")
        .with(options);
  }

  /** Nodes that it could not tell, of all fleets in the region. */
  public Metric metricNodesNotTold() {
    return metricNodesNotTold(MetricOptions.builder().build());
  }

  /** Nodes that could not be notified, with another period, statistic or label. */
  public Metric metricNodesNotTold(MetricOptions options) {
    return ofRegion("ConfigSyncNodesNotTold", "Maximum").with(options);
  }

  /** Changes that it saw, of all fleets in the region. */
  public Metric metricChanges() {
    return metricChanges(MetricOptions.builder().build());
  }

  /** Changes that the function saw, with another period, statistic or label. */
  public Metric metricChanges(MetricOptions options) {
    return ofRegion("ConfigSyncChanges", "Sum").with(options);
  }

  /** Problems that it met, of all fleets in the region. */
  public Metric metricProblems() {
    return metricProblems(MetricOptions.builder().build());
  }

  /** Problems that the function met, with another period, statistic or label. */
  public Metric metricProblems(MetricOptions options) {
    return ofRegion("ConfigSyncProblems", "Sum").with(options);
  }

  private Metric ofRegion(String name, String statistic) {
    return Metrics.of(NAMESPACE, name, Map.of("Region", Stack.of(this).getRegion()), statistic);
  }
}
