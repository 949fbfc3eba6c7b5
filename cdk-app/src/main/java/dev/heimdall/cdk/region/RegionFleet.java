package dev.heimdall.cdk.region;

import dev.heimdall.cdk.config.Architecture;
import dev.heimdall.cdk.config.Database;
import dev.heimdall.cdk.config.Deployment;
import dev.heimdall.cdk.config.Documents;
import dev.heimdall.cdk.config.Fleet;
import dev.heimdall.cdk.config.Instances;
import dev.heimdall.cdk.config.Region;
import dev.heimdall.cdk.constructs.HeimdallAccess;
import dev.heimdall.cdk.constructs.HeimdallArchive;
import dev.heimdall.cdk.constructs.HeimdallFacts;
import dev.heimdall.cdk.constructs.HeimdallFleet;
import dev.heimdall.cdk.constructs.HeimdallFleetProps;
import dev.heimdall.cdk.constructs.IHeimdallStore;
import dev.heimdall.cdk.documents.DocumentStores;
import dev.heimdall.cdk.network.Place;
import dev.heimdall.cdk.values.PortRule;
import dev.heimdall.model.Cidr;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.ec2.CfnSecurityGroupIngress;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.amazon.awscdk.services.elasticloadbalancingv2.ClientRoutingPolicy;
import software.amazon.awscdk.services.iam.IManagedPolicy;
import software.amazon.awscdk.services.iam.ManagedPolicy;
import software.amazon.awscdk.services.kms.Key;
import software.constructs.Construct;

/** A region's {@link HeimdallFleet}, and who lets it in. */
public final class RegionFleet {
  private RegionFleet() {}

  /** Makes it. */
  public static HeimdallFleet of(
      Construct scope,
      String id,
      Deployment deployment,
      Region region,
      Place place,
      String archive,
      DocumentStores kept,
      Optional<IHeimdallStore> store,
      HeimdallFacts facts) {
    Fleet settings = region.fleet();
    HeimdallFleetProps.Builder props =
        HeimdallFleetProps.builder()
            .fleetName(deployment.name())
            .vpc(place.network())
            .vpcSubnets(place.selection())
            .ports(settings.ports())
            .clients(
                Stream.of(
                        settings.clients().stream().map(Object::toString),
                        settings.clientGroups().stream(),
                        strangers(deployment, region).map(Object::toString))
                    .flatMap(each -> each)
                    .toList())
            .httpPort(settings.httpPort())
            .imageParameter(
                settings.imageParameter().orElseGet(settings.architecture()::imageParameter))
            .instanceTypes(types(settings))
            .fewestPerZone(settings.fewest())
            .mostPerZone(settings.most())
            .targetLoad(settings.targetLoad())
            .idleTimeout(Duration.seconds(settings.idleTimeout().toSeconds()))
            .drain(Duration.seconds(settings.drain().toSeconds()))
            .clientRouting(
                ClientRoutingPolicy.valueOf(
                    settings.clientZones().policy().toUpperCase(Locale.ROOT)))
            .deletionProtection(settings.protect())
            .release(HeimdallArchive.fromAsset(archive))
            .documents(kept.configuration())
            .access(access(region, secrets(region.documents(), kept, store)))
            .managedPolicies(policies(scope, id, region, settings.managedPolicies()))
            .instanceLogs(Inspections.logs(scope, id, region))
            .keepFailedInstances(region.instances().keepFailed())
            .facts(facts);
    region
        .encryptionKey()
        .ifPresent(arn -> props.diskKey(Key.fromKeyArn(scope, id + "DiskKey", arn)));
    HeimdallFleet fleet = new HeimdallFleet(scope, id, props.build());
    fleet
        .getLogGroupName()
        .ifPresent(
            group ->
                CfnOutput.Builder.create(fleet, "LogsOutput")
                    .description("Where nodes send the log of their boot and their journal")
                    .value(group)
                    .build());
    store
        .filter(servers -> !servers.getSecurityGroupId().isEmpty())
        .ifPresent(
            servers ->
                letIn(
                    fleet,
                    "StoreArrives",
                    "nodes",
                    servers.getSecurityGroupId(),
                    servers.getPort()));
    kept.files()
        .filter(any -> kept.mounted())
        .ifPresent(
            system ->
                letIn(
                    fleet,
                    "FilesArrive",
                    "nodes",
                    system.group().getAttrGroupId(),
                    DocumentStores.NFS));
    pushesArrive(fleet, deployment, region);
    CfnOutput.Builder.create(fleet, "NodeRoleOutput")
        .description("As whom nodes call AWS, for policies of buckets, keys and secrets")
        .value(fleet.getNodeRoleArn())
        .build();
    CfnOutput.Builder.create(fleet, "AddressOutput")
        .description("What clients connect to")
        .value(fleet.getAddress())
        .build();
    CfnOutput.Builder.create(fleet, "NodeSecurityGroupOutput")
        .description("What databases have to let in")
        .value(fleet.getNodeSecurityGroupId())
        .build();
    return fleet;
  }

