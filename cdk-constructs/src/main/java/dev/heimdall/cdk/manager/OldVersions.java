package dev.heimdall.cdk.manager;

import java.util.List;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.s3.LifecycleRule;

/**
 * Retention of overwritten versions in a versioned bucket of documents: documents for some time,
 * and the files that each manager writes every ten minutes for the others hardly at all.
 */
public final class OldVersions {
  private static final int DAYS = 90;

  /** Behind the documents' prefix: where managers copy figures for each other. */
  private static final String FIGURES = "-manager/figures/";

  private OldVersions() {}

  /**
   * The bucket's rules; where two of them are about one object, S3 takes the shorter time.
   *
   * @param prefix what stands before the documents' names, without a slash
   */
  public static List<LifecycleRule> rules(String prefix) {
    return List.of(
        LifecycleRule.builder()
            .noncurrentVersionExpiration(Duration.days(DAYS))
            .abortIncompleteMultipartUploadAfter(Duration.days(1))
            .build(),
        LifecycleRule.builder()
            .prefix(prefix + FIGURES)
            .noncurrentVersionExpiration(Duration.days(1))
            .build());
  }
}
