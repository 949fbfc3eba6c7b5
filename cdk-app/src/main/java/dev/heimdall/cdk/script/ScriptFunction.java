package dev.heimdall.cdk.script;

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

/** A function in Python whose code stands in the template, with a role and a group of logs. */
public final class ScriptFunction {
  private static final int KEEP_LOGS = 30;

  private final Construct owner;
  private final int timeout;
  private final CfnFunction function;

  /**
   * Makes it.
   *
   * @param id of the function, which that of its role begins with
   * @param does in words
   * @param runs when, in words
   * @param timeout seconds
   * @param component what it may do
   * @param filledIn what stands for the component's placeholders, but for its group of logs
   */
  public ScriptFunction(
      Construct owner,
      String id,
      String does,
      String runs,
      String code,
      int timeout,
      Component component,
      Map<String, List<String>> filledIn) {
    this.owner = owner;
    this.timeout = timeout;
    CfnLogGroup log = CfnLogGroup.Builder.create(owner, "Log").retentionInDays(KEEP_LOGS).build();
    log.applyRemovalPolicy(RemovalPolicy.DESTROY);
    Map<String, List<String>> all = new HashMap<>(filledIn);
    all.put("FunctionLog", List.of(log.getRef()));
    CfnRole role = ComponentRole.create(owner, id + "Role", component, all);
    function =
        CfnFunction.Builder.create(owner, id)
            .description("Heimdall: " + does)
            .runtime("python3.13")
            .architectures(List.of("arm64"))
            .handler("index.handler")
            .code(CfnFunction.CodeProperty.builder().zipFile(code).build())
            .role(role.getAttrArn())
            .memorySize(256)
            .loggingConfig(
                CfnFunction.LoggingConfigProperty.builder().logGroup(log.getRef()).build())
            .timeout(timeout)
            .build();
    Reasons.accept(
        function,
        "AwsSolutions-L1",
        "It runs " + runs + ", and Python 3.13 is what it was tested with.");
  }

  /** A custom resource: the function is called when it is created, updated and deleted. */
  public CfnCustomResource resource(String id, Map<String, Object> properties) {
    CfnCustomResource resource =
        CfnCustomResource.Builder.create(owner, id)
            .serviceToken(function.getAttrArn())
            .serviceTimeout(2 * timeout)
            .build();
    properties.forEach(resource::addPropertyOverride);
    return resource;
  }

  /** The text of a file beside a class. */
  public static String text(Class<?> beside, String file) {
    try (InputStream in = beside.getResourceAsStream(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
