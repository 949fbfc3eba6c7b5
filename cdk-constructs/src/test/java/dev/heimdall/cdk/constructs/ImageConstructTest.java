package dev.heimdall.cdk.constructs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.ec2.InstanceType;
import software.amazon.awscdk.services.kms.Key;

/** A pipeline of EC2 Image Builder, in anybody's app. */
class ImageConstructTest {
  private static final Path SCRIPTS = Path.of("..", "templates", "image");

  @TempDir private Path work;
  private App app;
  private Stack stack;

  @BeforeEach
  void anApp() {
    app = Synthesised.app(work);
    stack = Given.stack(app, "us-east-1");
  }

  private HeimdallImageProps.Builder props() {
    return HeimdallImageProps.builder()
        .vpc(Given.network(stack))
        .input(HeimdallArchive.fromBucket(Given.bucket(stack, "inputs"), "ami-input.tar.gz", "r1"))
        .version("0.1.0");
  }

  private static JsonNode only(Synthesised made, String type) {
    assertThat(made.resources("AWS::ImageBuilder::" + type)).hasSize(1);
    return made.resources("AWS::ImageBuilder::" + type)
        .values()
        .iterator()
        .next()
        .get("Properties");
  }

  private static JsonNode step(Synthesised made, String part, String name) throws Exception {
    JsonNode component =
        made.resources("AWS::ImageBuilder::Component").values().stream()
            .map(resource -> resource.get("Properties"))
            .filter(properties -> properties.get("Name").asText().endsWith("-" + part))
            .findFirst()
            .orElseThrow();
    assertThat(component.get("Data").asText()).hasSizeLessThan(16_000).doesNotContain("{{");
    JsonNode phases = new ObjectMapper().readTree(component.get("Data").asText()).get("phases");
    for (JsonNode step : phases.get(0).get("steps")) {
      if (step.get("name").asText().equals(name)) {
        return step.get("inputs");
      }
    }
    throw new AssertionError("no step " + name);
  }

  /** As Packer takes the same files, the images are the same. */
  @Test
  void itRunsTheScriptsOfPackerByteForByte() throws Exception {
    new HeimdallImage(stack, "Image", props().build());

    Synthesised made = Synthesised.of(app, stack);

    assertThat(made.complaints()).isEmpty();
    String provision = Files.readString(SCRIPTS.resolve("provision"));
    assertThat(step(made, "provision", "Provision").at("/commands/0").asText())
        .isEqualTo(provision);
    assertThat(step(made, "inspect", "Inspect").at("/commands/0").asText())
        .isEqualTo(Files.readString(SCRIPTS.resolve("inspect")));
    JsonNode fetched = step(made, "provision", "Fetch").get(0);
    assertThat(fetched.get("source").asText()).isEqualTo("s3://inputs/ami-input.tar.gz");
    assertThat(provision)
        .contains("${HEIMDALL_INPUT:-" + fetched.get("destination").asText() + "}");
    assertThat(Files.readString(SCRIPTS.resolve("heimdall.pkr.hcl")))
        .containsPattern("script *= \"\\$\\{path[.]root}/provision\"")
        .containsPattern("script *= \"\\$\\{path[.]root}/inspect\"")
        .contains("destination = \"" + fetched.get("destination").asText() + "\"")
        .doesNotContain("inline");
  }

  /** What the construct says in its template, and what AWS Marketplace wants besides. */
  @Test
  void imagesOfPackerAreAsSafe() throws Exception {
    assertThat(Files.readString(SCRIPTS.resolve("heimdall.pkr.hcl")).replaceAll(" +", " "))
        .contains(
            "imds_support = \"v2.0\"",
            "http_tokens = \"required\"",
            "http_put_response_hop_limit = 1",
            "ami_virtualization_type = \"hvm\"",
            "root-device-type = \"ebs\"",
            "encrypt_boot = var.encrypt",
            "ssh_clear_authorized_keys = true",
            "default = [\"arm64\", \"x86_64\"]",
            "default = \"us-east-1\"");
  }

