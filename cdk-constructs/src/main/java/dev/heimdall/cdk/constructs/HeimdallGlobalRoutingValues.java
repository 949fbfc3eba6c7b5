package dev.heimdall.cdk.constructs;

import java.util.Optional;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.route53.IHostedZone;

/** Values set in the builder of {@link HeimdallGlobalRoutingProps}. */
record HeimdallGlobalRoutingValues(
    IHeimdallFleet getFleet,
    String getRecordName,
    Optional<IHostedZone> getZone,
    Optional<String> getPrivateZone,
    Optional<IVpc> getVpc)
    implements HeimdallGlobalRoutingProps {}
