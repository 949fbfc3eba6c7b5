package dev.heimdall.cdk.constructs;

import dev.heimdall.cdk.iam.ComponentRole;
import dev.heimdall.cdk.manager.ManagerGroup;
import dev.heimdall.cdk.manager.ManagerPlan;
import dev.heimdall.cdk.values.Slot;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.ArnFormat;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.certificatemanager.ICertificate;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.cloudwatch.MetricOptions;
import software.amazon.awscdk.services.ec2.Connections;
import software.amazon.awscdk.services.iam.IGrantable;
import software.amazon.awscdk.services.iam.IManagedPolicy;
import software.amazon.awscdk.services.iam.IPrincipal;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.logs.CfnLogGroup;
import software.amazon.awscdk.services.secretsmanager.ISecret;
import software.amazon.awscdk.services.secretsmanager.Secret;
import software.amazon.awscdk.services.secretsmanager.SecretAttributes;
import software.constructs.Construct;
import software.constructs.IDependable;

/**
 * The manager of a fleet's configuration: one instance or two behind an internal load balancer,
 * which edit the documents where they lie. Nodes go on without it.
 *
 * <pre>{@code
 * HeimdallManager manager =
 *     new HeimdallManager(
 *         this,
 *         "Manager",
 *         HeimdallManagerProps.builder()
 *             .vpc(vpc)
 *             .release(release)
 *             .documents(documents)
 *             .certificate(certificate)
 *             .build());
 * manager.getConnections().allowDefaultPortFrom(bastion);
 * manager.reportsArriveFrom(fleet);
 * }</pre>
 */
public final class HeimdallManager extends Construct implements IHeimdallManager, IGrantable {
  private static final int MOST = 2;

  private final HeimdallManagerProps props;
  private final ManagerGroup manager;
  private final PartAccess access;

  public HeimdallManager(Construct scope, String id, HeimdallManagerProps props) {
    super(scope, id);
    this.props = props;
    FleetChecks.name(props.getFleetName());
    FleetChecks.port("port", props.getPort());
    FleetChecks.range("managers", props.getManagers(), 1, MOST);
    Machines machines = Machines.ofManagers(props.getInstanceType());
    manager =
        new ManagerGroup(
            this,
            "Default",
            new ManagerPlan(
                props.getFleetName(),
                props.getVpc().getVpcId(),
                Subnets.ids(props.getVpc(), props.getVpcSubnets()),
                Slot.always(props.getClients()),
                props.getPort(),
                props.getCertificate().map(ICertificate::getCertificateArn),
                machines.image(this, props.getMachineImage(), props.getImageParameter()),
                machines.types().get(0),
                props.getManagers(),
                Boolean.toString(props.getDeletionProtection()),
                props.getRelease().bind(this, "Release"),
                props.getDocuments().key(),
                props.getDocuments().edited(),
                String.join(";", props.getConf()),
                props.getSecrets(),
                props.getSecretKeys(),
                props.getAlertTopics(),
                props.getInstanceLogs().inspection(props.getKeepFailedInstances()),
                props.getFacts().facts(),
                List.of(),
                props.getDiskKey().map(IKey::getKeyArn)));
    ComponentRole.add(
        manager.role(),
        props.getManagedPolicies().stream().map(IManagedPolicy::getManagedPolicyArn).toList());
    props.getDocuments().first().ifPresent(manager::bootsBehind);
    access =
        new PartAccess(
            this,
            manager.group().getAttrGroupId(),
            manager.balancerGroup().getAttrGroupId(),
            List.of(props.getPort()));
  }

  /** A manager that another app or a plain template has made. */
  public static IHeimdallManager fromHeimdallManagerAttributes(
      Construct scope, String id, HeimdallManagerAttributes attributes) {
    return new ImportedManager(scope, id, attributes);
  }

  @Override
  public String getUrl() {
    return manager.address();
  }

  @Override
  public int getPort() {
    return props.getPort();
  }

  /** Connections from users of the manager: its load balancer, at its port. */
  @Override
  public Connections getConnections() {
    return access.clients();
  }

  /** Its instances, which mount a file system, or ask a provider of single sign-on. */
  public Connections getInstances() {
    return access.nodes();
  }

  /** The id of its instances' security group. */
  public String getInstanceSecurityGroupId() {
    return manager.group().getAttrGroupId();
  }

  /** The ARN of its role, for policies of other accounts' buckets, keys and secrets. */
  public String getRoleArn() {
    return manager.role().getAttrArn();
  }

  /** The group of CloudWatch Logs that instances send to, if they do. */
  public Optional<String> getLogGroupName() {
    return manager.logs().map(CfnLogGroup::getRef);
  }

  /** Its role: {@code topic.grantPublish(manager)}, {@code secret.grantRead(manager)}. */
  @Override
  public IPrincipal getGrantPrincipal() {
    return access.role(manager.role(), manager::bootsBehind);
  }

  /** The secret with the password of its user {@code admin}, which is made with it. */
  public ISecret getPassword() {
    if (getNode().tryFindChild("AdminPassword") instanceof ISecret made) {
      return made;
    }
    SecretAttributes.Builder secret =
        SecretAttributes.builder()
            .secretPartialArn(
                Stack.of(this)
                    .formatArn(
                        ArnComponents.builder()
                            .service("secretsmanager")
                            .resource("secret")
                            .resourceName(manager.passwordName())
                            .arnFormat(ArnFormat.COLON_RESOURCE_NAME)
                            .build()));
    props.getDocuments().encryptionKey().ifPresent(secret::encryptionKey);
    return Secret.fromSecretAttributes(this, "AdminPassword", secret.build());
  }

  /** The name of that secret. */
  public String getPasswordName() {
    return manager.passwordName();
  }

  /** Lets the nodes of a fleet report to it: {@code manager.urls} of their {@code node.json}. */
  public void reportsArriveFrom(IHeimdallFleet fleet) {
    manager.reportsArriveFrom(fleet.getNodeSecurityGroupId());
  }

  /** No manager boots before this is there. */
  public void bootsBehind(IDependable what) {
    manager.bootsBehind(what);
  }

  /** Managers that answer; below 1 for long, and no user edits. */
  public Metric metricHealthyManagers() {
    return metricHealthyManagers(MetricOptions.builder().build());
  }

  /** Healthy managers, with another period, statistic or label. */
  public Metric metricHealthyManagers(MetricOptions options) {
    Map<String, String> of = new TreeMap<>();
    of.put("LoadBalancer", manager.balancer().getAttrLoadBalancerFullName());
    of.put("TargetGroup", manager.target().getAttrTargetGroupFullName());
    return Metrics.of("AWS/NetworkELB", "HealthyHostCount", of, "Minimum").with(options);
  }

  /** Its instances in standby, such as those that are kept because their boot has failed. */
  public Metric metricStandby() {
    return metricStandby(MetricOptions.builder().build());
  }

  /** Managers in standby, with another period, statistic or label. */
  public Metric metricStandby(MetricOptions options) {
    Map<String, String> of = Map.of("AutoScalingGroupName", manager.instances().getRef());
    return Metrics.of("AWS/AutoScaling", "GroupStandbyInstances", of, "Maximum").with(options);
  }
}
