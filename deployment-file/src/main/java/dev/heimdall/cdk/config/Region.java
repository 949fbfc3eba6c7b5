package dev.heimdall.cdk.config;

import dev.heimdall.model.Format;
import dev.heimdall.model.RegionFacts;
import dev.heimdall.model.Setting;
import java.util.List;
import java.util.Optional;

/** Resources deployed in one region. */
public record Region(
    @Setting(value = "The region, such as `eu-west-1`.", required = true) String region,
    @Setting(value = "The account, where it is not the one that deploys.") Optional<String> account,
    @Setting("The network that the nodes are in.") Network network,
    @Setting(
            value =
                "What documents refer to by `${region.NAME}`, besides the facts that the deployment"
                    + " knows itself: texts, numbers, `true`, `false` and lists by names of yours,"
                    + " such as `{\"database\": \"HOST\"}`. With `network.vpc`, `subnets` and"
                    + " `addresses` of that network, too. No secrets: they stand in the template.",
            byDefault = "{}")
        RegionFacts facts,
    @Setting(
            value =
                "A key of KMS (ARN) in the region for bucket, secrets, file system, store, and disks"
                    + " of instances. [Its policy](aws-parts.md#facts-that-bite) has to let Auto"
                    + " Scaling use it. Another key makes another file system and store.",
            otherwise = "a key that is made; AWS's own for store and disks",
            format = Format.TEXT)
        Optional<String> encryptionKey,
    @Setting("The fleet of proxy nodes.") Fleet fleet,
    @Setting("Where nodes have their configuration from.") Documents documents,
    @Setting(
            value =
                "Databases whose passwords RDS manages, or that nodes log in to by IAM. Naming one"
                    + " lets nodes read its managed secret.",
            byDefault = "[]")
        List<Database> databases,
    @Setting("The store over which nodes tell each other of writes.") Cache cache,
    @Setting("The function that follows events of RDS and tells the nodes.") ConfigSync configSync,
    @Setting("Alarms, dashboard and logs.") Observability observability,
    @Setting("The manager.") Manager manager,
    @Setting("How people find out what became of an instance.") Instances instances) {
  public Region {
    databases = List.copyOf(databases);
  }

  /** True if functions may start from snapshots; others were not tested. */
  public boolean hasSnapshots() {
    return partition().equals("aws");
  }

  /** Such as {@code aws-cn}: accounts, names and authorities of one end there. */
  public String partition() {
    return AwsRegions.partition(region);
  }
}
