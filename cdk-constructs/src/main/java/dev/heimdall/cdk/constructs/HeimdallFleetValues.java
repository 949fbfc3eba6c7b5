package dev.heimdall.cdk.constructs;

import java.util.List;
import java.util.Optional;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.ec2.IMachineImage;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.amazon.awscdk.services.ec2.SubnetSelection;
import software.amazon.awscdk.services.elasticloadbalancingv2.ClientRoutingPolicy;
import software.amazon.awscdk.services.iam.IManagedPolicy;
import software.amazon.awscdk.services.kms.IKey;

/** Values set in the builder of {@link HeimdallFleetProps}. */
record HeimdallFleetValues(
    IVpc getVpc,
    List<Integer> getPorts,
    HeimdallArchive getRelease,
    HeimdallDocuments getDocuments,
    String getFleetName,
    Optional<SubnetSelection> getVpcSubnets,
    List<String> getClients,
    int getHttpPort,
    List<InstanceType> getInstanceTypes,
    Optional<String> getImageParameter,
    Optional<IMachineImage> getMachineImage,
    int getFewestPerZone,
    int getMostPerZone,
    int getTargetLoad,
    Duration getIdleTimeout,
    Duration getDrain,
    ClientRoutingPolicy getClientRouting,
    boolean getDeletionProtection,
    HeimdallAccess getAccess,
    List<IManagedPolicy> getManagedPolicies,
    HeimdallLogs getInstanceLogs,
    boolean getKeepFailedInstances,
    Optional<IKey> getDiskKey,
    HeimdallFacts getFacts)
    implements HeimdallFleetProps {}
