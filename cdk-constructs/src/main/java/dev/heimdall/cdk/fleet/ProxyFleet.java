package dev.heimdall.cdk.fleet;

import dev.heimdall.cdk.instance.Inspection;
import dev.heimdall.cdk.nag.Reasons;
import dev.heimdall.cdk.values.Numbers;
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
    // One rule has to stand here: without any, a group lets everything out.
    balancerGroup =
        securityGroup("BalancerSecurityGroup", "Heimdall load balancer: clients")
            .securityGroupEgress(
                List.of(
                    CfnSecurityGroup.EgressProperty.builder()
                        .description("health of the nodes")
                        .ipProtocol("tcp")
                        .fromPort(plan.httpPort())
                        .toPort(plan.httpPort())
                        .destinationSecurityGroupId(nodeGroup.getAttrGroupId())
                        .build()))
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
              this,
              i + 1,
              plan,
              plan.subnets().get(i),
              profile,
              nodeGroup,
              targets,
              logs.map(CfnLogGroup::getRef).orElse("")));
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
    CfnLoadBalancer made =
        CfnLoadBalancer.Builder.create(this, "LoadBalancer")
            .type("network")
            .scheme("internal")
            .ipAddressType("ipv4")
            .subnets(there(plan.subnets()))
            .securityGroups(List.of(balancerGroup.getAttrGroupId()))
            .enforceSecurityGroupInboundRulesOnPrivateLinkTraffic("on")
            .loadBalancerAttributes(
                List.of(
                    balancerAttribute("deletion_protection.enabled", plan.protect()),
                    balancerAttribute("load_balancing.cross_zone.enabled", "false"),
                    balancerAttribute("dns_record.client_routing_policy", plan.clientZones())))
            .build();
    Reasons.accept(
        made,
        "AwsSolutions-ELB2",
        "A network load balancer logs TLS listeners only; these pass TCP on. Nodes log clients.");
    return made;
  }

  /** Where its instances send their logs, if they do. */
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

  /** What stands behind each port. */
  public List<Slot<CfnTargetGroup>> targets() {
    return List.copyOf(targets);
  }

  private void port(Slot<Number> port, String number) {
    CfnTargetGroup target =
        CfnTargetGroup.Builder.create(this, "Targets" + number)
            .vpcId(plan.vpc())
            .protocol("TCP")
            .port(port.value())
            .targetType("instance")
            .healthCheckEnabled(true)
            .healthCheckProtocol("HTTP")
            .healthCheckPath("/readyz")
            .healthCheckPort(Numbers.text(plan.httpPort()))
            .healthCheckIntervalSeconds(5)
            .healthCheckTimeoutSeconds(4)
            .healthyThresholdCount(2)
            .unhealthyThresholdCount(2)
            .matcher(CfnTargetGroup.MatcherProperty.builder().httpCode("200").build())
            .targetGroupAttributes(
                List.of(
                    targetAttribute("proxy_protocol_v2.enabled", "true"),
                    targetAttribute("preserve_client_ip.enabled", "false"),
                    targetAttribute(
                        "deregistration_delay.timeout_seconds", Numbers.text(plan.drain())),
                    targetAttribute("deregistration_delay.connection_termination.enabled", "false"),
                    targetAttribute(
                        "target_health_state.unhealthy.connection_termination.enabled", "false"),
                    targetAttribute(
                        "target_health_state.unhealthy.draining_interval_seconds",
                        Numbers.text(plan.drain()))))
            .build();
    onlyWhen(target, port.when());
    targets.add(new Slot<>(target, port.when()));

    CfnListener listener =
        CfnListener.Builder.create(this, "Listener" + number)
            .loadBalancerArn(balancer.getRef())
            .protocol("TCP")
            .port(port.value())
            .defaultActions(
                List.of(
                    CfnListener.ActionProperty.builder()
                        .type("forward")
                        .targetGroupArn(target.getRef())
                        .build()))
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
          CfnSecurityGroupIngress.Builder.create(this, id)
              .groupId(balancerGroup.getAttrGroupId())
              .description("clients")
              .ipProtocol("tcp")
              .fromPort(port.value())
              .toPort(port.value())
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
        CfnSecurityGroupIngress.Builder.create(this, "Port" + number + "Passes")
            .groupId(nodeGroup.getAttrGroupId())
            .description("from other nodes, which pass cancel requests and KILL on")
            .ipProtocol("tcp")
            .fromPort(port.value())
            .toPort(port.value())
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
        CfnSecurityGroupIngress.Builder.create(this, what + "Arrives")
            .groupId(nodeGroup.getAttrGroupId())
            .description("from the load balancer")
            .ipProtocol("tcp")
            .fromPort(port.value())
            .toPort(port.value())
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

  private static CfnLoadBalancer.LoadBalancerAttributeProperty balancerAttribute(
      String key, String value) {
    return CfnLoadBalancer.LoadBalancerAttributeProperty.builder().key(key).value(value).build();
  }

  private static CfnTargetGroup.TargetGroupAttributeProperty targetAttribute(
      String key, String value) {
    return CfnTargetGroup.TargetGroupAttributeProperty.builder().key(key).value(value).build();
  }
}
