package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awscdk.Stack;

/**
 * {@code tags} of a deployment are on everything that can be tagged: CloudFormation passes those of
 * a stack on to its resources, and functions that make something later get them as properties.
 */
class TaggedDeploymentTest {
  private static final Map<String, String> TAGS = Map.of("cost-center", "c42");

  @TempDir private Path work;

  @Test
  void stacksAndWhatIsMadeLaterHaveThem() throws Exception {
    List<Map<String, String>> stacks = new ArrayList<>();
    Path file =
        Files.writeString(
            work.resolve("deployment.json"),
            FullDeployment.FILE
                .formatted(FullDeployment.FLEET, "eu-west-1", "eu-west-1", "us-east-1")
                .replaceFirst("\\{", "{\"tags\": {\"cost-center\": \"c42\"}, "));
    Assembly made =
        Assembly.of(
            file,
            work,
            app ->
                app.getNode().findAll().stream()
                    .filter(Stack.class::isInstance)
                    .forEach(stack -> stacks.add(((Stack) stack).getTags().tagValues())));

    assertThat(stacks).hasSameSizeAs(made.templates().keySet()).containsOnly(TAGS);
    List<String> launches = new ArrayList<>();
    List<JsonNode> connections = new ArrayList<>();
    for (JsonNode template : made.templates().values()) {
      for (JsonNode resource : template.get("Resources")) {
        for (JsonNode each : resource.at("/Properties/LaunchTemplateData/TagSpecifications")) {
          assertThat(each.get("Tags").toString())
              .contains("{\"Key\":\"cost-center\",\"Value\":\"c42\"}");
          launches.add(each.get("ResourceType").asText());
        }
        if (!resource.at("/Properties/One/Region").isMissingNode()) {
          connections.add(resource.at("/Properties/Tags"));
        }
      }
    }
    assertThat(launches)
        .as("of two zones in each of two regions, and a manager")
        .hasSize(15)
        .containsOnly("instance", "volume", "network-interface");
    assertThat(connections)
        .isNotEmpty()
        .allSatisfy(tags -> assertThat(tags.get("cost-center").asText()).isEqualTo("c42"));
  }

  /** Their own tags a plain template's stack cannot know. */
  @Test
  void plainTemplatesAskForThem() throws Exception {
    for (String name : List.of("heimdall-fleet.yaml", "heimdall-manager.yaml")) {
      assertThat(TemplatesOfToday.files().get(name))
          .contains("  Tag3:\n", "- HasTag3\n")
          .contains("- Key: !Select [0, !Split [\"=\", !Ref Tag3]]\n");
    }
  }
}
