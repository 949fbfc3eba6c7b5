package dev.heimdall.cdk.cache;

import dev.heimdall.cdk.nag.Reasons;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.ec2.CfnSecurityGroup;
import software.amazon.awscdk.services.elasticache.CfnParameterGroup;
import software.amazon.awscdk.services.elasticache.CfnReplicationGroup;
import software.amazon.awscdk.services.elasticache.CfnSubnetGroup;
import software.amazon.awscdk.services.secretsmanager.CfnSecret;
import software.constructs.Construct;

/**
 * A replication group with TLS and a password, whose server tells of all keys that go ({@code
 * notify-keyspace-events} = {@code AE}): without it nodes do not hear of what the store evicts.
 */
public final class SharedStore extends Construct {
  /** Suffix, after the fleet's name, of the name of the secret with the store's password. */
  public static final String PASSWORD = "/store-password";

  private static final int PORT = 6379;

  /**
   * Inputs from which the store is made.
   *
   * @param name of the fleet
   * @param shards empty: one, without cluster mode
   * @param automatic whether a replica takes over by itself
   * @param kind another text for each kind of server that no other kind can become
   * @param key the ARN of the key that data and password are encrypted with; empty: AWS's own
   */
  public record Plan(
      String name,
      String vpc,
      List<String> subnets,
      String engine,
      String version,
      String family,
      String nodeType,
      Number replicas,
      Optional<Integer> shards,
      boolean automatic,
      String kind,
      Optional<String> key) {
    public Plan {
      subnets = List.copyOf(subnets);
    }
  }

  private final CfnSecurityGroup group;
  private final CfnReplicationGroup servers;
  private final String passwordName;
  private final String address;
  private final CfnSecret password;
  private final boolean clusterMode;

  public SharedStore(Construct scope, String id, Plan plan) {
    super(scope, id);
    group =
        CfnSecurityGroup.Builder.create(this, "StoreSecurityGroup")
            .groupDescription("Heimdall store: nodes only")
            .vpcId(plan.vpc())
            .build();
    passwordName = passwordName(plan.name());
    clusterMode = plan.shards().isPresent();
    password =
        CfnSecret.Builder.create(this, "Password")
            .name(passwordName)
            .description("Heimdall: the password of the store between nodes")
            .kmsKeyId(plan.key().orElse(null))
            .generateSecretString(
                CfnSecret.GenerateSecretStringProperty.builder()
                    .excludePunctuation(true)
                    .passwordLength(64)
                    .build())
            .build();
    password.applyRemovalPolicy(RemovalPolicy.DESTROY); // or the next store could not have one
    Reasons.accept(
        password,
        "AwsSolutions-SMG4",
        "The server takes a new password beside the old one in two steps, between which nodes are"
            + " given it: by people.");
    CfnSubnetGroup subnets =
        CfnSubnetGroup.Builder.create(this, "StoreSubnets")
            .description("Heimdall store")
            .subnetIds(plan.subnets())
            .build();
    CfnParameterGroup parameters =
        CfnParameterGroup.Builder.create(this, "StoreParameters" + plan.kind())
            .cacheParameterGroupFamily(plan.family())
            .description("Heimdall store: tells of keys that expire or are evicted")
            .properties(
                plan.shards().isPresent()
                    ? Map.of("cluster-enabled", "yes", "notify-keyspace-events", "AE")
                    : Map.of("notify-keyspace-events", "AE"))
            .build();
    CfnReplicationGroup.Builder builder =
        CfnReplicationGroup.Builder.create(this, "Store" + plan.kind())
            .replicationGroupDescription("Heimdall: what nodes tell each other")
            .engine(plan.engine())
            .engineVersion(plan.version())
            .cacheNodeType(plan.nodeType())
            .cacheParameterGroupName(parameters.getRef())
            .cacheSubnetGroupName(subnets.getRef())
            .securityGroupIds(List.of(group.getAttrGroupId()))
            .port(PORT)
            .transitEncryptionEnabled(true)
            .transitEncryptionMode("required")
            .atRestEncryptionEnabled(true)
            .kmsKeyId(plan.key().orElse(null))
            .authToken(Fn.join("", List.of("{{resolve:secretsmanager:", password.getRef(), "}}")))
            // Several shards cannot be had without it, whether there is a replica or not.
            .automaticFailoverEnabled(plan.automatic() || plan.shards().isPresent())
            .multiAzEnabled(plan.automatic())
            .autoMinorVersionUpgrade(true);
    servers =
        plan.shards()
            .map(count -> builder.numNodeGroups(count).replicasPerNodeGroup(plan.replicas()))
            .orElseGet(() -> builder.numNodeGroups(1).replicasPerNodeGroup(plan.replicas()))
            .build();
    Reasons.accept(
        servers,
        "AwsSolutions-AEC5",
        "The usual port: only the nodes' security group reaches it, and drivers know it.");
    if (!plan.automatic()) {
      Reasons.accept(
          servers, "AwsSolutions-AEC4", "\"replicas\": 0 was asked for in the deployment.");
    }
    address =
        clusterMode
            ? servers.getAttrConfigurationEndPointAddress()
            : servers.getAttrPrimaryEndPointAddress();
  }

  /** Security group that must let nodes in, at {@link #port}. */
  public CfnSecurityGroup group() {
    return group;
  }

  /** Name of the secret with the password of a fleet's store. */
  public static String passwordName(String fleet) {
    return fleet + PASSWORD;
  }

  /** The host of its server, or what leads to all of them. */
  public String address() {
    return address;
  }

  /** The name of the secret with the password. */
  public String passwordName() {
    return passwordName;
  }

  /** The ARN of that secret. */
  public String passwordArn() {
    return password.getRef();
  }

  /** True if it has several shards, of which {@link #address} knows all servers. */
  public boolean clusterMode() {
    return clusterMode;
  }

  public int port() {
    return PORT;
  }

  public CfnReplicationGroup servers() {
    return servers;
  }
}
