package dev.heimdall.cdk.constructs;

import dev.heimdall.cdk.fleet.FleetPlan;
import java.util.List;

/**
 * Resources, known by name, that nodes may use besides their configuration. What the app has as
 * constructs is granted as everywhere: {@code secret.grantRead(fleet)}, {@code
 * cluster.grantConnect(fleet, "app")}.
 */
public final class HeimdallAccess {
  private final FleetPlan.Access plan;

  private HeimdallAccess(FleetPlan.Access plan) {
    this.plan = plan;
  }

  /** Nothing but to write logs of virtual databases to groups below {@code /heimdall/}. */
  public static HeimdallAccess none() {
    return new HeimdallAccess(
        new FleetPlan.Access(
            List.of(), List.of(), List.of(), List.of(), List.of(), List.of("/heimdall/*")));
  }

  /** Secrets that documents name; a beginning of names ends in {@code *}. */
  public HeimdallAccess secrets(List<String> names) {
    return with(names, plan.secretKeys(), plan.clusters(), plan.instances(), plan.users());
  }

  /** ARNs of the keys that secrets of others are encrypted with. */
  public HeimdallAccess secretKeys(List<String> arns) {
    return with(plan.credentials(), arns, plan.clusters(), plan.instances(), plan.users());
  }

  /** Identifiers of clusters whose passwords RDS manages. */
  public HeimdallAccess managedClusters(List<String> identifiers) {
    return with(plan.credentials(), plan.secretKeys(), identifiers, plan.instances(), plan.users());
  }

  /** Identifiers of instances whose passwords RDS manages. */
  public HeimdallAccess managedInstances(List<String> identifiers) {
    return with(plan.credentials(), plan.secretKeys(), plan.clusters(), identifiers, plan.users());
  }

  /** As whom nodes log in by IAM, such as {@code cluster-ABC/app}: resource id, slash, user. */
  public HeimdallAccess databaseUsers(List<String> users) {
    return with(plan.credentials(), plan.secretKeys(), plan.clusters(), plan.instances(), users);
  }

  /** The log groups of virtual databases, in place of all below {@code /heimdall/}. */
  public HeimdallAccess logGroups(List<String> groups) {
    return new HeimdallAccess(
        new FleetPlan.Access(
            plan.credentials(),
            plan.secretKeys(),
            plan.clusters(),
            plan.instances(),
            plan.users(),
            groups));
  }

  private HeimdallAccess with(
      List<String> secrets,
      List<String> keys,
      List<String> clusters,
      List<String> instances,
      List<String> users) {
    return new HeimdallAccess(
        new FleetPlan.Access(secrets, keys, clusters, instances, users, plan.logGroups()));
  }

  FleetPlan.Access plan() {
    return plan;
  }
}
