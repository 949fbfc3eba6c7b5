package dev.heimdall.cdk.constructs;

import dev.heimdall.cdk.fleet.FleetPlan;
import dev.heimdall.cdk.fleet.ProxyFleet;
import dev.heimdall.cdk.fleet.ZoneGroup;
import dev.heimdall.cdk.iam.ComponentRole;
import dev.heimdall.cdk.values.Slot;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.cloudwatch.MetricOptions;
import software.amazon.awscdk.services.ec2.Connections;
import software.amazon.awscdk.services.elasticloadbalancingv2.CfnTargetGroup;
import software.amazon.awscdk.services.elasticloadbalancingv2.INetworkLoadBalancer;
import software.amazon.awscdk.services.elasticloadbalancingv2.NetworkLoadBalancer;
import software.amazon.awscdk.services.elasticloadbalancingv2.NetworkLoadBalancerAttributes;
import software.amazon.awscdk.services.iam.Grant;
import software.amazon.awscdk.services.iam.GrantOnPrincipalOptions;
import software.amazon.awscdk.services.iam.IGrantable;
import software.amazon.awscdk.services.iam.IManagedPolicy;
import software.amazon.awscdk.services.iam.IPrincipal;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.logs.CfnLogGroup;
import software.constructs.Construct;
import software.constructs.IDependable;

/**
 * A fleet of proxy nodes in a network: an internal network load balancer, and a group of instances
 * in each zone, which install the release and follow the configuration.
 *
 * <pre>{@code
 * HeimdallFleet fleet =
 *     new HeimdallFleet(
 *         this,
 *         "Fleet",
 *         HeimdallFleetProps.builder()
 *             .vpc(vpc)
 *             .release(HeimdallArchive.fromAsset("heimdall-release.tar.gz"))
 *             .documents(HeimdallDocuments.inBucket(bucket, "config"))
 *             .build());
 * fleet.allowClientsFrom(service);
 * fleet.getNodes().allowTo(database, Port.tcp(5432));
 * database.getSecret().grantRead(fleet);
 * }</pre>
 */
public final class HeimdallFleet extends Construct implements IHeimdallFleet, IGrantable {
  private static final String BALANCERS = "AWS/NetworkELB";

  private final HeimdallFleetProps props;
  private final ProxyFleet fleet;
  private final PartAccess access;

  public HeimdallFleet(Construct scope, String id, HeimdallFleetProps props) {
    super(scope, id);
    this.props = props;
    FleetChecks.check(props);
    Machines machines = Machines.ofNodes(props.getInstanceTypes());
    fleet =
        new ProxyFleet(
            this,
            "Default",
            new FleetPlan(
                props.getFleetName(),
                props.getVpc().getVpcId(),
                Slot.always(Subnets.ids(props.getVpc(), props.getVpcSubnets())),
                props.getPorts().stream().map(port -> Slot.always((Number) port)).toList(),
                Slot.always(props.getClients()),
                props.getHttpPort(),
                machines.image(this, props.getMachineImage(), props.getImageParameter()),
                machines.types(),
                props.getFewestPerZone(),
                Integer.toString(props.getMostPerZone()),
                Math.min(props.getFewestPerZone(), props.getMostPerZone() - 1),
                props.getTargetLoad(),
                Long.toString(props.getIdleTimeout().toSeconds().longValue()),
                props.getDrain().toSeconds().longValue(),
                FleetChecks.policy(props.getClientRouting()),
                Boolean.toString(props.getDeletionProtection()),
                props.getRelease().bind(this, "Release"),
                props.getDocuments().read(),
                props.getAccess().plan(),
                Optional.empty(),
                props.getInstanceLogs().inspection(props.getKeepFailedInstances()),
                props.getFacts().facts(),
                List.of(),
                props.getDiskKey().map(IKey::getKeyArn)));
    ComponentRole.add(
        fleet.nodeRole(),
        props.getManagedPolicies().stream().map(IManagedPolicy::getManagedPolicyArn).toList());
    props.getDocuments().first().ifPresent(fleet::bootsBehind);
    access =
        new PartAccess(
            this,
            fleet.nodeGroup().getAttrGroupId(),
            fleet.balancerGroup().getAttrGroupId(),
            props.getPorts());
  }

  /** A fleet that another app or a plain template has made. */
  public static IHeimdallFleet fromHeimdallFleetAttributes(
      Construct scope, String id, HeimdallFleetAttributes attributes) {
    return new ImportedFleet(scope, id, attributes);
  }

  @Override
  public String getFleetName() {
    return props.getFleetName();
  }

  @Override
  public String getAddress() {
    return fleet.balancer().getAttrDnsName();
  }

  @Override
  public String getAddressHostedZoneId() {
    return fleet.balancer().getAttrCanonicalHostedZoneId();
  }

  @Override
  public List<Integer> getPorts() {
    return List.copyOf(props.getPorts());
  }

  @Override
  public int getHttpPort() {
    return props.getHttpPort();
  }

  /** Connections of the load balancer, which clients reach. The default port is the first one. */
  @Override
  public Connections getConnections() {
    return access.clients();
  }

  @Override
  public Connections getNodes() {
    return access.nodes();
  }

  @Override
  public String getNodeSecurityGroupId() {
    return fleet.nodeGroup().getAttrGroupId();
  }

  /** The ARN of the nodes' role, for policies of other accounts' buckets, keys and secrets. */
  public String getNodeRoleArn() {
    return fleet.nodeRole().getAttrArn();
  }

  /** The group of CloudWatch Logs that instances send to, if they do. */
  public Optional<String> getLogGroupName() {
    return fleet.logs().map(CfnLogGroup::getRef);
  }

