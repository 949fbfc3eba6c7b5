package dev.heimdall.cdk.constructs;

import java.util.List;
import java.util.function.Consumer;
import software.amazon.awscdk.services.ec2.Connections;
import software.amazon.awscdk.services.ec2.ISecurityGroup;
import software.amazon.awscdk.services.ec2.Port;
import software.amazon.awscdk.services.ec2.SecurityGroup;
import software.amazon.awscdk.services.iam.CfnRole;
import software.amazon.awscdk.services.iam.IRole;
import software.amazon.awscdk.services.iam.Role;
import software.constructs.Construct;
import software.constructs.IDependable;

/**
 * A part's security groups and its role as the CDK's other constructs want them: imported on
 * request, so that other parts have nothing of it.
 */
final class PartAccess {
  private static final String ROLE = "GrantedRole";

  private final Construct scope;
  private final String inside;
  private final String door;
  private final List<Integer> ports;

  // The CDK keeps in it on whose side a rule between two stacks is made: each caller gets the same.
  private Connections clients;
  private Connections nodes;

  /**
   * @param inside the id of the security group of instances
   * @param door that of the load balancer before them
   * @param ports of the load balancer
   */
  PartAccess(Construct scope, String inside, String door, List<Integer> ports) {
    this.scope = scope;
    this.inside = inside;
    this.door = door;
    this.ports = List.copyOf(ports);
  }

  /** Connections from clients to the load balancer. */
  Connections clients() {
    if (clients == null) {
      clients =
          Connections.Builder.create()
              .securityGroups(List.of(group("ClientsGroup", door)))
              .defaultPort(Port.tcp(ports.get(0)))
              .build();
    }
    return clients;
  }

  /** Connections from the instances. */
  Connections nodes() {
    if (nodes == null) {
      nodes =
          Connections.Builder.create().securityGroups(List.of(group("NodesGroup", inside))).build();
    }
    return nodes;
  }

  private ISecurityGroup group(String id, String groupId) {
    return scope.getNode().tryFindChild(id) instanceof ISecurityGroup made
        ? made
        : SecurityGroup.fromSecurityGroupId(scope, id, groupId);
  }

  /**
   * The role, to which policies may be attached.
   *
   * @param bootsBehind called with it once: what an instance may do has to be there when it boots
   */
  IRole role(CfnRole role, Consumer<IDependable> bootsBehind) {
    if (scope.getNode().tryFindChild(ROLE) instanceof IRole made) {
      return made;
    }
    IRole made = Role.fromRoleName(scope, ROLE, role.getRef());
    bootsBehind.accept(made);
    return made;
  }
}
