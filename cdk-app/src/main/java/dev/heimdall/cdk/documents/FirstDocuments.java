package dev.heimdall.cdk.documents;

import dev.heimdall.cdk.iam.Component;
import dev.heimdall.cdk.iam.ComponentRole;
import dev.heimdall.cdk.nag.Reasons;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.CfnCustomResource;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.iam.CfnRole;
import software.amazon.awscdk.services.lambda.CfnFunction;
import software.amazon.awscdk.services.logs.CfnLogGroup;
import software.constructs.Construct;

/**
 * The first documents in a bucket: a function writes them when its stack is made, unless there are
 * some, and does nothing ever after. So nodes that boot in the same deployment find them, and no
 * deployment overwrites what people have edited.
 */
public final class FirstDocuments extends Construct {
  private static final String CODE = "first_documents.py";
  private static final int TIMEOUT = 60;
  private static final int KEEP_LOGS = 30;

  /**
   * Makes them.
   *
   * @param kept whose bucket they are written into
   * @param prefix what stands before their names there
   * @param texts by name; they stand in the template, so there is no secret in them
   */
  public FirstDocuments(
      Construct scope, String id, DocumentStores kept, String prefix, Map<String, String> texts) {
    super(scope, id);
    String bucket = kept.bucket().getBucketName();
    CfnLogGroup log = CfnLogGroup.Builder.create(this, "Log").retentionInDays(KEEP_LOGS).build();
    log.applyRemovalPolicy(RemovalPolicy.DESTROY);
    CfnRole role =
        ComponentRole.create(
            this,
            "WriterRole",
            Component.FIRST_DOCUMENTS,
            Map.of(
                "ConfigurationBucket",
                List.of(bucket),
                "ConfigurationPrefix",
                List.of(prefix),
                "ConfigurationKey",
                List.of(kept.key().getKeyArn()),
                "FunctionLog",
                List.of(log.getRef())));
    CfnFunction function =
        CfnFunction.Builder.create(this, "Writer")
            .description("Heimdall: writes the first documents, where there are none")
            .runtime("python3.13")
            .architectures(List.of("arm64"))
            .handler("index.handler")
            .code(CfnFunction.CodeProperty.builder().zipFile(code()).build())
            .role(role.getAttrArn())
            .memorySize(256)
            .loggingConfig(
                CfnFunction.LoggingConfigProperty.builder().logGroup(log.getRef()).build())
            .timeout(TIMEOUT)
            .build();
    Reasons.accept(
        function, "AwsSolutions-L1", "It runs once, and Python 3.13 is what it was tested with.");
    CfnCustomResource documents =
        CfnCustomResource.Builder.create(this, "Documents")
            .serviceToken(function.getAttrArn())
            .serviceTimeout(2 * TIMEOUT)
            .build();
    documents.addPropertyOverride("Bucket", bucket);
    documents.addPropertyOverride("Prefix", prefix);
    documents.addPropertyOverride(
        "Documents",
        texts.entrySet().stream()
            .map(text -> Map.of("Name", text.getKey(), "Text", text.getValue()))
            .toList());
  }

  private static String code() {
    try (InputStream in = FirstDocuments.class.getResourceAsStream(CODE)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
