package dev.heimdall.cdk.constructs;

import java.util.List;
import java.util.Optional;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.s3.IBucket;

/** Values set in the builder of {@link HeimdallConfigSyncProps}. */
record HeimdallConfigSyncValues(
    IVpc getVpc,
    IHeimdallFleet getFleet,
    HeimdallArchive getCode,
    IBucket getBucket,
    Optional<IKey> getEncryptionKey,
    Optional<String> getPushKeySecret,
    Optional<SubnetSelection> getVpcSubnets,
    Duration getEvery,
    List<String> getOtherRegions,
    boolean getMemberRegions,
    List<String> getForwardTo,
    List<String> getPublishTo,
    List<String> getPushTo,
    List<String> getOtherBuckets,
    boolean getSnapStart,
    Duration getKeepLogs)
    implements HeimdallConfigSyncProps {}
