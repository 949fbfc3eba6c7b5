package dev.heimdall.cdk.constructs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.model.RegionFacts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awscdk.App;
import software.amazon.awscdk.CfnParameter;
import software.amazon.awscdk.Stack;

/** What is different in each region, as instances of a fleet and its manager are told it. */
class FactsConstructTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path work;

  private HeimdallFleet fleet(Stack stack, HeimdallFacts facts) {
    return new HeimdallFleet(
        stack,
        "Fleet",
        HeimdallFleetProps.builder()
            .vpc(Given.network(stack))
            .ports(List.of(5432))
            .release(Given.release(stack))
            .documents(Given.documents(stack))
            .facts(facts)
            .build());
  }

  /** The line of user-data, with a word for what CloudFormation fills in. */
  private static String line(JsonNode data) {
    JsonNode heading = data.at("/Fn::Base64/Fn::Join/1/0/Fn::Sub");
    String script = heading.isArray() ? heading.get(0).asText() : heading.asText();
    String line = script.lines().filter(one -> one.startsWith("facts='")).findFirst().orElseThrow();
    JsonNode open = heading.path(1).path("Facts").path("Fn::Join").path(1);
    StringBuilder facts = new StringBuilder();
    open.forEach(part -> facts.append(part.isTextual() ? part.asText() : "MADE"));
    return line.replace("${Facts}", facts).replace("${Region}", "eu-west-1");
  }

  private static List<String> lines(Synthesised made) {
    return made.resources("AWS::EC2::LaunchTemplate").values().stream()
        .map(template -> line(template.at("/Properties/LaunchTemplateData/UserData")))
        .toList();
  }

  @Test
  void eachInstanceOfAFleetKnowsThemAndNodesReadThem() throws Exception {
    App app = Synthesised.app(work.resolve("out"));
    Stack stack = new Stack(app, "anybodys");
    CfnParameter size = CfnParameter.Builder.create(stack, "Size").type("Number").build();
    CfnParameter host = CfnParameter.Builder.create(stack, "Host").type("String").build();
    HeimdallFacts facts =
        HeimdallFacts.ofRegion()
            .bucket(Given.bucket(stack, "documents"))
            .text("database", "orders." + host.getValueAsString())
            .text("note", "it's \\ \"so\"\nand a tab\t\u00fc")
            .number("size", size.getValueAsNumber())
            .number("part", 0.5)
            .truth("primary", true)
            .list("subnets", List.of("10.40.0.0/20", "10.40.16.0/20"))
            .list("store", List.of());
    fleet(stack, facts);

    List<String> lines = lines(Synthesised.of(app, stack));
    assertThat(lines).hasSize(2);
    for (String line : lines) {
      assertThat(line).matches("facts='[^'\n]*'");
      String json = line.substring("facts='".length(), line.length() - 1).replace("MADE,", "7,");
      assertThat(JSON.readTree(json))
          .isEqualTo(
              JSON.readTree(
                  """
                  {"name": "eu-west-1", "bucket": "documents", "database": "orders.MADE",
                   "note": "it's \\\\ \\"so\\"\\nand a tab\\t\u00fc", "part": 0.5, "primary": true, "size": 7,
                   "store": [], "subnets": ["10.40.0.0/20", "10.40.16.0/20"]}
                  """));
      Path file = Files.writeString(work.resolve("facts.json"), json);
      assertThat(RegionFacts.read(file).in("${region.database}")).isEqualTo("orders.MADE");
    }
  }

  @Test
  void aFleetThatIsToldNothingKnowsItsRegion() throws Exception {
    App app = Synthesised.app(work.resolve("out"));
    Stack stack = new Stack(app, "anybodys");
    fleet(stack, HeimdallFacts.ofRegion());
    assertThat(lines(Synthesised.of(app, stack))).containsOnly("facts='{\"name\":\"eu-west-1\"}'");
  }

  @Test
  void aManagerKnowsItselfAndTheFleetKnowsIt() throws Exception {
    App app = Synthesised.app(work.resolve("out"));
    Stack stack = new Stack(app, "anybodys");
    HeimdallFacts facts = HeimdallFacts.ofRegion().text("database", "orders.example");
    HeimdallManager manager = manager(stack, "Manager", facts);
    manager(stack, "Named", facts.text("manager", "https://m.example:8087"));
    fleet(stack, facts.manager(manager));

    String made = "\"database\":\"orders.example\",\"manager\":\"http://MADE:8087\"}";
    assertThat(lines(Synthesised.of(app, stack)))
        .hasSize(4)
        .filteredOn(line -> line.contains("m.example"))
        .singleElement()
        .asString()
        .contains("\"manager\":\"https://m.example:8087\"}");
    assertThat(lines(Synthesised.of(app, stack)))
        .filteredOn(line -> !line.contains("m.example"))
        .allSatisfy(line -> assertThat(line).contains(made));
  }

  private static HeimdallManager manager(Stack stack, String id, HeimdallFacts facts) {
    return new HeimdallManager(
        stack,
        id,
        HeimdallManagerProps.builder()
            .fleetName(id.toLowerCase(Locale.ROOT))
            .vpc(Given.network(stack))
            .release(Given.release(stack))
            .documents(Given.documents(stack))
            .facts(facts)
            .build());
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        refused("name again", facts -> facts.text("name", "eu-west-1")),
        refused("size again", facts -> facts.number("size", 1).truth("size", true)),
        refused("the name \"a b\"", facts -> facts.text("a b", "c")),
        refused("at with \"${\"", facts -> facts.text("at", "${writer}")),
        refused("at with \"${\"", facts -> facts.text("at", "{{resolve:ssm:a}}")),
        refused("at with Boolean in its list", facts -> facts.list("at", List.of(true))),
        refused("at with List12 in its list", facts -> facts.list("at", List.of(List.of("a")))),
        refused("4,096 at most", facts -> facts.text("at", "a".repeat(4_100))));
  }

  private static Arguments refused(String message, UnaryOperator<HeimdallFacts> more) {
    return Arguments.of(message, more);
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatNoDocumentCouldReferToIsRefused(String message, UnaryOperator<HeimdallFacts> more) {
    assertThatThrownBy(() -> more.apply(HeimdallFacts.ofRegion()).toJson())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("facts: ")
        .hasMessageContaining(message);
  }
}
