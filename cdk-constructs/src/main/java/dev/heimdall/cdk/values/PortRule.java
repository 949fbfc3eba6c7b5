package dev.heimdall.cdk.values;

import java.util.List;
import software.amazon.awscdk.services.ec2.CfnSecurityGroup;
import software.amazon.awscdk.services.ec2.CfnSecurityGroupIngress;
import software.constructs.Construct;

/** Rules of security groups about one TCP port. */
public final class PortRule {
  private PortRule() {}

  /** Lets what has a security group be reached; from where is for the caller to say. */
  public static CfnSecurityGroupIngress.Builder into(
      Construct scope, String id, String group, String description, Number port) {
    return CfnSecurityGroupIngress.Builder.create(scope, id)
        .groupId(group)
        .description(description)
        .ipProtocol("tcp")
        .fromPort(port)
        .toPort(port);
  }

  /** The only way out, for a group to be made with: without any, it lets everything out. */
  public static List<CfnSecurityGroup.EgressProperty> only(
      String description, Number port, CfnSecurityGroup to) {
    return List.of(
        CfnSecurityGroup.EgressProperty.builder()
            .description(description)
            .ipProtocol("tcp")
            .fromPort(port)
            .toPort(port)
            .destinationSecurityGroupId(to.getAttrGroupId())
            .build());
  }
}
