package dev.heimdall.cdk.manager;

import static java.util.Map.entry;

import dev.heimdall.cdk.iam.Component;
import dev.heimdall.cdk.iam.ComponentRole;
import dev.heimdall.cdk.instance.Balancer;
import dev.heimdall.cdk.instance.BootScript;
import dev.heimdall.cdk.instance.Facts;
import dev.heimdall.cdk.instance.Inspection;
import dev.heimdall.cdk.instance.Machine;
import dev.heimdall.cdk.instance.MadeTags;
import dev.heimdall.cdk.nag.Reasons;
import dev.heimdall.cdk.values.Numbers;
import dev.heimdall.cdk.values.PortRule;
import dev.heimdall.cdk.values.Slot;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.autoscaling.CfnAutoScalingGroup;
import software.amazon.awscdk.services.ec2.CfnLaunchTemplate;
import software.amazon.awscdk.services.ec2.CfnSecurityGroup;
import software.amazon.awscdk.services.ec2.CfnSecurityGroupIngress;
import software.amazon.awscdk.services.elasticloadbalancingv2.CfnListener;
import software.amazon.awscdk.services.elasticloadbalancingv2.CfnLoadBalancer;
import software.amazon.awscdk.services.elasticloadbalancingv2.CfnTargetGroup;
import software.amazon.awscdk.services.iam.CfnInstanceProfile;
import software.amazon.awscdk.services.iam.CfnRole;
import software.amazon.awscdk.services.logs.CfnLogGroup;
import software.amazon.awscdk.services.secretsmanager.CfnSecret;
import software.constructs.Construct;
import software.constructs.IDependable;

/**
 * One manager or two, in any of the zones, replaced when it does not say {@code /livez}. What it
 * edits lies elsewhere, so an instance has nothing that is missed when it goes.
 *
 * <p>The load balancer is set otherwise than the fleet's, as what goes through it are short
 * requests of few people: it leads to the other zones, where the only manager may be; connections
 * to an ill one are cut, so that a browser turns to its successor; and a client's address is its
 * own, by which the manager counts wrong passwords.
 */
public final class ManagerGroup extends Construct {
  private static final int PASSWORD_LENGTH = 32;
  private static final int SECONDS_TO_END = 30;

  /** The fact that is its URL. */
  private static final String ITSELF = "manager";

  private final ManagerPlan plan;
  private final CfnSecurityGroup group;
  private final CfnSecurityGroup door;
  private final CfnLoadBalancer balancer;
  private final CfnTargetGroup target;
  private final CfnRole role;
  private final Optional<CfnLogGroup> logs;
  private final CfnAutoScalingGroup instances;
  private int reporting;

  public ManagerGroup(Construct scope, String id, ManagerPlan plan) {
    super(scope, id);
    this.plan = plan;
    String password = password();
    group =
        CfnSecurityGroup.Builder.create(this, "ManagerSecurityGroup")
            .groupDescription("Heimdall manager: its load balancer only")
            .vpcId(plan.vpc())
            .build();
    door = door();
    balancer = makeBalancer(door);
    target = makeTarget();
    listener();
    logs = plan.inspection().logGroup(this, "Logs");
    role = role(password);
    CfnInstanceProfile profile =
        CfnInstanceProfile.Builder.create(this, "ManagerProfile")
            .roles(List.of(role.getRef()))
            .build();
    instances = instances(profile, password);
  }

  /** The URL by the load balancer's own name, which a certificate does not have. */
  public String address() {
    String scheme = plan.certificate().isPresent() ? "https://" : "http://";
    return scheme + balancer.getAttrDnsName() + ":" + Numbers.text(plan.port());
  }

  /** Its instances. */
  public CfnAutoScalingGroup instances() {
    return instances;
  }

  /** Log group to which its instances send their logs, if they do. */
  public Optional<CfnLogGroup> logs() {
    return logs;
  }

