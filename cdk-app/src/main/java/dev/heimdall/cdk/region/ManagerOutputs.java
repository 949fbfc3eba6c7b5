package dev.heimdall.cdk.region;

import software.amazon.awscdk.CfnOutput;
import software.constructs.Construct;

/** Stack outputs that people need to know about a manager. */
public final class ManagerOutputs {
  private ManagerOutputs() {}

  /** Puts it out. */
  public static void of(Construct scope, String url, String passwordName, String securityGroup) {
    output(scope, "Address", "Where the manager is", url);
    output(scope, "PasswordSecret", "The secret with the password of the user admin", passwordName);
    output(scope, "ManagerSecurityGroup", "What the manager comes from", securityGroup);
  }

  private static void output(Construct scope, String id, String description, String value) {
    CfnOutput.Builder.create(scope, id + "Output").description(description).value(value).build();
  }
}
