package dev.heimdall.cdk.fleet;

import dev.heimdall.cdk.instance.Facts;
import dev.heimdall.cdk.instance.Inspection;
import dev.heimdall.cdk.instance.Release;
import dev.heimdall.cdk.values.Slot;
import java.util.List;
import java.util.Optional;

/**
 * Everything the fleet is made from. Texts and numbers may be tokens, which only CloudFormation
 * knows.
 *
 * @param name the fleet's name, which its instances carry
 * @param vpc the network's id
 * @param subnets one for each zone
 * @param ports the ports of virtual databases
 * @param clients the networks of clients, and their security groups
 * @param httpPort the port of the nodes' HTTP endpoint
 * @param image the image's id
 * @param instanceTypes the types of instances, the preferred one first
 * @param fewest nodes of a zone at least
 * @param most nodes of a zone at most
 * @param keptInUpdates nodes of a zone that an update leaves running at least; fewer than {@code
 *     most}
 * @param targetLoad load of the processors in percent that is aimed at
 * @param idleTimeout seconds
 * @param drain seconds
 * @param clientZones the load balancer's policy for clients inside the network
 * @param protect whether the load balancer resists being deleted
 * @param release where the archive lies
 * @param documents where nodes have their configuration from
 * @param access what else nodes may use
 * @param profile the ARN of the nodes' instance profile, if there is one; else it is made, with the
 *     role for what they may use
 * @param inspection how people find out what became of an instance
 * @param facts what documents may refer to that is different in each region
 * @param tags texts KEY=VALUE of disks and network interfaces, besides the stack's own tags
 * @param diskKey the ARN of the key that disks are encrypted with; empty: the account's default
 */
public record FleetPlan(
    String name,
    String vpc,
    List<Slot<String>> subnets,
    List<Slot<Number>> ports,
    List<Slot<String>> clients,
    Number httpPort,
    String image,
    List<String> instanceTypes,
    Number fewest,
    String most,
    Number keptInUpdates,
    Number targetLoad,
    String idleTimeout,
    Number drain,
    String clientZones,
    String protect,
    Release release,
    Source documents,
    Access access,
    Optional<String> profile,
    Inspection inspection,
    Facts facts,
    List<Slot<String>> tags,
    Optional<String> diskKey) {

  /**
   * Location where nodes read their configuration.
   *
   * @param configSource a URL, or empty
   * @param hdSecretKey the name of a secret, or empty; one of the two is what nodes use
   * @param mount the line of {@code /etc/fstab} for the file system that {@code configSource} is
   *     on; empty for none
   * @param fileSystem its id; empty for none
   * @param bucket the bucket, of which nodes may read topology documents
   * @param prefix below which nodes may read their configuration there; empty for none
   * @param key the ARN of the key that what is in the bucket is encrypted with; empty for none
   * @param secret the name of the secret that nodes may read; empty for none
   * @param copy a bucket with a copy of another region's documents, which nodes read
   */
  public record Source(
      String configSource,
      String hdSecretKey,
      String mount,
      String fileSystem,
      String bucket,
      String prefix,
      String key,
      String secret,
      Optional<Copy> copy) {
    /** One without a copy. */
    public Source(
        String configSource,
        String hdSecretKey,
        String mount,
        String fileSystem,
        String bucket,
        String prefix,
        String key,
        String secret) {
      this(
          configSource,
          hdSecretKey,
          mount,
          fileSystem,
          bucket,
          prefix,
          key,
          secret,
          Optional.empty());
    }

    /** Directory at which user-data mounts the file system. */
    public static final String DIRECTORY = "/mnt/heimdall";
  }

  /**
   * A copy of documents that are edited in another region.
   *
   * @param bucket its name
   * @param prefix below which they are
   * @param keyAlias the alias of the key that it is encrypted with, such as {@code alias/copy}
   */
  public record Copy(String bucket, String prefix, String keyAlias) {}

  /**
   * Resources that nodes may use besides their configuration.
   *
   * @param credentials names of secrets with credentials for databases, or that documents name; a
   *     beginning ends in {@code *}
   * @param secretKeys ARNs of further keys that secrets are encrypted with
   * @param clusters identifiers of clusters whose passwords RDS manages
   * @param instances the same of instances
   * @param users as which nodes may log in by IAM: resource id, slash, user
   * @param logGroups the log groups of virtual databases
   */
  public record Access(
      List<String> credentials,
      List<String> secretKeys,
      List<String> clusters,
      List<String> instances,
      List<String> users,
      List<String> logGroups) {
    /** Of nodes with a given role. */
    public static final Access NONE =
        new Access(List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

    public Access {
      credentials = List.copyOf(credentials);
      secretKeys = List.copyOf(secretKeys);
      clusters = List.copyOf(clusters);
      instances = List.copyOf(instances);
      users = List.copyOf(users);
      logGroups = List.copyOf(logGroups);
    }
  }
}
