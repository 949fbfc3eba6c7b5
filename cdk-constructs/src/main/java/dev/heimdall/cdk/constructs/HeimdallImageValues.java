package dev.heimdall.cdk.constructs;

import java.util.List;
import java.util.Optional;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.kms.IKey;

/** Values set in the builder of {@link HeimdallImageProps}. */
record HeimdallImageValues(
    HeimdallArchive getInput,
    String getVersion,
    IVpc getVpc,
    Optional<SubnetSelection> getVpcSubnets,
    Optional<InstanceType> getInstanceType,
    Optional<String> getUpdateUrl,
    List<String> getRegions,
    boolean getEncrypted,
    Optional<IKey> getEncryptionKey,
    Optional<String> getSchedule)
    implements HeimdallImageProps {}
