package dev.heimdall.cdk.documents;

import dev.heimdall.cdk.config.DocumentPlace;
import dev.heimdall.cdk.iam.Component;
import dev.heimdall.cdk.script.ScriptFunction;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.CfnCustomResource;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.secretsmanager.CfnSecret;
import software.constructs.Construct;

/**
 * The first documents in a bucket or a secret: a function writes them when its stack is made,
 * unless there are some, and does nothing ever after. So nodes that boot in the same deployment
 * find them, and no deployment overwrites what people have edited.
 *
 * <p>It looks, too, whether there is a secret already that the stack is about to make, and says
 * what to do: that is kept when a region is destroyed, and its name is given to no second one.
 */
public final class FirstDocuments extends Construct {
  private static final int TIMEOUT = 60;

  private final DocumentStores kept;

  /**
   * Makes them.
   *
   * @param kept where they are written
   * @param texts by name; they stand in the template, so there is no secret in them
   */
  public FirstDocuments(
      Construct scope, String id, DocumentStores kept, Map<String, String> texts) {
    super(scope, id);
    this.kept = kept;
    ScriptFunction function =
        new ScriptFunction(
            this,
            "Writer",
            "writes the first documents, where there are none",
            "once",
            ScriptFunction.text(FirstDocuments.class, "first_documents.py"),
            TIMEOUT,
            Component.FIRST_DOCUMENTS,
            mayWrite());
    Map<String, Object> properties = new LinkedHashMap<>();
    if (inSecret()) {
      properties.put("Secret", kept.configurationSecret());
    } else {
      properties.put("Bucket", kept.bucket().getBucketName());
      properties.put("Prefix", kept.settings().prefix());
      if (kept.replicates().isPresent()) {
        properties.put("Commits", "write");
      }
    }
    properties.put(
        "Documents",
        texts.entrySet().stream()
            .map(text -> Map.of("Name", text.getKey(), "Text", text.getValue()))
            .toList());
    CfnCustomResource documents = function.resource("Documents", properties);
    kept.replicates().ifPresent(documents::addResourceDependency);
    kept.madeConfiguration()
        .ifPresent(
            secret -> {
              CfnSecret made = (CfnSecret) secret.getNode().getDefaultChild();
              Stack stack = Stack.of(this);
              made.addResourceDependency(
                  function.resource(
                      "NoOtherSecret",
                      Map.of(
                          "Secret",
                          kept.configurationSecret(),
                          "Makes",
                          stack.getLogicalId(made))));
              documents.addResourceDependency(made);
            });
  }

  private boolean inSecret() {
    return kept.settings().place() == DocumentPlace.SECRET;
  }

  /** Permissions to write the documents at their location and nowhere else. */
  private Map<String, List<String>> mayWrite() {
    List<String> ownKey = List.of(kept.key().getKeyArn());
    boolean made = kept.madeConfiguration().isPresent();
    return inSecret()
        ? Map.of(
            "ConfigurationBucket", List.of(),
            "ConfigurationPrefix", List.of(),
            "ConfigurationKey", List.of(),
            "ConfigurationSecret", List.of(kept.configurationSecret()),
            "SecretKeys", made ? ownKey : kept.settings().secretKeys(),
            "MadeSecret", made ? List.of(kept.configurationSecret()) : List.of(),
            "MadeByStack", made ? List.of(Aws.STACK_NAME) : List.of())
        : Map.of(
            "ConfigurationBucket", List.of(kept.bucket().getBucketName()),
            "ConfigurationPrefix", List.of(kept.settings().prefix()),
            "ConfigurationKey", ownKey,
            "ConfigurationSecret", List.of(),
            "SecretKeys", List.of(),
            "MadeSecret", List.of(),
            "MadeByStack", List.of());
  }
}
