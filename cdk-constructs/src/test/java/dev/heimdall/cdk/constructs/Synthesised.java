package dev.heimdall.cdk.constructs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.cdklabs.cdknag.AwsSolutionsChecks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awscdk.App;
import software.amazon.awscdk.AppProps;
import software.amazon.awscdk.Aspects;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.cxapi.CloudAssembly;
import software.amazon.awscdk.cxapi.CloudFormationStackArtifact;

/** The template of a stack, and what the schemas of resources and the AWS Solutions pack say. */
record Synthesised(JsonNode template, List<String> complaints) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** An app whose resources are judged by their schemas. */
  static App app(Path out) {
    return new App(
        AppProps.builder()
            .analyticsReporting(false)
            .outdir(out.toString())
            .context(Map.of("@aws-cdk/core:validateAgainstDefaultRules", true))
            .build());
  }

  static Synthesised of(App app, Stack stack) {
    Aspects.of(app).add(new AwsSolutionsChecks());
    return of(app.synth(), stack);
  }

  /** One of the stacks that have been put together. */
  static Synthesised of(CloudAssembly assembly, Stack stack) {
    CloudFormationStackArtifact made = assembly.getStackByName(stack.getStackName());
    List<String> complaints = new ArrayList<>();
    made.getMessages()
        .forEach(message -> complaints.add(message.getId() + " " + message.getEntry().getData()));
    try {
      return new Synthesised(
          JSON.readTree(Files.readString(Path.of(made.getTemplateFullPath()))), complaints);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The resources of a type, by their logical ids. */
  Map<String, JsonNode> resources(String type) {
    Map<String, JsonNode> found = new TreeMap<>();
    template
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
}