  @Test
  void instancesAndImagesAreAsSafeAsTheyCanBe() {
    HeimdallImage image = new HeimdallImage(stack, "Image", props().build());

    Synthesised made = Synthesised.of(app, stack);

    assertThat(stack.resolve(image.getPipelineArn()).toString()).contains("Arn");
    JsonNode infrastructure = only(made, "InfrastructureConfiguration");
    assertThat(infrastructure.at("/InstanceMetadataOptions/HttpTokens").asText())
        .isEqualTo("required");
    assertThat(infrastructure.has("KeyPair")).isFalse();
    assertThat(infrastructure.get("SubnetId").asText()).isEqualTo("subnet-0a1b2c3d");
    assertThat(only(made, "ImageRecipe").at("/BlockDeviceMappings/0/Ebs/Encrypted").asBoolean())
        .isTrue();
    JsonNode group =
        made.resources("AWS::EC2::SecurityGroup").values().iterator().next().get("Properties");
    assertThat(group.has("SecurityGroupIngress")).isFalse();
    assertThat(group.get("SecurityGroupEgress")).hasSize(1);
    assertThat(group.at("/SecurityGroupEgress/0/FromPort").asInt()).isEqualTo(443);
    JsonNode own =
        made.resources("AWS::IAM::Policy")
            .values()
            .iterator()
            .next()
            .at("/Properties/PolicyDocument/Statement");
    assertThat(own).hasSize(1);
    assertThat(own.get(0).get("Action").asText()).isEqualTo("s3:GetObject");
    assertThat(own.get(0).get("Resource").toString()).contains(":s3:::inputs/ami-input.tar.gz");
  }

  @Test
  void processorsAreThoseOfTheTypeOfInstance() {
    new HeimdallImage(stack, "Arm", props().build());
    new HeimdallImage(stack, "Intel", props().instanceType(new InstanceType("t3.small")).build());

    Synthesised made = Synthesised.of(app, stack);

    assertThat(
            made.resources("AWS::ImageBuilder::ImageRecipe").values().stream()
                .map(recipe -> recipe.at("/Properties/ParentImage").toString()))
        .hasSize(2)
        .anyMatch(parent -> parent.contains("image/amazon-linux-2023-arm64/x.x.x"))
        .anyMatch(parent -> parent.contains("image/amazon-linux-2023-x86/x.x.x"));
  }

  /** Components and recipes are never changed: Image Builder refuses it. */
  @Test
  void whatIsOtherHasAnotherName() {
    new HeimdallImage(stack, "Image", props().build());
    String before = only(Synthesised.of(app, stack), "ImageRecipe").get("Name").asText();

    anApp();
    new HeimdallImage(stack, "Image", props().build());
    assertThat(only(Synthesised.of(app, stack), "ImageRecipe").get("Name").asText())
        .isEqualTo(before);

    anApp();
    new HeimdallImage(stack, "Image", props().updateUrl("https://releases.example.com").build());
    assertThat(only(Synthesised.of(app, stack), "ImageRecipe").get("Name").asText())
        .isNotEqualTo(before)
        .matches("[-_A-Za-z0-9]{3,100}");
  }

  @Test
  void whatIsAskedForIsThere() throws Exception {
    Key key = new Key(stack, "Key");
    new HeimdallImage(
        stack,
        "Image",
        props()
            .updateUrl("https://releases.example.com/heimdall")
            .regions(List.of("eu-west-1"))
            .encryptionKey(key)
            .schedule("cron(0 4 ? * sun *)")
            .build());
    new HeimdallImage(stack, "Marketplace", props().encrypted(false).build());

    Synthesised made = Synthesised.of(app, stack);

    assertThat(step(made, "provision", "Provision").at("/commands/0").asText())
        .endsWith(Files.readString(SCRIPTS.resolve("provision")));
    assertThat(made.template().toString())
        .contains("export HEIMDALL_UPDATE_URL='https://releases.example.com/heimdall'")
        .contains("\"Region\":\"eu-west-1\"")
        .contains("cron(0 4 ? * sun *)")
        .contains("\"Encrypted\":false");
    assertThat(
            made.resources("AWS::ImageBuilder::Component").values().stream()
                .filter(component -> component.get("Properties").has("KmsKeyId")))
        .hasSize(2);
  }

  @Test
  void whatCannotBeIsRefused() {
    assertThatThrownBy(
            () -> new HeimdallImage(stack, "Image", props().version("0.1.0-SNAPSHOT").build()))
        .hasMessage("version: 0.1.0-SNAPSHOT; allowed is: three numbers such as 0.1.0");
    assertThatThrownBy(
            () -> new HeimdallImage(stack, "Other", props().updateUrl("it's not").build()))
        .hasMessageStartingWith("updateUrl: it's not; allowed is: ");
  }
}
