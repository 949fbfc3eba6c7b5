package dev.heimdall.cdk.draft;

import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.Engine;
import java.util.Optional;

/**
 * A database that the nodes of a region serve.
 *
 * @param document what its documents are called, the same in each region
 * @param identifier what RDS calls it in the nodes' region; empty where it is elsewhere
 * @param arn of the cluster, of the global cluster that it is a member of, or of the instance
 */
public record DraftDatabase(
    String document,
    Optional<String> identifier,
    ClusterKind kind,
    Engine engine,
    String host,
    int port,
    Optional<String> database,
    Optional<String> arn,
    DraftAccess access) {
  /**
   * Access to the database.
   *
   * @param resource what log-ins by IAM are limited by
   * @param group the security group of its servers, to which a rule for the nodes is added
   * @param certificate the secret with the certificate that clients see
   */
  public record DraftAccess(
      DraftLogIn logIn,
      Optional<String> resource,
      Optional<String> group,
      Optional<String> certificate) {}

  /** True if nodes make the certificate that their clients need. */
  public boolean isSelfSigned() {
    return engine.needsCertificate() && access.certificate().isEmpty();
  }

  boolean isCluster() {
    return kind == ClusterKind.AURORA || kind == ClusterKind.RDS_MULTI_AZ;
  }

  /** URL that nodes connect to first; it has the port only if that is not the default one. */
  String url() {
    return engine.url(host + (port == engine.port() ? "" : ":" + port), database.orElse(""));
  }
}
