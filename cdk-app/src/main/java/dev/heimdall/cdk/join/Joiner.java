package dev.heimdall.cdk.join;

import dev.heimdall.cdk.iam.Component;
import dev.heimdall.cdk.iam.ComponentRole;
import dev.heimdall.cdk.nag.Reasons;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.CfnCustomResource;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.iam.CfnRole;
import software.amazon.awscdk.services.lambda.CfnFunction;
import software.amazon.awscdk.services.logs.CfnLogGroup;
import software.constructs.Construct;

/**
 * A custom resource with a function and a role of its own. So what is taken out of the deployment
 * is deleted by a role that may still do so: it goes after the resource.
 */
final class Joiner extends Construct {
  private static final int TIMEOUT = 300;
  private static final int KEEP_LOGS = 30;

  private final CfnCustomResource resource;

  /**
   * Makes it.
   *
   * @param script what the function does, a file beside this class
   * @param does the same in words
   * @param component what it may do
   * @param filledIn what stands for the component's placeholders, but for its group of logs
   * @param properties of the resource
   */
  Joiner(
      Construct scope,
      String id,
      String script,
      String does,
      Component component,
      Map<String, List<String>> filledIn,
      Map<String, Object> properties) {
    super(scope, id);
    CfnLogGroup log = CfnLogGroup.Builder.create(this, "Log").retentionInDays(KEEP_LOGS).build();
    log.applyRemovalPolicy(RemovalPolicy.DESTROY);
    Map<String, List<String>> all = new HashMap<>(filledIn);
    all.put("FunctionLog", List.of(log.getRef()));
    CfnRole role = ComponentRole.create(this, "FunctionRole", component, all);
    String code = text("answer.py") + "\n\n" + text(script);
    CfnFunction function =
        CfnFunction.Builder.create(this, "Function")
            .description("Heimdall: " + does)
            .runtime("python3.13")
            .architectures(List.of("arm64"))
            .handler("index.handler")
            .code(CfnFunction.CodeProperty.builder().zipFile(code).build())
            .role(role.getAttrArn())
            .memorySize(256)
            .loggingConfig(
                CfnFunction.LoggingConfigProperty.builder().logGroup(log.getRef()).build())
            .timeout(TIMEOUT)
            .build();
    Reasons.accept(
        function,
        "AwsSolutions-L1",
        "It runs when it is deployed, and Python 3.13 is what it was tested with.");
    resource =
        CfnCustomResource.Builder.create(this, "Resource")
            .serviceToken(function.getAttrArn())
            .serviceTimeout(2 * TIMEOUT)
            .build();
    properties.forEach(resource::addPropertyOverride);
    // Another release may find more to do.
    resource.addPropertyOverride("Code", Integer.toHexString(code.hashCode()));
  }

  /** What has to wait for it. */
  CfnCustomResource resource() {
    return resource;
  }

  /** What the function has returned, by name. */
  String attribute(String name) {
    return resource.getAtt(name).toString();
  }

  private static String text(String file) {
    try (InputStream in = Joiner.class.getResourceAsStream(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