  /** Its role, for what else it may do. */
  public CfnRole role() {
    return role;
  }

  /** No manager boots before this is there. */
  public void bootsBehind(IDependable what) {
    instances.getNode().addDependency(what);
  }

  /** The security group of its instances, for what they have to reach. */
  public CfnSecurityGroup group() {
    return group;
  }

  public CfnLoadBalancer balancer() {
    return balancer;
  }

  /** Lets nodes report, which come from this security group. */
  public void reportsArriveFrom(String nodes) {
    String id = "ReportsArrive" + (reporting++ == 0 ? "" : Integer.toString(reporting));
    PortRule.into(this, id, door.getAttrGroupId(), "from nodes, which report", plan.port())
        .sourceSecurityGroupId(nodes)
        .build();
  }

  /** Target group behind its address. */
  public CfnTargetGroup target() {
    return target;
  }

  /** Name of the secret with its password. */
  public String passwordName() {
    return Fn.join("", List.of(plan.name(), "/manager"));
  }

  /** The security group before its load balancer, which people reach. */
  public CfnSecurityGroup balancerGroup() {
    return door;
  }

  /** The name of the secret. */
  private String password() {
    String name = passwordName();
    CfnSecret secret =
        CfnSecret.Builder.create(this, "Password")
            .name(name)
            .description("Heimdall: the password of the manager's user admin")
            .kmsKeyId(plan.key().isEmpty() ? null : plan.key())
            .generateSecretString(
                CfnSecret.GenerateSecretStringProperty.builder()
                    .excludePunctuation(true)
                    .passwordLength(PASSWORD_LENGTH)
                    .build())
            .build();
    secret.applyRemovalPolicy(RemovalPolicy.DESTROY); // or the next manager could not have one
    Reasons.accept(
        secret,
        "AwsSolutions-SMG4",
        "People type it. Another one counts within a minute: it is changed by writing it there.");
    return name;
  }

  private CfnSecurityGroup door() {
    CfnSecurityGroup door =
        CfnSecurityGroup.Builder.create(this, "BalancerSecurityGroup")
            .groupDescription("Heimdall manager: its clients")
            .vpcId(plan.vpc())
            .securityGroupEgress(PortRule.only("to the manager", plan.port(), group))
            .build();
    for (int i = 0; i < plan.clients().size(); i++) {
      Slot<String> client = plan.clients().get(i);
      CfnSecurityGroupIngress ingress =
          PortRule.into(
                  this,
                  "From" + Slot.id(client.value(), i + 1),
                  door.getAttrGroupId(),
                  "clients",
                  plan.port())
              .cidrIp(client.value())
              .build();
      client.when().ifPresent(ingress.getCfnOptions()::setCondition);
    }
    PortRule.into(this, "Arrives", group.getAttrGroupId(), "from the load balancer", plan.port())
        .sourceSecurityGroupId(door.getAttrGroupId())
        .build();
    return door;
  }

  private CfnLoadBalancer makeBalancer(CfnSecurityGroup door) {
    return Balancer.create(
        this,
        plan.subnets(),
        door,
        "Who did what is in the manager's log, with the client's address; the load balancer's tells"
            + " of TLS only.",
        entry("deletion_protection.enabled", plan.protect()),
        entry("load_balancing.cross_zone.enabled", "true"));
  }

  private CfnTargetGroup makeTarget() {
    return Balancer.targets(
        this,
        "Targets",
        plan.vpc(),
        plan.port(),
        new Balancer.Health("/livez", plan.port(), 10, 6, 3),
        entry("proxy_protocol_v2.enabled", "false"),
        entry("preserve_client_ip.enabled", "true"),
        entry("deregistration_delay.timeout_seconds", Integer.toString(SECONDS_TO_END)),
        entry("deregistration_delay.connection_termination.enabled", "true"),
        entry("target_health_state.unhealthy.connection_termination.enabled", "true"));
  }

