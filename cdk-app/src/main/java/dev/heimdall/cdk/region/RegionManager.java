package dev.heimdall.cdk.region;

import dev.heimdall.cdk.config.Architecture;
import dev.heimdall.cdk.config.Deployment;
import dev.heimdall.cdk.config.DocumentPlace;
import dev.heimdall.cdk.config.Documents;
import dev.heimdall.cdk.config.Manager;
import dev.heimdall.cdk.config.Region;
import dev.heimdall.cdk.documents.DocumentStores;
import dev.heimdall.cdk.fleet.FleetPlan;
import dev.heimdall.cdk.iam.ComponentRole;
import dev.heimdall.cdk.instance.BaseImage;
import dev.heimdall.cdk.instance.Release;
import dev.heimdall.cdk.manager.ManagerGroup;
import dev.heimdall.cdk.manager.ManagerPlan;
import dev.heimdall.cdk.network.Place;
import dev.heimdall.cdk.values.Slot;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.services.ec2.CfnSecurityGroupIngress;
import software.amazon.awscdk.services.s3.assets.Asset;
import software.constructs.Construct;

/** A region's {@link ManagerGroup}, with the release that was built. */
public final class RegionManager extends Construct {
  private static final int ENOUGH_OF_A_HASH = 12;

  private final ManagerGroup manager;

  public RegionManager(
      Construct scope,
      String id,
      Deployment deployment,
      Region region,
      Place place,
      String archive,
      DocumentStores kept) {
    super(scope, id);
    Asset release = Asset.Builder.create(this, "Release").path(archive).build();
    Architecture architecture = region.fleet().architecture();
    String image =
        BaseImage.of(this, region.fleet().imageParameter().orElseGet(architecture::imageParameter));
    Optional<DocumentStores.Files> files =
        kept.files().filter(any -> region.documents().place() == DocumentPlace.FILE_SYSTEM);
    Manager settings = region.manager();
    manager =
        new ManagerGroup(
            this,
            "Default",
            new ManagerPlan(
                deployment.name(),
                place.vpc(),
                place.subnets(),
                settings.clients().stream().map(net -> Slot.always(net.toString())).toList(),
                settings.port(),
                settings.certificate(),
                image,
                settings.instanceType().orElseGet(architecture::managerType),
                settings.size(),
                "false", // a manager can be left out again
                new Release(
                    release.getAssetHash().substring(0, ENOUGH_OF_A_HASH),
                    release.getS3BucketName(),
                    release.getS3ObjectKey()),
                kept.key().getKeyArn(),
                edited(region.documents(), kept, files),
                String.join(";", settings.conf()),
                Stream.concat(Stream.of(kept.fleetKeyName()), settings.secrets().stream()).toList(),
                region.documents().secretKeys(),
                settings.alertTopics()));
    ComponentRole.add(manager.role(), settings.managedPolicies());
    CfnOutput.Builder.create(this, "ManagerRoleOutput")
        .description("As whom the manager calls AWS, for policies of buckets, keys and secrets")
        .value(manager.role().getAttrArn())
        .build();
    files.ifPresent(
        system ->
            CfnSecurityGroupIngress.Builder.create(this, "FilesArrive")
                .groupId(system.group().getAttrGroupId())
                .description("the manager")
                .ipProtocol("tcp")
                .fromPort(DocumentStores.NFS)
                .toPort(DocumentStores.NFS)
                .sourceSecurityGroupId(manager.group().getAttrGroupId())
                .build());
  }

  public ManagerGroup manager() {
    return manager;
  }

  private static ManagerPlan.Edited edited(
      Documents documents, DocumentStores kept, Optional<DocumentStores.Files> files) {
    String bucket = kept.bucket().getBucketName();
    String source = "s3://" + bucket + "/" + documents.prefix();
    String secret = kept.configurationSecret();
    return switch (documents.place()) {
      case BUCKET ->
          new ManagerPlan.Edited("", source, "", "", "", bucket, bucket, documents.prefix(), "");
      case SECRET ->
          new ManagerPlan.Edited("", "", secret, "", "", "", "", documents.prefix(), secret);
      // An empty file system is filled from the bucket, once.
      case FILE_SYSTEM ->
          new ManagerPlan.Edited(
              FleetPlan.Source.DIRECTORY,
              source,
              "",
              files.orElseThrow().mount().line(FleetPlan.Source.DIRECTORY, ""),
              files.orElseThrow().mount().id(),
              bucket,
              "",
              documents.prefix(),
              "");
    };
  }
}
