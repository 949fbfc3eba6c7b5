package dev.heimdall.cdk.fleet;

import static java.util.Map.entry;

import dev.heimdall.cdk.instance.Balancer;
import dev.heimdall.cdk.instance.Inspection;
import dev.heimdall.cdk.values.Numbers;
import dev.heimdall.cdk.values.PortRule;
import dev.heimdall.cdk.values.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import software.amazon.awscdk.CfnCondition;
import software.amazon.awscdk.CfnResource;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.ICfnConditionExpression;
import software.amazon.awscdk.Token;
import software.amazon.awscdk.services.ec2.CfnSecurityGroup;
import software.amazon.awscdk.services.ec2.CfnSecurityGroupEgress;
import software.amazon.awscdk.services.ec2.CfnSecurityGroupIngress;
import software.amazon.awscdk.services.elasticloadbalancingv2.CfnListener;
import software.amazon.awscdk.services.elasticloadbalancingv2.CfnLoadBalancer;
import software.amazon.awscdk.services.elasticloadbalancingv2.CfnTargetGroup;
import software.amazon.awscdk.services.iam.CfnRole;
import software.amazon.awscdk.services.logs.CfnLogGroup;
import software.constructs.Construct;
import software.constructs.IDependable;

/**
 * A fleet: one load balancer that never leads a client from one zone to another by itself, and a
 * {@link ZoneGroup} of nodes in each zone.
 *
 * <p>What is set against the load balancer's defaults, and why: connections of a node that is ill
 * are left alone, as a node's illness is no reason to cut transactions that still work; health is
 * whether the node takes clients ({@code /readyz}), never a database's, whose failover would empty
 * the whole fleet; a node that drains is found so well within its {@code drainNotice}; the client's
 * address comes by PROXY protocol version 2, which neither collides nor fails when a node is its
 * own client.
 */
public final class ProxyFleet extends Construct {
  private final FleetPlan plan;
  private final CfnSecurityGroup balancerGroup;
  private final CfnSecurityGroup nodeGroup;
  private final CfnLoadBalancer balancer;
  private final Optional<CfnRole> role;
  private final Optional<CfnLogGroup> logs;
  private final List<Slot<CfnTargetGroup>> targets = new ArrayList<>();
  private final List<ZoneGroup> zones = new ArrayList<>();

  public ProxyFleet(Construct scope, String id, FleetPlan plan) {
    super(scope, id);
    this.plan = plan;
    nodeGroup =
        securityGroup("NodeSecurityGroup", "Heimdall nodes: the load balancer, and each other")
            .build();
    balancerGroup =
        securityGroup("BalancerSecurityGroup", "Heimdall load balancer: clients")
            .securityGroupEgress(PortRule.only("health of the nodes", plan.httpPort(), nodeGroup))
            .build();
    balancer = makeBalancer();
    for (int i = 0; i < plan.ports().size(); i++) {
      port(plan.ports().get(i), Slot.id(plan.ports().get(i).value(), i + 1));
    }
    arriving("Health", Slot.always(plan.httpPort()));
    logs = plan.inspection().logGroup(this, "Logs");
    role = plan.profile().isPresent() ? Optional.empty() : Optional.of(makeRole());
    String profile =
        plan.profile().orElseGet(() -> NodeRole.profile(this, role.get()).getAttrArn());
    for (int i = 0; i < plan.subnets().size(); i++) {
      zones.add(
          new ZoneGroup(
              this, i + 1, plan, plan.subnets().get(i), profile, nodeGroup, targets, logs));
    }
    oneZoneAfterTheOther();
  }

  /**
   * CloudFormation would replace the nodes of all zones at the same time, and a release that boots
   * and serves no client would be everywhere at once. So it stops at the first zone whose nodes do
   * not say that they serve.
   */
  private void oneZoneAfterTheOther() {
    for (int i = 1; i < zones.size(); i++) {
      zones.get(i).group().getNode().addDependency(zones.get(i - 1).group());
    }
  }

  private CfnRole makeRole() {
    return new NodeRole(
            plan.release(),
            plan.documents(),
            plan.access(),
            plan.inspection(),
            Inspection.names(logs),
            Optional.empty())
        .role(this);
  }

  private CfnLoadBalancer makeBalancer() {
    return Balancer.create(
        this,
        there(plan.subnets()),
        balancerGroup,
        "A network load balancer logs TLS listeners only; these pass TCP on. Nodes log clients.",
        entry("deletion_protection.enabled", plan.protect()),
        entry("load_balancing.cross_zone.enabled", "false"),
        entry("dns_record.client_routing_policy", plan.clientZones()));
  }

  /** Log group to which its instances send their logs, if they do. */
  public Optional<CfnLogGroup> logs() {
    return logs;
  }

  public CfnLoadBalancer balancer() {
    return balancer;
  }

  /** The nodes' role, for what else they may do, of a fleet that makes it. */
  public CfnRole nodeRole() {
    return role.orElseThrow();
  }

  /** The nodes' security group, for what else has to reach them. */
  public CfnSecurityGroup nodeGroup() {
    return nodeGroup;
  }

