package dev.heimdall.cdk.region;

import dev.heimdall.cdk.cache.SharedStore;
import dev.heimdall.cdk.config.Architecture;
import dev.heimdall.cdk.config.Database;
import dev.heimdall.cdk.config.DocumentPlace;
import dev.heimdall.cdk.config.Documents;
import dev.heimdall.cdk.config.Fleet;
import dev.heimdall.cdk.config.Region;
import dev.heimdall.cdk.documents.DocumentStores;
import dev.heimdall.cdk.fleet.FleetPlan;
import dev.heimdall.cdk.fleet.ProxyFleet;
import dev.heimdall.cdk.iam.ComponentRole;
import dev.heimdall.cdk.instance.BaseImage;
import dev.heimdall.cdk.instance.Release;
import dev.heimdall.cdk.network.Place;
import dev.heimdall.cdk.values.Slot;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.services.ec2.CfnSecurityGroupIngress;
import software.amazon.awscdk.services.s3.assets.Asset;
import software.constructs.Construct;

/** A region's {@link ProxyFleet}, with the release that was built. */
public final class RegionFleet extends Construct {
  private static final int ENOUGH_OF_A_HASH = 12;

  private final ProxyFleet fleet;

  public RegionFleet(
      Construct scope,
      String id,
      String name,
      Region region,
      Place place,
      String archive,
      DocumentStores kept,
      Optional<SharedStore> store) {
    super(scope, id);
    Fleet settings = region.fleet();
    Documents documents = region.documents();
    Asset release = Asset.Builder.create(this, "Release").path(archive).build();
    Architecture architecture = settings.architecture();
    String image =
        BaseImage.of(this, settings.imageParameter().orElseGet(architecture::imageParameter));
    Optional<DocumentStores.Files> files =
        kept.files().filter(any -> documents.place() == DocumentPlace.FILE_SYSTEM);
    String source =
        switch (documents.place()) {
          case BUCKET -> "s3://" + kept.bucket().getBucketName() + "/" + documents.prefix();
          case SECRET -> "";
          case FILE_SYSTEM -> "file:" + FleetPlan.Source.DIRECTORY;
        };
    fleet =
        new ProxyFleet(
            this,
            "Default",
            new FleetPlan(
                name,
                place.vpc(),
                Slot.always(place.subnets()),
                settings.ports().stream().map(port -> Slot.always((Number) port)).toList(),
                settings.clients().stream().map(net -> Slot.always(net.toString())).toList(),
                settings.httpPort(),
                image,
                types(settings),
                settings.fewest(),
                Integer.toString(settings.most()),
                Math.min(settings.fewest(), settings.most() - 1),
                settings.targetLoad(),
                Long.toString(settings.idleTimeout().toSeconds()),
                settings.drain().toSeconds(),
                settings.clientZones().policy(),
                Boolean.toString(settings.protect()),
                new Release(
                    release.getAssetHash().substring(0, ENOUGH_OF_A_HASH),
                    release.getS3BucketName(),
                    release.getS3ObjectKey()),
                new FleetPlan.Source(
                    source,
                    kept.configurationSecret(),
                    files.map(any -> any.line(FleetPlan.Source.DIRECTORY, "ro,")).orElse(""),
                    files.map(DocumentStores.Files::id).orElse(""),
                    kept.bucket().getBucketName(),
                    documents.place() == DocumentPlace.BUCKET ? documents.prefix() : "",
                    kept.key().getKeyArn(),
                    kept.configurationSecret()),
                access(region, secrets(documents, kept, store))));
    store.ifPresent(
        servers ->
            CfnSecurityGroupIngress.Builder.create(this, "StoreArrives")
                .groupId(servers.group().getAttrGroupId())
                .description("nodes")
                .ipProtocol("tcp")
                .fromPort(servers.port())
                .toPort(servers.port())
                .sourceSecurityGroupId(fleet.nodeGroup().getAttrGroupId())
                .build());
    files.ifPresent(
        system ->
            CfnSecurityGroupIngress.Builder.create(this, "FilesArrive")
                .groupId(system.group().getAttrGroupId())
                .description("nodes")
                .ipProtocol("tcp")
                .fromPort(DocumentStores.NFS)
                .toPort(DocumentStores.NFS)
                .sourceSecurityGroupId(fleet.nodeGroup().getAttrGroupId())
                .build());
    letIn(region.databases());
    ComponentRole.add(fleet.nodeRole(), settings.managedPolicies());
    CfnOutput.Builder.create(this, "NodeRoleOutput")
        .description("As whom nodes call AWS, for policies of buckets, keys and secrets")
        .value(fleet.nodeRole().getAttrArn())
        .build();
    CfnOutput.Builder.create(this, "AddressOutput")
        .description("What clients connect to")
        .value(fleet.balancer().getAttrDnsName())
        .build();
    CfnOutput.Builder.create(this, "NodeSecurityGroupOutput")
        .description("What databases have to let in")
        .value(fleet.nodeGroup().getAttrGroupId())
        .build();
  }

  private static List<String> types(Fleet settings) {
    Architecture architecture = settings.architecture();
    List<String> types = new ArrayList<>();
    types.add(settings.instanceType().orElseGet(architecture::instanceType));
    types.addAll(
        settings.otherTypes().isEmpty() && settings.instanceType().isEmpty()
            ? architecture.otherTypes()
            : settings.otherTypes());
    return types;
  }

  /** Named by group and port: rules of two databases that share both would collide. */
  private void letIn(List<Database> databases) {
    Set<String> done = new HashSet<>();
    for (Database database : databases) {
      if (database.securityGroup().isEmpty()) {
        continue;
      }
      String group = database.securityGroup().get();
      String id = "Database" + group.replace("-", "") + "At" + database.port();
      if (done.add(id)) {
        CfnSecurityGroupIngress.Builder.create(this, id)
            .groupId(group)
            .description("Heimdall nodes")
            .ipProtocol("tcp")
            .fromPort(database.port())
            .toPort(database.port())
            .sourceSecurityGroupId(fleet.nodeGroup().getAttrGroupId())
            .build();
      }
    }
  }

  /** Whole names of those that documents may name: the stacks' own, and others. */
  private static List<String> secrets(
      Documents documents, DocumentStores kept, Optional<SharedStore> store) {
    List<String> secrets = new ArrayList<>(List.of(kept.fleetKeyName(), kept.pushKeyName()));
    store.map(SharedStore::passwordName).ifPresent(secrets::add);
    secrets.addAll(documents.secrets());
    return secrets;
  }

  private static FleetPlan.Access access(Region region, List<String> secrets) {
    List<Database> databases = region.databases();
    List<String> vdbs = region.observability().vdbs();
    return new FleetPlan.Access(
        Stream.concat(region.documents().credentials().stream(), secrets.stream()).toList(),
        region.documents().secretKeys(),
        databases.stream().flatMap(database -> database.cluster().stream()).toList(),
        databases.stream().flatMap(database -> database.instance().stream()).toList(),
        databases.stream()
            .flatMap(
                database ->
                    database.iamUsers().stream()
                        .map(user -> database.resourceId().orElse("*") + "/" + user))
            .toList(),
        vdbs.isEmpty()
            ? List.of("/heimdall/*")
            : vdbs.stream().map(vdb -> "/heimdall/" + vdb).toList());
  }

  public ProxyFleet fleet() {
    return fleet;
  }
}
