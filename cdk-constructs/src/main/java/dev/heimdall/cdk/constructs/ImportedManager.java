package dev.heimdall.cdk.constructs;

import java.util.List;
import software.amazon.awscdk.services.ec2.Connections;
import software.constructs.Construct;

/** An imported manager with the facts that its user gives. */
final class ImportedManager extends Construct implements IHeimdallManager {
  private final HeimdallManagerAttributes attributes;
  private final PartAccess access;

  ImportedManager(Construct scope, String id, HeimdallManagerAttributes attributes) {
    super(scope, id);
    this.attributes = attributes;
    access =
        new PartAccess(this, "", attributes.balancerSecurityGroupId(), List.of(attributes.port()));
  }

  @Override
  public String getUrl() {
    return attributes.url();
  }

  @Override
  public int getPort() {
    return attributes.port();
  }

  @Override
  public Connections getConnections() {
    return access.clients();
  }
}
