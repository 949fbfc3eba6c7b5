package dev.heimdall.cdk.join;

import dev.heimdall.cdk.iam.Component;
import dev.heimdall.cdk.script.ScriptFunction;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.CfnCustomResource;
import software.constructs.Construct;

/**
 * A custom resource with a function and a role of its own. So what is taken out of the deployment
 * is deleted by a role that may still do so: it goes after the resource.
 */
final class Joiner extends Construct {
  private static final int TIMEOUT = 300;

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
    String code =
        ScriptFunction.text(Joiner.class, "answer.py")
            + "\n\n"
            + ScriptFunction.text(Joiner.class, script);
    ScriptFunction function =
        new ScriptFunction(
            this, "Function", does, "when it is deployed", code, TIMEOUT, component, filledIn);
    resource = function.resource("Resource", properties);
    // Another release may find more to do.
    resource.addPropertyOverride("Code", Integer.toHexString(code.hashCode()));
  }

  /** Resource that dependent constructs wait for. */
  CfnCustomResource resource() {
    return resource;
  }

  /** Value that the function has returned, by name. */
  String attribute(String name) {
    return resource.getAtt(name).toString();
  }
}
