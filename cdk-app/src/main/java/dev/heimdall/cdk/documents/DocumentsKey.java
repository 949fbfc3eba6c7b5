package dev.heimdall.cdk.documents;

import java.util.Optional;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.kms.Alias;
import software.amazon.awscdk.services.kms.IKey;
import software.amazon.awscdk.services.kms.Key;
import software.constructs.Construct;

/** The key of a region's documents: one that is made for them, or one that exists. */
final class DocumentsKey {
  private DocumentsKey() {}

  /**
   * Returns the key.
   *
   * @param own the ARN of the one that exists
   * @param alias a name by which other regions know it
   */
  static IKey of(
      Construct scope, Optional<String> own, String description, Optional<String> alias) {
    if (own.isPresent()) {
      IKey key = Key.fromKeyArn(scope, "OwnKey", own.get());
      alias.ifPresent(
          name ->
              Alias.Builder.create(scope, "OwnKeyAlias").aliasName(name).targetKey(key).build());
      return key;
    }
    Key.Builder made =
        Key.Builder.create(scope, "Key")
            .description(description)
            .enableKeyRotation(true)
            .removalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    alias.ifPresent(made::alias);
    return made.build();
  }
}
