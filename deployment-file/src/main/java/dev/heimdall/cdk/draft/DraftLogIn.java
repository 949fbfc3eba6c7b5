package dev.heimdall.cdk.draft;

import java.util.Optional;

/**
 * Log-in of nodes to a database, and of clients to nodes. No secret is in it: only names of
 * secrets.
 *
 * @param user as whom clients log in to nodes, and nodes by IAM
 * @param secret the name of the secret whose {@code password} clients show; nodes log in with its
 *     {@code username} and {@code password}, unless they do by IAM
 * @param managed whether RDS made that secret, so that naming the database lets nodes read it
 * @param iam whether nodes log in by tokens of IAM, as {@code user}
 * @param key the ARN of the key that the secret is encrypted with, where it is a customer's
 */
public record DraftLogIn(
    String user, String secret, boolean managed, boolean iam, Optional<String> key) {
  /** By a secret that RDS keeps, or another party. */
  public static DraftLogIn bySecret(
      String user, String secret, boolean managed, Optional<String> key) {
    return new DraftLogIn(user, secret, managed, false, key);
  }
}
