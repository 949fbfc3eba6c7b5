package dev.heimdall.launcher.deployment;

import dev.heimdall.cdk.draft.RdsEndpoint;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.routing.AccountDatabase;
import java.util.List;
import java.util.Optional;

/**
 * A database that is to be served: a cluster, a global cluster, or an instance with its replicas.
 *
 * @param document what its documents will be called
 * @param arn of all of it; empty where unknown
 * @param global whether it is a global cluster
 * @param writerRegion the region of a global cluster that writes, where that is known
 * @param members what is known of it, at most one of each region
 */
record Served(
    String document,
    Optional<String> arn,
    boolean global,
    Optional<String> writerRegion,
    List<AccountDatabase> members) {
  private static final String GLOBAL = ":global-cluster:";

  Served {
    members = List.copyOf(members);
  }

  static Served of(AccountDatabase one) {
    return new Served(one.name(), Optional.of(one.arn()), false, Optional.empty(), List.of(one));
  }

  /** One of which nothing is known but its name or ARN. */
  static Served unknown(String wish) {
    return new Served(
        wish.substring(wish.lastIndexOf(':') + 1),
        Optional.of(wish).filter(Served::isArn),
        wish.contains(GLOBAL),
        Optional.empty(),
        List.of());
  }

  static boolean isArn(String wish) {
    return wish.startsWith("arn:");
  }

  static boolean isGlobal(String wish) {
    return wish.contains(GLOBAL);
  }

  /** Database that it is in a region. */
  Optional<AccountDatabase> in(String region) {
    return members.stream()
        .filter(one -> AccountDatabase.region(one.arn()).equals(region))
        .findFirst();
  }

  /** True if it is in a region, as far as that can be known. */
  boolean mayBeIn(String region) {
    return global
        || in(region).isPresent()
        || members.isEmpty() && arn.map(AccountDatabase::region).map(region::equals).orElse(true);
  }

  ClusterKind kind(String host) {
    Optional<AccountDatabase> one = members.stream().findFirst();
    if (one.isPresent()) {
      return !one.get().cluster()
          ? ClusterKind.RDS
          : one.get().engine().startsWith("aurora") ? ClusterKind.AURORA : ClusterKind.RDS_MULTI_AZ;
    }
    return RdsEndpoint.of(host)
        .map(name -> name.cluster() ? ClusterKind.AURORA : ClusterKind.RDS)
        .orElse(ClusterKind.NONE);
  }
}