  private void listener() {
    CfnListener.Builder listener =
        Balancer.listener(this, "Listener", balancer, plan.port(), target);
    plan.certificate()
        .ifPresentOrElse(
            arn ->
                listener
                    .protocol("TLS")
                    .sslPolicy("ELBSecurityPolicy-TLS13-1-2-2021-06")
                    .certificates(
                        List.of(
                            CfnListener.CertificateProperty.builder().certificateArn(arn).build())),
            () -> listener.protocol("TCP"));
    listener.build();
  }

  private CfnRole role(String password) {
    ManagerPlan.Edited documents = plan.documents();
    return ComponentRole.create(
        this,
        "ManagerRole",
        Component.MANAGER,
        Map.ofEntries(
            entry("ReleaseBucket", List.of(plan.release().bucket())),
            entry("ReleaseKey", List.of(plan.release().key())),
            entry("ConfigurationBucket", some(documents.read())),
            entry("EditedBucket", some(documents.written())),
            entry("ConfigurationPrefix", List.of(documents.prefix())),
            entry("ConfigurationKey", some(plan.key())),
            entry("SecretKeys", plan.secretKeys()),
            entry("ConfigurationSecret", some(documents.secret())),
            entry("FileSystem", some(documents.fileSystem())),
            entry(
                "ManagerSecret",
                Stream.concat(Stream.of(password), plan.secrets().stream()).toList()),
            entry("AlertTopics", plan.topics()),
            entry("InstanceLogs", Inspection.names(logs)),
            entry("KeptIn", plan.inspection().keptIn())),
        plan.inspection().keptWhen());
  }

  private CfnAutoScalingGroup instances(CfnInstanceProfile profile, String password) {
    CfnLaunchTemplate template =
        CfnLaunchTemplate.Builder.create(this, "Template")
            .launchTemplateData(
                Machine.of(
                    plan.image(),
                    plan.instanceType(),
                    profile.getAttrArn(),
                    group,
                    new MadeTags(group, instanceName(), plan.tags()),
                    plan.diskKey()))
            .build();
    CfnAutoScalingGroup made =
        CfnAutoScalingGroup.Builder.create(this, "Instances")
            .minSize(Numbers.text(plan.size()))
            // One more than a single one, which an update then replaces without a gap.
            .maxSize("2")
            .vpcZoneIdentifier(plan.subnets())
            .launchTemplate(Machine.newest(template))
            .targetGroupArns(List.of(target.getRef()))
            .healthCheckType("ELB")
            .healthCheckGracePeriod(240)
            .metricsCollection(Machine.metrics())
            .tags(List.of(Machine.tag("Name", instanceName())))
            .build();
    Reasons.accept(
        made,
        "AwsSolutions-AS3",
        "An instance that is replaced is the group's business; an alarm tells when there is none.");
    BootScript.of("server", made, plan.release(), facts(), plan.inspection(), logs, plan.port())
        .with("ConfigDirectory", plan.documents().configDirectory())
        .with("ConfigSource", plan.documents().configSource())
        .with("SecretName", plan.documents().hdSecretKey())
        .with("Mount", plan.documents().mount())
        .with("ManagerAddress", "0.0.0.0")
        .with("ManagerPort", Numbers.text(plan.port()))
        .with("ManagerSecret", password)
        .with("ManagerConf", plan.conf())
        .runBy(template);
    made.getCfnOptions().setCreationPolicy(Machine.allUp(plan.size()));
    made.getCfnOptions().setUpdatePolicy(Machine.oneAfterTheOther(1));
    return made;
  }

  private String instanceName() {
    return plan.name() + "-manager";
  }

  /** Nodes report to it, and it judges documents that say so. */
  private Facts facts() {
    return plan.facts().has(ITSELF) ? plan.facts() : plan.facts().with(ITSELF, address());
  }

  private static List<String> some(String text) {
    return text.isEmpty() ? List.of() : List.of(text);
  }
}
