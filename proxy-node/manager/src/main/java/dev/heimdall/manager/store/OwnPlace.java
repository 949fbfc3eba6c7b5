package dev.heimdall.manager.store;

import dev.heimdall.secrets.StoreLocation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Place of the manager's own documents, unless configured otherwise: beside the nodes'. */
public final class OwnPlace {
  private static final String BEHIND = "-manager";

  /** Directory that no reader of a configuration looks into. */
  private static final String INSIDE = ".heimdall/manager";

  /** The ARN of a secret ends with its name and six letters that AWS has chosen. */
  private static final Pattern ARN =
      Pattern.compile("arn:[^:]+:secretsmanager:[^:]+:[^:]*:secret:(.+?)(-[A-Za-z0-9]{6})?");

  private OwnPlace() {}

  /**
   * The place of a configuration with {@code -manager} behind it; in a directory that is a file
   * system of its own, {@code .heimdall/manager} in it.
   *
   * @return empty for a whole bucket, or a whole disk: what is in it is the configuration
   */
  public static Optional<StoreLocation> beside(StoreLocation configuration) {
    if (configuration instanceof StoreLocation.Directory directory) {
      Path path = directory.path().toAbsolutePath().normalize();
      return Optional.ofNullable(path.getFileName())
          .map(name -> isMounted(path) ? path.resolve(INSIDE) : path.resolveSibling(name + BEHIND))
          .map(StoreLocation.Directory::new);
    }
    if (configuration instanceof StoreLocation.Bucket bucket) {
      return bucket.prefix().isEmpty() ? Optional.empty() : Optional.of(bucket(bucket, BEHIND));
    }
    return Optional.of(secret((StoreLocation.Secret) configuration, BEHIND));
  }

  /** Place where managers copy figures for each other, if they share a bucket. */
  public static Optional<StoreLocation.Bucket> figures(StoreLocation own) {
    return part(own, "figures") instanceof StoreLocation.Bucket bucket
        ? Optional.of(bucket)
        : Optional.empty();
  }

  /** A part of the manager's own place that is read without the others. */
  static StoreLocation part(StoreLocation own, String name) {
    if (own instanceof StoreLocation.Directory directory) {
      return new StoreLocation.Directory(directory.path().resolve(name));
    }
    if (own instanceof StoreLocation.Bucket bucket) {
      return bucket(bucket, bucket.prefix().isEmpty() ? name : "/" + name);
    }
    return secret((StoreLocation.Secret) own, "-" + name);
  }

  /** True if a file system is mounted there: files beside it are not on it, and not shared. */
  private static boolean isMounted(Path directory) {
    try {
      return Files.isDirectory(directory)
          && !Files.getFileStore(directory).equals(Files.getFileStore(directory.getParent()));
    } catch (IOException e) {
      return false;
    }
  }

  private static StoreLocation.Bucket bucket(StoreLocation.Bucket bucket, String behind) {
    return new StoreLocation.Bucket(bucket.bucket(), bucket.prefix() + behind, bucket.place());
  }

  private static StoreLocation.Secret secret(StoreLocation.Secret secret, String behind) {
    Matcher arn = ARN.matcher(secret.id());
    String name = arn.matches() ? arn.group(1) : secret.id();
    return new StoreLocation.Secret(
        name + behind,
        secret.place(),
        secret
            .overflow()
            .filter(bucket -> !bucket.prefix().isEmpty())
            .map(bucket -> bucket(bucket, behind)));
  }
}
