package dev.heimdall.cdk;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.cdk.config.Deployment;
import dev.heimdall.cdk.config.DeploymentFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import software.amazon.awscdk.App;
import software.amazon.awscdk.cxapi.CloudAssembly;
import software.amazon.awscdk.cxapi.CloudFormationStackArtifact;

/**
 * A deployment put together for a test, with files that stand in for what would be built.
 *
 * @param questions what the CDK command would have to ask AWS before it goes on
 * @param flags of the library, as it reports them to the CDK command
 */
record Assembly(
    Map<String, JsonNode> templates,
    List<String> complaints,
    List<String> questions,
    JsonNode flags) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Of a deployment file with this text. */
  static Assembly of(String deployment, Path work) throws Exception {
    return of(Files.writeString(work.resolve("deployment.json"), deployment), work);
  }

  static Assembly of(Path deployment, Path work) throws Exception {
    return of(deployment, work, app -> {});
  }

  /** With what is to look at it, too. */
  static Assembly of(Path deployment, Path work, Consumer<App> others) throws Exception {
    Path base = Files.createDirectories(work.resolve("base"));
    stand(base, "cdk-app/target/heimdall-release.tar.gz", "a release");
    stand(base, "config-sync-lambda/target/heimdall-config-sync-lambda.jar", "a jar");
    Deployment read = DeploymentFile.read(deployment);
    Map<String, JsonNode> templates = new TreeMap<>();
    List<String> complaints = new ArrayList<>();
    App app =
        HeimdallApp.of(
            read,
            base,
            JSON.convertValue(
                JSON.readTree(Path.of("cdk.json").toFile()).get("context"),
                new TypeReference<Map<String, Object>>() {}),
            work.resolve("out"));
    others.accept(app);
    CloudAssembly assembly = app.synth();
    Schemas.judge(app, assembly);
    for (CloudFormationStackArtifact stack : assembly.getStacks()) {
      templates.put(
          stack.getStackName(), JSON.readTree(Path.of(stack.getTemplateFullPath()).toFile()));
      stack
          .getMessages()
          .forEach(
              message ->
                  complaints.add(
                      message.getLevel()
                          + " "
                          + message.getId()
                          + " "
                          + message.getEntry().getData()));
    }
    JsonNode manifest = JSON.readTree(Path.of(assembly.getDirectory(), "manifest.json").toFile());
    return new Assembly(
        templates,
        complaints,
        manifest.path("missing").findValuesAsText("key"),
        manifest.at("/artifacts/aws-cdk-lib~1feature-flag-report/properties/flags"));
  }

  /** The resources of a type in a stack, by their logical ids. */
  Map<String, JsonNode> resources(String stack, String type) {
    Map<String, JsonNode> found = new TreeMap<>();
    templates
        .get(stack)
        .get("Resources")
        .properties()
        .forEach(
            resource -> {
              if (resource.getValue().get("Type").asText().equals(type)) {
                found.put(resource.getKey(), resource.getValue());
              }
            });
    return found;
  }

  /** Those of one part of a stack, such as {@code Fleet}, by what they are called in it. */
  Map<String, JsonNode> resources(String stack, String part, String type) {
    Map<String, JsonNode> found = new TreeMap<>();
    resources(stack, type)
        .forEach(
            (id, resource) -> {
              if (id.startsWith(part)) {
                found.put(id.substring(part.length()).replaceAll("[0-9A-F]{8}$", ""), resource);
              }
            });
    return found;
  }

  /** The only resource of a type in a part of a stack. */
  JsonNode resource(String stack, String part, String type) {
    Map<String, JsonNode> found = resources(stack, part, type);
    if (found.size() != 1) {
      throw new AssertionError(stack + " has " + found.keySet() + " of " + type + " in " + part);
    }
    return found.values().iterator().next().get("Properties");
  }

  private static void stand(Path base, String file, String text) throws IOException {
    Path path = base.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
