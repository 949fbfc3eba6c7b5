package dev.heimdall.cdk.documents;

import dev.heimdall.cdk.nag.Reasons;
import java.util.List;
import java.util.Optional;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.s3.BlockPublicAccess;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.s3.BucketEncryption;
import software.amazon.awscdk.services.s3.LifecycleRule;
import software.constructs.Construct;

/**
 * A bucket for the copy of another region's documents. Its name, and its key's, follow from the
 * fleet's, so that the other region can name it without a word from here: S3 replicates only to
 * what is there.
 */
public final class CopyBucket extends Construct {
  private static final int DAYS_OF_OLD_VERSIONS = 90;

  /**
   * Makes it.
   *
   * @param ownKey the ARN of a key that is there, in place of one that is made
   */
  public CopyBucket(
      Construct scope, String id, String fleet, String region, Optional<String> ownKey) {
    super(scope, id);
    IKey key =
        DocumentsKey.of(
            this, ownKey, "Heimdall: a copy of the configuration", Optional.of(keyAlias(fleet)));
    Bucket bucket =
        Bucket.Builder.create(this, "Bucket")
            .bucketName(name(fleet, region))
            .versioned(true)
            .encryption(BucketEncryption.KMS)
            .encryptionKey(key)
            .enforceSsl(true)
            .blockPublicAccess(BlockPublicAccess.BLOCK_ALL)
            .lifecycleRules(
                List.of(
                    LifecycleRule.builder()
                        .noncurrentVersionExpiration(Duration.days(DAYS_OF_OLD_VERSIONS))
                        .abortIncompleteMultipartUploadAfter(Duration.days(1))
                        .build()))
            .removalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
            .build();
    Reasons.accept(
        bucket,
        "AwsSolutions-S1",
        "Versions tell what changed when; who changed it is told by CloudTrail's data events.");
    CfnOutput.Builder.create(this, "Output")
        .description("The copy of the nodes' configuration, which S3 writes")
        .value(bucket.getBucketName())
        .build()
        .overrideLogicalId("CopyBucket");
  }

  /** Name of the bucket in a region; a bucket name is unique across all accounts. */
  static String name(String fleet, String region) {
    return Fn.join("", List.of(fleet + "-copy-", Aws.ACCOUNT_ID, "-" + region));
  }

  /** Alias of its key, in each region. */
  static String keyAlias(String fleet) {
    return "alias/" + fleet + "-copy";
  }
}
