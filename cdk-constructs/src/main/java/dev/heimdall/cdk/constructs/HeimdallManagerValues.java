package dev.heimdall.cdk.constructs;

import java.util.List;
import java.util.Optional;
import software.amazon.awscdk.services.certificatemanager.ICertificate;
import software.amazon.awscdk.services.ec2.IMachineImage;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.iam.IManagedPolicy;
import software.amazon.awscdk.services.kms.IKey;

/** Values set in the builder of {@link HeimdallManagerProps}. */
record HeimdallManagerValues(
    IVpc getVpc,
    HeimdallArchive getRelease,
    HeimdallDocuments getDocuments,
    String getFleetName,
    Optional<SubnetSelection> getVpcSubnets,
    List<String> getClients,
    int getPort,
    Optional<ICertificate> getCertificate,
    Optional<InstanceType> getInstanceType,
    Optional<String> getImageParameter,
    Optional<IMachineImage> getMachineImage,
    int getManagers,
    boolean getDeletionProtection,
    List<String> getConf,
    List<String> getSecrets,
    List<String> getSecretKeys,
    List<String> getAlertTopics,
    List<IManagedPolicy> getManagedPolicies,
    HeimdallLogs getInstanceLogs,
    boolean getKeepFailedInstances,
    Optional<IKey> getDiskKey,
    HeimdallFacts getFacts)
    implements HeimdallManagerProps {}
