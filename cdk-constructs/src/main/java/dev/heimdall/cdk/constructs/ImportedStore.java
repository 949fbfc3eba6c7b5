package dev.heimdall.cdk.constructs;

import java.util.List;
import software.amazon.awscdk.services.ec2.Connections;
import software.amazon.awscdk.services.secretsmanager.ISecret;
import software.amazon.awscdk.services.secretsmanager.Secret;
import software.constructs.Construct;

/** An imported store with the facts that its user gives. */
final class ImportedStore extends Construct implements IHeimdallStore {
  private final HeimdallStoreAttributes attributes;
  private final PartAccess access;

  ImportedStore(Construct scope, String id, HeimdallStoreAttributes attributes) {
    super(scope, id);
    this.attributes = attributes;
    access = new PartAccess(this, "", attributes.securityGroupId(), List.of(attributes.port()));
  }

  @Override
  public String getAddress() {
    return attributes.address();
  }

  @Override
  public int getPort() {
    return attributes.port();
  }

  @Override
  public boolean getClusterMode() {
    return attributes.clusterMode();
  }

  @Override
  public boolean getTls() {
    return attributes.tls();
  }

  @Override
  public String getSecurityGroupId() {
    return attributes.securityGroupId();
  }

  @Override
  public ISecret getPassword() {
    return getNode().tryFindChild("PasswordSecret") instanceof ISecret made
        ? made
        : Secret.fromSecretNameV2(this, "PasswordSecret", attributes.passwordName());
  }

  @Override
  public String getPasswordName() {
    return attributes.passwordName();
  }

  @Override
  public Connections getConnections() {
    return access.clients();
  }
}
