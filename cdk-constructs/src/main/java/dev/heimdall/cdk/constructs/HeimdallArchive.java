package dev.heimdall.cdk.constructs;

import dev.heimdall.cdk.instance.Release;
import java.util.function.BiFunction;
import software.amazon.awscdk.services.s3.IBucket;
import software.amazon.awscdk.services.s3.assets.Asset;
import software.constructs.Construct;

/** Build artifact of Heimdall: the release of nodes and managers, or the jar of the function. */
public final class HeimdallArchive {
  private static final int ENOUGH_OF_A_HASH = 12;

  private final BiFunction<Construct, String, Release> bound;

  private HeimdallArchive(BiFunction<Construct, String, Release> bound) {
    this.bound = bound;
  }

  /**
   * A file of this machine, which {@code cdk deploy} puts where the account keeps assets.
   *
   * @param path such as {@code cdk-app/target/heimdall-release.tar.gz}, which {@code
   *     cdk-app/release} packs
   */
  public static HeimdallArchive fromAsset(String path) {
    return new HeimdallArchive(
        (scope, id) -> {
          Asset asset = Asset.Builder.create(scope, id).path(path).build();
          return new Release(
              asset.getAssetHash().substring(0, ENOUGH_OF_A_HASH),
              asset.getS3BucketName(),
              asset.getS3ObjectKey());
        });
  }

  /**
   * An object of a bucket.
   *
   * @param key its key
   * @param version what it is called; with another one, instances are replaced
   */
  public static HeimdallArchive fromBucket(IBucket bucket, String key, String version) {
    return new HeimdallArchive((scope, id) -> new Release(version, bucket.getBucketName(), key));
  }

  /** Returns the artifact's location for the resources below a construct. */
  Release bind(Construct scope, String id) {
    return bound.apply(scope, id);
  }
}