  private static List<InstanceType> types(Fleet settings) {
    Architecture architecture = settings.architecture();
    List<String> types = new ArrayList<>();
    types.add(settings.instanceType().orElseGet(architecture::instanceType));
    types.addAll(
        settings.otherTypes().isEmpty() && settings.instanceType().isEmpty()
            ? architecture.otherTypes()
            : settings.otherTypes());
    return types.stream().map(InstanceType::new).toList();
  }

  /** Policies of IAM by their ARNs. */
  static List<IManagedPolicy> policies(
      Construct scope, String id, Region region, List<String> arns) {
    List<IManagedPolicy> policies = new ArrayList<>();
    for (int i = 0; i < arns.size(); i++) {
      policies.add(ManagedPolicy.fromManagedPolicyArn(scope, id + "Policy" + (i + 1), arns.get(i)));
    }
    // A role takes none twice.
    if (region.instances().sessionManager()
        && arns.stream().noneMatch(arn -> arn.endsWith("/" + Instances.SESSION_POLICY))) {
      policies.add(ManagedPolicy.fromAwsManagedPolicyName(Instances.SESSION_POLICY));
    }
    return policies;
  }

  /** Networks of other regions that no network of clients has in it. */
  private static Stream<Cidr> strangers(Deployment deployment, Region region) {
    return Stream.concat(
            deployment.joinedAddresses(region).stream(),
            deployment.peeredElsewhere(region).stream())
        .filter(
            joined ->
                region.fleet().clients().stream()
                    .noneMatch(
                        own ->
                            own.prefix() <= joined.prefix()
                                && own.contains(joined.network().orElseThrow())));
  }

  /** From the networks of other regions' functions, which know no other security group. */
  private static void pushesArrive(HeimdallFleet fleet, Deployment deployment, Region region) {
    for (Region other : deployment.regions()) {
      if (deployment.pushedTo(other).contains(region)) {
        PortRule.into(
                fleet,
                "PushArrivesFrom" + other.region().replace("-", ""),
                fleet.getNodeSecurityGroupId(),
                "pushes of the config sync function of " + other.region(),
                fleet.getHttpPort())
            .cidrIp(deployment.knownAddresses(other).orElseThrow().toString())
            .build();
      }
    }
  }

  private static void letIn(
      HeimdallFleet fleet, String id, String description, String group, Number port) {
    letIn(fleet, id, description, group, port, fleet.getNodeSecurityGroupId());
  }

  /** Opens a port of what has one security group for what has another. */
  static CfnSecurityGroupIngress letIn(
      Construct scope, String id, String description, String group, Number port, String from) {
    return PortRule.into(scope, id, group, description, port).sourceSecurityGroupId(from).build();
  }

  /** Whole names of those that documents may name: the stacks' own, and others. */
  private static List<String> secrets(
      Documents documents, DocumentStores kept, Optional<IHeimdallStore> store) {
    List<String> secrets = new ArrayList<>(List.of(kept.fleetKeyName(), kept.pushKeyName()));
    store.map(IHeimdallStore::getPasswordName).ifPresent(secrets::add);
    secrets.addAll(documents.secrets());
    return secrets;
  }

  private static HeimdallAccess access(Region region, List<String> secrets) {
    List<Database> databases = region.databases();
    List<String> vdbs = region.observability().vdbs();
    HeimdallAccess access =
        HeimdallAccess.none()
            .secrets(
                Stream.concat(region.documents().credentials().stream(), secrets.stream()).toList())
            .secretKeys(region.documents().secretKeys())
            .managedClusters(
                databases.stream().flatMap(database -> database.cluster().stream()).toList())
            .managedInstances(
                databases.stream().flatMap(database -> database.instance().stream()).toList())
            .databaseUsers(
                databases.stream()
                    .flatMap(
                        database ->
                            database.iamUsers().stream()
                                .map(user -> database.resourceId().orElse("*") + "/" + user))
                    .toList());
    return vdbs.isEmpty()
        ? access
        : access.logGroups(vdbs.stream().map(vdb -> "/heimdall/" + vdb).toList());
  }
}
