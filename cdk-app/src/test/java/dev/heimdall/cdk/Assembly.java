package dev.heimdall.cdk;

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
import software.amazon.awscdk.cxapi.CloudFormationStackArtifact;

/**
 * A deployment put together for a test, with files that stand in for what would be built.
 *
 * @param questions what the CDK command would have to ask AWS before it goes on
 * @param manifest in which order it deploys them
 */
record Assembly(
    Map<String, JsonNode> templates,
    List<String> complaints,
    List<String> questions,
    JsonNode manifest) {
  private static final ObjectMapper JSON = new ObjectMapper();

  static Assembly of(Path deployment, Path work) throws Exception {
    Path base = Files.createDirectories(work.resolve("base"));
    stand(base, "cdk-app/target/heimdall-release.tar.gz", "a release");
    stand(base, "config-sync-lambda/target/heimdall-config-sync-lambda.jar", "a jar");
    Deployment read = DeploymentFile.read(deployment);
    Map<String, JsonNode> templates = new TreeMap<>();
    List<String> complaints = new ArrayList<>();
    var assembly =
        HeimdallApp.of(
                read,
                base,
                Map.of("@aws-cdk/core:validateAgainstDefaultRules", true),
                work.resolve("out"))
            .synth();
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
        templates, complaints, manifest.path("missing").findValuesAsText("key"), manifest);
  }

  /** What is deployed before a stack. */
  List<String> dependencies(String stack) {
    List<String> dependencies = new ArrayList<>();
    manifest
        .at("/artifacts/" + stack + "/dependencies")
        .forEach(one -> dependencies.add(one.asText()));
    return dependencies;
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

  /** The only resource of a type in a stack. */
  JsonNode resource(String stack, String type) {
    Map<String, JsonNode> found = resources(stack, type);
    if (found.size() != 1) {
      throw new AssertionError(stack + " has " + found.keySet() + " of " + type);
    }
    return found.values().iterator().next().get("Properties");
  }

  private static void stand(Path base, String file, String text) throws IOException {
    Path path = base.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
