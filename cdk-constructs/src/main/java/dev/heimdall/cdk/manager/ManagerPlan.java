package dev.heimdall.cdk.manager;

import dev.heimdall.cdk.instance.Facts;
import dev.heimdall.cdk.instance.Inspection;
import dev.heimdall.cdk.instance.Release;
import dev.heimdall.cdk.values.Slot;
import java.util.List;
import java.util.Optional;

/**
 * Everything a manager is made from. Texts and numbers may be tokens, which only CloudFormation
 * knows.
 *
 * @param name the fleet's name
 * @param vpc the network's id
 * @param subnets where its instances may be
 * @param clients the networks that people and their tools are in
 * @param port of its HTTP endpoint
 * @param certificate the ARN of the certificate that the address answers with; empty: no TLS
 * @param image the image's id
 * @param instanceType the type of instances
 * @param size how many there are
 * @param protect whether the load balancer resists being deleted
 * @param release where the archive lies
 * @param key the ARN of the key that everything is encrypted with; empty for none
 * @param documents what it edits
 * @param conf further lines of {@code /etc/heimdall.conf}, with {@code ;} between
 * @param secrets names of those that it may read besides its password
 * @param secretKeys ARNs of further keys that these are encrypted with
 * @param topics names, or beginnings and stars, of the topics that it may tell what happened
 * @param inspection how people find out what became of an instance
 * @param facts what documents may refer to that is different in each region; its own URL is added
 * @param tags texts KEY=VALUE of disks and network interfaces, besides the stack's own tags
 * @param diskKey the ARN of the key that disks are encrypted with; empty: the account's default
 */
public record ManagerPlan(
    String name,
    String vpc,
    List<String> subnets,
    List<Slot<String>> clients,
    Number port,
    Optional<String> certificate,
    String image,
    String instanceType,
    Number size,
    String protect,
    Release release,
    String key,
    Edited documents,
    String conf,
    List<String> secrets,
    List<String> secretKeys,
    List<String> topics,
    Inspection inspection,
    Facts facts,
    List<Slot<String>> tags,
    Optional<String> diskKey) {

  /**
   * Location of the configuration that the manager edits.
   *
   * @param configDirectory a directory on the file system, or empty
   * @param configSource where the documents are; with a directory, where the first ones come from
   * @param hdSecretKey the name of the secret that holds them, or empty
   * @param mount the line of {@code /etc/fstab} for the directory; empty for none
   * @param fileSystem its id; empty for none
   * @param read the bucket whose documents may be read; empty for none
   * @param written the bucket whose documents may be written; empty for none
   * @param prefix what stands before the documents' names in the bucket
   * @param secret the name of the secret that may be read and written; empty for none
   */
  public record Edited(
      String configDirectory,
      String configSource,
      String hdSecretKey,
      String mount,
      String fileSystem,
      String read,
      String written,
      String prefix,
      String secret) {}
}