  /** The nodes' role: a grant to them is one to the fleet. */
  @Override
  public IPrincipal getGrantPrincipal() {
    return access.role(fleet.nodeRole(), fleet::bootsBehind);
  }

  /**
   * Lets nodes log in to a database by IAM, where it is no construct of this app. Clients need no
   * permission of IAM, only {@link #allowClientsFrom the network}.
   *
   * @param resourceId such as {@code cluster-ABCDEFGHIJKLMNOPQRSTUVWXYZ}
   * @param user of the database
   */
  public Grant grantConnect(String resourceId, String user) {
    return Grant.addToPrincipal(
        GrantOnPrincipalOptions.builder()
            .grantee(this)
            .actions(List.of("rds-db:connect"))
            .resourceArns(
                List.of(
                    Fn.join(
                        ":",
                        List.of(
                            "arn",
                            Aws.PARTITION,
                            "rds-db",
                            Aws.REGION,
                            Aws.ACCOUNT_ID,
                            "dbuser",
                            resourceId + "/" + user))))
            .build());
  }

  /** The load balancer, for records that lead to it. */
  public INetworkLoadBalancer getLoadBalancer() {
    return getNode().tryFindChild("Balancer") instanceof INetworkLoadBalancer made
        ? made
        : NetworkLoadBalancer.fromNetworkLoadBalancerAttributes(
            this,
            "Balancer",
            NetworkLoadBalancerAttributes.builder()
                .loadBalancerArn(fleet.balancer().getRef())
                .loadBalancerDnsName(getAddress())
                .loadBalancerCanonicalHostedZoneId(getAddressHostedZoneId())
                .build());
  }

  /** No node boots before this is there, such as documents that are put into a bucket. */
  public void bootsBehind(IDependable what) {
    fleet.bootsBehind(what);
  }

  /** Nodes behind a port that take clients; below 1 no client can connect. */
  public Metric metricHealthyNodes(int port) {
    return metricHealthyNodes(port, MetricOptions.builder().build());
  }

  /** Healthy nodes behind a port, with another period, statistic or label. */
  public Metric metricHealthyNodes(int port, MetricOptions options) {
    return Metrics.of(BALANCERS, "HealthyHostCount", ofPort(port), "Minimum").with(options);
  }

  /** Nodes behind a port that do not say that they take clients. */
  public Metric metricUnhealthyNodes(int port) {
    return metricUnhealthyNodes(port, MetricOptions.builder().build());
  }

  /** Unhealthy nodes behind a port, with another period, statistic or label. */
  public Metric metricUnhealthyNodes(int port, MetricOptions options) {
    return Metrics.of(BALANCERS, "UnHealthyHostCount", ofPort(port), "Maximum").with(options);
  }

  /** Connections that clients have open. */
  public Metric metricConnections() {
    return metricConnections(MetricOptions.builder().build());
  }

  /** Open client connections, with another period, statistic or label. */
  public Metric metricConnections(MetricOptions options) {
    return Metrics.of(BALANCERS, "ActiveFlowCount", ofBalancer(), "Average").with(options);
  }

  /** Connections that clients open. */
  public Metric metricNewConnections() {
    return metricNewConnections(MetricOptions.builder().build());
  }

  /** New client connections, with another period, statistic or label. */
  public Metric metricNewConnections(MetricOptions options) {
    return Metrics.of(BALANCERS, "NewFlowCount", ofBalancer(), "Sum").with(options);
  }

  /** Number of zones with nodes; the methods below count zones from 0. */
  public int getZones() {
    return fleet.zones().size();
  }

  /** The load of the processors of a zone's nodes, in percent. */
  public Metric metricLoad(int zone) {
    return metricLoad(zone, MetricOptions.builder().build());
  }

  /** Processor load of a zone's nodes, with another period, statistic or label. */
  public Metric metricLoad(int zone, MetricOptions options) {
    return Metrics.of("AWS/EC2", "CPUUtilization", ofZone(zone), "Average").with(options);
  }

  /** A zone's nodes that are in service; as many as there may be for long, and it is full. */
  public Metric metricNodes(int zone) {
    return metricNodes(zone, MetricOptions.builder().build());
  }

  /** Nodes of a zone that are in service, with another period, statistic or label. */
  public Metric metricNodes(int zone, MetricOptions options) {
    return Metrics.of("AWS/AutoScaling", "GroupInServiceInstances", ofZone(zone), "Minimum")
        .with(options);
  }

  /** A zone's nodes in standby, such as those that are kept because their boot has failed. */
  public Metric metricStandby(int zone) {
    return metricStandby(zone, MetricOptions.builder().build());
  }

  /** Nodes of a zone that are in standby, with another period, statistic or label. */
  public Metric metricStandby(int zone, MetricOptions options) {
    return Metrics.of("AWS/AutoScaling", "GroupStandbyInstances", ofZone(zone), "Maximum")
        .with(options);
  }

  private Map<String, String> ofBalancer() {
    return Map.of("LoadBalancer", fleet.balancer().getAttrLoadBalancerFullName());
  }

  private Map<String, String> ofPort(int port) {
    int number = props.getPorts().indexOf(port);
    if (number < 0) {
      throw new IllegalArgumentException(
          "port %d is none of the fleet's, which has %s".formatted(port, props.getPorts()));
    }
    Slot<CfnTargetGroup> target = fleet.targets().get(number);
    Map<String, String> of = new TreeMap<>(ofBalancer());
    of.put("TargetGroup", target.value().getAttrTargetGroupFullName());
    return of;
  }

  private Map<String, String> ofZone(int zone) {
    ZoneGroup group = fleet.zones().get(zone);
    return Map.of("AutoScalingGroupName", group.group().getRef());
  }
}
