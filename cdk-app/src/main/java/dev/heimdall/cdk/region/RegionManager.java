package dev.heimdall.cdk.region;

import dev.heimdall.cdk.config.Deployment;
import dev.heimdall.cdk.config.Manager;
import dev.heimdall.cdk.config.Region;
import dev.heimdall.cdk.constructs.HeimdallArchive;
import dev.heimdall.cdk.constructs.HeimdallFacts;
import dev.heimdall.cdk.constructs.HeimdallManager;
import dev.heimdall.cdk.constructs.HeimdallManagerProps;
import dev.heimdall.cdk.documents.DocumentStores;
import dev.heimdall.cdk.network.Place;
import java.util.stream.Stream;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.services.certificatemanager.Certificate;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.amazon.awscdk.services.kms.Key;
import software.constructs.Construct;

/** A region's {@link HeimdallManager}. */
public final class RegionManager {
  private RegionManager() {}

  /** Makes it. */
  public static HeimdallManager of(
      Construct scope,
      String id,
      Deployment deployment,
      Region region,
      Place place,
      String archive,
      DocumentStores kept,
      HeimdallFacts facts) {
    Manager settings = region.manager();
    HeimdallManagerProps.Builder props =
        HeimdallManagerProps.builder()
            .fleetName(deployment.name())
            .vpc(place.network())
            .vpcSubnets(place.selection())
            .clients(settings.clients().stream().map(Object::toString).toList())
            .port(settings.port())
            .imageParameter(
                region
                    .fleet()
                    .imageParameter()
                    .orElseGet(region.fleet().architecture()::imageParameter))
            .instanceType(
                new InstanceType(
                    settings.instanceType().orElseGet(region.fleet().architecture()::managerType)))
            .managers(settings.size())
            .release(HeimdallArchive.fromAsset(archive))
            .documents(kept.configuration())
            .conf(settings.conf())
            .secrets(
                Stream.concat(Stream.of(kept.fleetKeyName()), settings.secrets().stream()).toList())
            .secretKeys(region.documents().secretKeys())
            .alertTopics(settings.alertTopics())
            .managedPolicies(RegionFleet.policies(scope, id, region, settings.managedPolicies()))
            .instanceLogs(Inspections.logs(scope, id, region))
            .keepFailedInstances(region.instances().keepFailed())
            .facts(facts);
    settings
        .certificate()
        .ifPresent(
            arn ->
                props.certificate(Certificate.fromCertificateArn(scope, id + "Certificate", arn)));
    region
        .encryptionKey()
        .ifPresent(arn -> props.diskKey(Key.fromKeyArn(scope, id + "DiskKey", arn)));
    HeimdallManager manager = new HeimdallManager(scope, id, props.build());
    ManagerOutputs.of(
        manager, manager.getUrl(), manager.getPasswordName(), manager.getInstanceSecurityGroupId());
    CfnOutput.Builder.create(manager, "ManagerRoleOutput")
        .description("As whom the manager calls AWS, for policies of buckets, keys and secrets")
        .value(manager.getRoleArn())
        .build();
    manager
        .getLogGroupName()
        .ifPresent(
            group ->
                CfnOutput.Builder.create(manager, "ManagerLogsOutput")
                    .description("Where managers send the log of their boot and their journal")
                    .value(group)
                    .build());
    kept.files()
        .filter(any -> kept.mounted())
        .ifPresent(
            system ->
                RegionFleet.letIn(
                    manager,
                    "FilesArrive",
                    "the manager",
                    system.group().getAttrGroupId(),
                    DocumentStores.NFS,
                    manager.getInstanceSecurityGroupId()));
    return manager;
  }
}
