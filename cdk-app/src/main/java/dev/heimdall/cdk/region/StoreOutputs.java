package dev.heimdall.cdk.region;

import java.util.List;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Fn;
import software.constructs.Construct;

/** Stack outputs about a store that people write into {@code node.json}. */
public final class StoreOutputs {
  private StoreOutputs() {}

  /**
   * Puts it out.
   *
   * @param cluster whether it has several shards
   * @param passwordName the name of the secret whose text is the password
   * @param passwordArn its ARN
   */
  public static void of(
      Construct scope, String address, boolean cluster, String passwordName, String passwordArn) {
    CfnOutput.Builder.create(scope, "StoreServer")
        .description("The server for store.servers of node.json, with port 6379 and TLS")
        .value(address)
        .build();
    CfnOutput.Builder.create(scope, "StoreSettings")
        .description("What belongs into node.json of this store; nodes read the secret themselves")
        .value(
            Fn.join(
                "",
                List.of(
                    "\"store\": {\"servers\": [\"",
                    address,
                    cluster ? "\"], \"mode\": \"cluster\"" : "\"]",
                    ", \"password\": {\"secret\": \"",
                    passwordName,
                    "\"}, \"tls\": {\"mode\": \"verify-full\"}}")))
        .build();
    CfnOutput.Builder.create(scope, "StorePassword")
        .description("The secret whose text is store.password of node.json")
        .value(passwordArn)
        .build();
  }
}
