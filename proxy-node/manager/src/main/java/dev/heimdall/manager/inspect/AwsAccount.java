package dev.heimdall.manager.inspect;

import dev.heimdall.routing.Surroundings;
import java.util.List;

/**
 * Inventory of an AWS account in a region, as far as the manager has permission to query it.
 *
 * @param region empty: the manager does not know in which it is, and has asked nothing
 * @param troubles what could not be found out: the missing permission by its name, or the endpoint
 *     that does not answer
 */
public record AwsAccount(
    String region,
    List<AwsDatabase> databases,
    List<Surroundings.Cache> caches,
    List<CheckResult> troubles) {
  public AwsAccount {
    databases = List.copyOf(databases);
    caches = List.copyOf(caches);
    troubles = List.copyOf(troubles);
  }
}
