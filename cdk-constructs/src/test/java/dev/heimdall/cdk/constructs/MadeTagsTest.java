package dev.heimdall.cdk.constructs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.Tags;

/** Tags of an app are those of what EC2 and Image Builder make for it later. */
class MadeTagsTest {
  @TempDir private Path out;

  private App app;
  private Stack stack;

  @BeforeEach
  void anApp() {
    app = Synthesised.app(out);
    stack = Given.stack(app, "eu-west-1");
  }

  private HeimdallFleet fleet() {
    return new HeimdallFleet(
        stack,
        "Fleet",
        HeimdallFleetProps.builder()
            .vpc(Given.network(stack))
            .release(Given.release(stack))
            .documents(Given.documents(stack))
            .build());
  }

  private static List<String> tagged(JsonNode template) {
    JsonNode specifications = template.at("/Properties/LaunchTemplateData/TagSpecifications");
    return specifications.findParents("ResourceType").stream()
        .filter(each -> each.get("Tags").toString().contains("{\"Key\":\"team\",\"Value\":\"db\"}"))
        .map(each -> each.get("ResourceType").asText())
        .toList();
  }

  @Test
  void aLaunchTagsTheInstanceItsDisksAndItsInterfaces() {
    fleet();
    new HeimdallManager(
        stack,
        "Manager",
        HeimdallManagerProps.builder()
            .vpc(Given.network(stack))
            .release(Given.release(stack))
            .documents(Given.documents(stack))
            .build());
    Tags.of(app).add("team", "db");

    Map<String, JsonNode> templates =
        Synthesised.of(app, stack).resources("AWS::EC2::LaunchTemplate");

    assertThat(templates).hasSize(3);
    assertThat(templates.values())
        .allSatisfy(
            template ->
                assertThat(tagged(template))
                    .containsExactly("instance", "volume", "network-interface"));
  }

  @Test
  void tagsOfAPartAreItsOwn() {
    Tags.of(fleet()).add("team", "db");

    assertThat(Synthesised.of(app, stack).resources("AWS::EC2::LaunchTemplate").values())
        .isNotEmpty()
        .allSatisfy(template -> assertThat(tagged(template)).hasSize(3));
  }

  @Test
  void anImageAndWhatItIsMadeOnHaveThem() {
    new HeimdallImage(
        stack,
        "Image",
        HeimdallImageProps.builder()
            .vpc(Given.network(stack))
            .input(Given.release(stack))
            .version("0.1.0")
            .build());
    Tags.of(app).add("team", "db");

    Synthesised made = Synthesised.of(app, stack);

    JsonNode on =
        made.resources("AWS::ImageBuilder::InfrastructureConfiguration").values().iterator().next();
    assertThat(on.at("/Properties/ResourceTags/team").asText()).isEqualTo("db");
    JsonNode image =
        made.resources("AWS::ImageBuilder::DistributionConfiguration").values().iterator().next();
    assertThat(image.findValue("AmiTags").toString()).contains("\"team\":\"db\"", "\"Release\"");
  }
}
