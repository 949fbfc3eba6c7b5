package dev.heimdall.cdk.sync;

import dev.heimdall.cdk.values.Slot;
import java.util.List;
import java.util.Optional;

/**
 * Inputs from which the function is made. Texts and numbers may be tokens.
 *
 * @param fleet the fleet's name, which its nodes' tag has
 * @param otherRegions regions with clusters besides its own that the function reaches, with commas
 * @param memberRegions whether those in which global clusters have members are asked as well
 * @param forwardTo regions whose functions hear of this region's events
 * @param minutes between two runs without a trigger
 * @param codeBucket where the jar lies
 * @param codeKey the jar's key there
 * @param version what stands for the code: with it, the function starts from a snapshot of itself;
 *     empty where that is not known beforehand
 * @param bucket where topology documents are kept
 * @param key the key of the bucket and the secret, its ARN; empty for none
 * @param pushKey the name of the secret that pushes are signed with
 * @param nodeGroup the nodes' security group
 * @param httpPort the port of the nodes' HTTP endpoint
 * @param keepLogs days
 * @param elsewhere what it publishes to other regions
 */
public record ConfigSyncPlan(
    String fleet,
    String vpc,
    List<String> subnets,
    String otherRegions,
    boolean memberRegions,
    List<Slot<String>> forwardTo,
    Number minutes,
    String codeBucket,
    String codeKey,
    Optional<String> version,
    String bucket,
    String key,
    String pushKey,
    String nodeGroup,
    Number httpPort,
    Number keepLogs,
    OtherStores elsewhere) {
  /**
   * Other regions whose nodes get its document as well, for when their own function fails.
   *
   * @param stores those in whose store it is kept: the one that nodes there name by their tag
   * @param pushes those whose nodes it is pushed to, with commas
   * @param buckets of these stores, by name; a beginning ends in {@code *}
   */
  public record OtherStores(List<Slot<String>> stores, String pushes, List<String> buckets) {
    /** None. */
    public static final OtherStores NONE = new OtherStores(List.of(), "", List.of());

    public OtherStores {
      stores = List.copyOf(stores);
      buckets = List.copyOf(buckets);
    }
  }

  public ConfigSyncPlan {
    subnets = List.copyOf(subnets);
    forwardTo = List.copyOf(forwardTo);
  }
}
