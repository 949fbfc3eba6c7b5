package dev.heimdall.routing;

import java.util.List;
import java.util.Optional;

/**
 * A cluster of RDS, or an instance without one that replicates no other: what a deployment has to
 * know to serve it.
 *
 * @param resource what log-ins by IAM are limited by, such as {@code cluster-ABC}
 * @param cluster whether it is a cluster
 * @param database the one that was made with it
 * @param user the one that was made with it
 * @param secret the ARN of the secret with that user's password, where RDS manages it
 * @param secretKey the key that this secret is encrypted with
 * @param iam whether users may log in by IAM
 * @param vpc the network of its servers, where they were told
 * @param subnets those of this network that its servers may be in
 */
public record AccountDatabase(
    String arn,
    String resource,
    String name,
    boolean cluster,
    String engine,
    String status,
    Optional<String> endpoint,
    int port,
    Optional<String> database,
    Optional<String> user,
    Optional<String> secret,
    Optional<String> secretKey,
    boolean iam,
    Optional<String> vpc,
    List<String> subnets,
    List<String> groups) {
  private static final int REGION = 3;

  public AccountDatabase {
    subnets = List.copyOf(subnets);
    groups = List.copyOf(groups);
  }

  /** The region that an ARN is of; nothing for one of a global cluster. */
  public static String region(String arn) {
    String[] parts = arn.split(":", -1);
    return parts.length > REGION ? parts[REGION] : "";
  }
}