  /** The security group before the load balancer, which clients reach. */
  public CfnSecurityGroup balancerGroup() {
    return balancerGroup;
  }

  /** No node boots before this is there. */
  public void bootsBehind(IDependable what) {
    zones.forEach(zone -> zone.group().getNode().addDependency(what));
  }

  /** The groups of instances, one for each zone. */
  public List<ZoneGroup> zones() {
    return List.copyOf(zones);
  }

  /** Target groups behind each port. */
  public List<Slot<CfnTargetGroup>> targets() {
    return List.copyOf(targets);
  }

  private void port(Slot<Number> port, String number) {
    CfnTargetGroup target =
        Balancer.targets(
            this,
            "Targets" + number,
            plan.vpc(),
            port.value(),
            new Balancer.Health("/readyz", plan.httpPort(), 5, 4, 2),
            entry("proxy_protocol_v2.enabled", "true"),
            entry("preserve_client_ip.enabled", "false"),
            entry("deregistration_delay.timeout_seconds", Numbers.text(plan.drain())),
            entry("deregistration_delay.connection_termination.enabled", "false"),
            entry("target_health_state.unhealthy.connection_termination.enabled", "false"),
            entry(
                "target_health_state.unhealthy.draining_interval_seconds",
                Numbers.text(plan.drain())));
    onlyWhen(target, port.when());
    targets.add(new Slot<>(target, port.when()));

    CfnListener listener =
        Balancer.listener(this, "Listener" + number, balancer, port.value(), target)
            .protocol("TCP")
            .listenerAttributes(
                List.of(
                    CfnListener.ListenerAttributeProperty.builder()
                        .key("tcp.idle_timeout.seconds")
                        .value(plan.idleTimeout())
                        .build()))
            .build();
    onlyWhen(listener, port.when());

    for (int i = 0; i < plan.clients().size(); i++) {
      Slot<String> client = plan.clients().get(i);
      String id = "From" + Slot.id(client.value(), i + 1) + "To" + number;
      CfnSecurityGroupIngress ingress =
          PortRule.into(this, id, balancerGroup.getAttrGroupId(), "clients", port.value())
              .cidrIp(isGroup(client.value()) ? null : client.value())
              .sourceSecurityGroupId(isGroup(client.value()) ? client.value() : null)
              .build();
      onlyWhen(ingress, both(id, port.when(), client.when()));
    }
    onlyWhen(
        CfnSecurityGroupEgress.Builder.create(this, "Port" + number + "Leaves")
            .groupId(balancerGroup.getAttrGroupId())
            .description("to the nodes")
            .ipProtocol("tcp")
            .fromPort(port.value())
            .toPort(port.value())
            .destinationSecurityGroupId(nodeGroup.getAttrGroupId())
            .build(),
        port.when());
    arriving("Port" + number, port);
    onlyWhen(
        PortRule.into(
                this,
                "Port" + number + "Passes",
                nodeGroup.getAttrGroupId(),
                "from other nodes, which pass cancel requests and KILL on",
                port.value())
            .sourceSecurityGroupId(nodeGroup.getAttrGroupId())
            .build(),
        port.when());
  }

  private static boolean isGroup(String client) {
    return client.startsWith("sg-");
  }

  /** Lets the load balancer reach a port of the nodes. */
  private void arriving(String what, Slot<Number> port) {
    onlyWhen(
        PortRule.into(
                this,
                what + "Arrives",
                nodeGroup.getAttrGroupId(),
                "from the load balancer",
                port.value())
            .sourceSecurityGroupId(balancerGroup.getAttrGroupId())
            .build(),
        port.when());
  }

  private CfnSecurityGroup.Builder securityGroup(String id, String description) {
    return CfnSecurityGroup.Builder.create(this, id)
        .groupDescription(description)
        .vpcId(plan.vpc());
  }

  private Optional<CfnCondition> both(
      String id, Optional<CfnCondition> one, Optional<CfnCondition> other) {
    if (one.isEmpty() || other.isEmpty()) {
      return one.or(() -> other);
    }
    ICfnConditionExpression both = Fn.conditionAnd(one.get(), other.get());
    return Optional.of(CfnCondition.Builder.create(this, "Has" + id).expression(both).build());
  }

  static void onlyWhen(CfnResource resource, Optional<CfnCondition> condition) {
    condition.ifPresent(resource.getCfnOptions()::setCondition);
  }

  /**
   * Those of the values that are there. Each way to leave some out is a list of its own: a value
   * that is nothing inside of a list is understood by CloudFormation only.
   */
  static List<String> there(List<Slot<String>> slots) {
    List<String> result = List.of();
    List<String> before = new ArrayList<>();
    for (Slot<String> slot : slots) {
      before.add(slot.value());
      List<String> all = List.copyOf(before);
      List<String> otherwise = result;
      result =
          slot.when()
              .map(when -> Token.asList(Fn.conditionIf(when.getLogicalId(), all, otherwise)))
              .orElse(all);
    }
    return result;
  }
}
