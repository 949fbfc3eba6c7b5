package dev.heimdall.cdk.constructs;

import java.util.Optional;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.kms.IKey;

/** Values set in the builder of {@link HeimdallStoreProps}. */
record HeimdallStoreValues(
    IVpc getVpc,
    String getFleetName,
    Optional<SubnetSelection> getVpcSubnets,
    HeimdallStoreEngine getEngine,
    String getNodeType,
    int getReplicas,
    int getShards,
    Optional<IKey> getEncryptionKey)
    implements HeimdallStoreProps {}
