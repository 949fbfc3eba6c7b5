package dev.heimdall.cdk.documents;

import dev.heimdall.cdk.iam.Component;
import dev.heimdall.cdk.iam.ComponentRole;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.Fn;
import software.amazon.awscdk.services.iam.CfnPolicy;
import software.amazon.awscdk.services.iam.CfnRole;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.s3.CfnBucket;
import software.constructs.Construct;

/** S3's rules by which it copies documents to the other regions, and as whom. */
final class Replication {
  private static final String ENABLED = "Enabled";

  private Replication() {}

  /**
   * Adds them to a bucket.
   *
   * @return what has to be there before something is written: S3 tries no second time
   */
  static CfnPolicy of(
      Construct scope, String fleet, Bucket from, IKey key, String prefix, List<String> regions) {
    CfnRole role = ComponentRole.withoutPolicy(scope, "ReplicationRole", Component.REPLICATION);
    CfnPolicy policy =
        ComponentRole.policy(
            scope,
            "ReplicationPolicy",
            Component.REPLICATION,
            role,
            Map.of(
                "ConfigurationBucket",
                List.of(from.getBucketName()),
                "ConfigurationPrefix",
                List.of(prefix),
                "ConfigurationKey",
                List.of(key.getKeyArn()),
                "CopyBuckets",
                regions.stream().map(region -> CopyBucket.name(fleet, region)).toList(),
                "CopyRegions",
                regions,
                "CopyKeyAlias",
                List.of(CopyBucket.keyAlias(fleet))));
    List<CfnBucket.ReplicationRuleProperty> rules = new ArrayList<>();
    for (String region : regions) {
      rules.add(
          CfnBucket.ReplicationRuleProperty.builder()
              .id("copy-" + region)
              .status(ENABLED)
              .priority(rules.size() + 1)
              .filter(
                  CfnBucket.ReplicationRuleFilterProperty.builder().prefix(prefix + "/").build())
              .deleteMarkerReplication(
                  CfnBucket.DeleteMarkerReplicationProperty.builder().status(ENABLED).build())
              .sourceSelectionCriteria(
                  CfnBucket.SourceSelectionCriteriaProperty.builder()
                      .sseKmsEncryptedObjects(
                          CfnBucket.SseKmsEncryptedObjectsProperty.builder()
                              .status(ENABLED)
                              .build())
                      .build())
              .destination(
                  CfnBucket.ReplicationDestinationProperty.builder()
                      .bucket(
                          Fn.sub(
                              "arn:${AWS::Partition}:s3:::${Copy}",
                              Map.of("Copy", CopyBucket.name(fleet, region))))
                      .encryptionConfiguration(
                          CfnBucket.EncryptionConfigurationProperty.builder()
                              .replicaKmsKeyId(
                                  Fn.sub(
                                      "arn:${AWS::Partition}:kms:"
                                          + region
                                          + ":${AWS::AccountId}:"
                                          + CopyBucket.keyAlias(fleet)))
                              .build())
                      .build())
              .build());
    }
    ((CfnBucket) from.getNode().getDefaultChild())
        .setReplicationConfiguration(
            CfnBucket.ReplicationConfigurationProperty.builder()
                .role(role.getAttrArn())
                .rules(rules)
                .build());
    return policy;
  }
}
