package dev.heimdall.cdk.instance;

/**
 * A file system that instances mount.
 *
 * @param id its id
 * @param accessPoint the id of the access point
 */
public record FileSystemMount(String id, String accessPoint) {
  /**
   * The line of {@code /etc/fstab}. Without {@code _netdev} a boot may hang, and without {@code
   * nofail} fail.
   *
   * @param access {@code ro,} to read only, else empty
   */
  public String line(String directory, String access) {
    return id
        + ":/ "
        + directory
        + " efs _netdev,nofail,"
        + access
        + "tls,iam,accesspoint="
        + accessPoint
        + " 0 0";
  }
}
