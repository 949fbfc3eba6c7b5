package dev.heimdall.cdk.constructs;

import java.util.List;
import software.amazon.awscdk.services.ec2.Connections;
import software.constructs.Construct;

/** An imported fleet with the facts that its user gives. */
final class ImportedFleet extends Construct implements IHeimdallFleet {
  private final HeimdallFleetAttributes attributes;
  private final PartAccess access;

  ImportedFleet(Construct scope, String id, HeimdallFleetAttributes attributes) {
    super(scope, id);
    this.attributes = attributes;
    access =
        new PartAccess(
            this,
            attributes.nodeSecurityGroupId(),
            attributes.balancerSecurityGroupId(),
            attributes.ports());
  }

  @Override
  public String getFleetName() {
    return attributes.fleetName();
  }

  @Override
  public String getAddress() {
    return attributes.address();
  }

  @Override
  public String getAddressHostedZoneId() {
    return attributes.addressHostedZoneId();
  }

  @Override
  public List<Integer> getPorts() {
    return attributes.ports();
  }

  @Override
  public int getHttpPort() {
    return attributes.httpPort();
  }

  @Override
  public Connections getConnections() {
    return access.clients();
  }

  @Override
  public Connections getNodes() {
    return access.nodes();
  }

  @Override
  public String getNodeSecurityGroupId() {
    return attributes.nodeSecurityGroupId();
  }
}
