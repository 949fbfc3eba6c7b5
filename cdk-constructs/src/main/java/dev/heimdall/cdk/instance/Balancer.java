package dev.heimdall.cdk.instance;

import dev.heimdall.cdk.nag.Reasons;
import dev.heimdall.cdk.values.Numbers;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.services.ec2.CfnSecurityGroup;
import software.amazon.awscdk.services.elasticloadbalancingv2.CfnListener;
import software.amazon.awscdk.services.elasticloadbalancingv2.CfnLoadBalancer;
import software.amazon.awscdk.services.elasticloadbalancingv2.CfnTargetGroup;
import software.constructs.Construct;

/** Common parts of load balancers in front of groups of instances. */
public final class Balancer {
  private Balancer() {}

  /**
   * Makes one that is reached from inside the network.
   *
   * @param noLog why it has no log of its own
   */
  @SafeVarargs
  public static CfnLoadBalancer create(
      Construct scope,
      List<String> subnets,
      CfnSecurityGroup group,
      String noLog,
      Map.Entry<String, String>... attributes) {
    CfnLoadBalancer made =
        CfnLoadBalancer.Builder.create(scope, "LoadBalancer")
            .type("network")
            .scheme("internal")
            .ipAddressType("ipv4")
            .subnets(subnets)
            .securityGroups(List.of(group.getAttrGroupId()))
            .enforceSecurityGroupInboundRulesOnPrivateLinkTraffic("on")
            .loadBalancerAttributes(
                List.of(attributes).stream()
                    .map(
                        one ->
                            CfnLoadBalancer.LoadBalancerAttributeProperty.builder()
                                .key(one.getKey())
                                .value(one.getValue())
                                .build())
                    .toList())
            .build();
    Reasons.accept(made, "AwsSolutions-ELB2", noLog);
    return made;
  }

  /**
   * Health check that decides whether an instance may have clients.
   *
   * @param port of the HTTP endpoint that is asked
   * @param interval seconds
   * @param timeout seconds
   * @param failures in a row, after which it may not
   */
  public record Health(String path, Number port, int interval, int timeout, int failures) {}

  /** Returns the targets behind a port. */
  @SafeVarargs
  public static CfnTargetGroup targets(
      Construct scope,
      String id,
      String vpc,
      Number port,
      Health health,
      Map.Entry<String, String>... attributes) {
    return CfnTargetGroup.Builder.create(scope, id)
        .vpcId(vpc)
        .protocol("TCP")
        .port(port)
        .targetType("instance")
        .healthCheckEnabled(true)
        .healthCheckProtocol("HTTP")
        .healthCheckPath(health.path())
        .healthCheckPort(Numbers.text(health.port()))
        .healthCheckIntervalSeconds(health.interval())
        .healthCheckTimeoutSeconds(health.timeout())
        .healthyThresholdCount(2)
        .unhealthyThresholdCount(health.failures())
        .matcher(CfnTargetGroup.MatcherProperty.builder().httpCode("200").build())
        .targetGroupAttributes(
            List.of(attributes).stream()
                .map(
                    one ->
                        CfnTargetGroup.TargetGroupAttributeProperty.builder()
                            .key(one.getKey())
                            .value(one.getValue())
                            .build())
                .toList())
        .build();
  }

  /** A port that leads there, to be told the protocol. */
  public static CfnListener.Builder listener(
      Construct scope, String id, CfnLoadBalancer balancer, Number port, CfnTargetGroup target) {
    return CfnListener.Builder.create(scope, id)
        .loadBalancerArn(balancer.getRef())
        .port(port)
        .defaultActions(
            List.of(
                CfnListener.ActionProperty.builder()
                    .type("forward")
                    .targetGroupArn(target.getRef())
                    .build()));
  }
}
