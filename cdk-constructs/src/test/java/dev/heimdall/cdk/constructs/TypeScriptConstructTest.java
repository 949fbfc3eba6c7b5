package dev.heimdall.cdk.constructs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the documentation shows to who writes TypeScript: it names no types, so Node.js runs it as
 * it is, and the compiler checks it, with the very library that the Java one has in it.
 */
@Tag("ci")
class TypeScriptConstructTest {
  private static final Path EXAMPLE = Path.of("src", "test", "resources", "example", "orders.mjs");
  private static final Path COMPILER = Path.of("src", "test", "typescript");
  private static final Path TEMPLATES = Path.of("..", "templates");
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Map<String, Path> LIBRARY = new TreeMap<>();

  @TempDir private Path work;

  @Test
  void thePlainTemplatesAreNestedStacksBesideADatabase() throws Exception {
    library();
    Path folder = work.resolve("heimdall");
    stand(folder.resolve("cdk-app/target/heimdall-release.tar.gz"), "a release");
    for (String name : List.of("heimdall-node-role.yaml", "heimdall-fleet.yaml")) {
      stand(folder.resolve("templates").resolve(name), Files.readString(TEMPLATES.resolve(name)));
    }
    Files.copy(EXAMPLE, work.resolve("orders.mjs"));
    ProcessBuilder node = new ProcessBuilder("node", "orders.mjs").directory(work.toFile());
    node.environment().put("CDK_OUTDIR", work.resolve("cdk.out").toString());
    run(node);
    JsonNode template =
        JSON.readTree(work.resolve("cdk.out").resolve("orders.template.json").toFile());
    isGivenWhatItAsksFor(template.at("/Resources/NodeRole"), "heimdall-node-role.yaml");
    isGivenWhatItAsksFor(template.at("/Resources/Fleet"), "heimdall-fleet.yaml");
    assertThat(template.at("/Resources/NodeRole/Properties/Parameters/FleetStack").asText())
        .as("how the name of the nested stack begins, and no other one's")
        .isEqualTo("orders-Fleet");
    List<String> rules = new ArrayList<>();
    template
        .get("Resources")
        .forEach(
            resource -> {
              if (resource.get("Type").asText().equals("AWS::EC2::SecurityGroupIngress")) {
                rules.add(resource.at("/Properties/SourceSecurityGroupId").toString());
              }
            });
    assertThat(rules).anyMatch(rule -> rule.contains("Outputs.NodeSecurityGroup"));
  }

  private static void isGivenWhatItAsksFor(JsonNode stack, String template) throws IOException {
    assertThat(stack.path("Type").asText()).isEqualTo("AWS::CloudFormation::Stack");
    List<String> given = new ArrayList<>();
    stack.at("/Properties/Parameters").fieldNames().forEachRemaining(given::add);
    assertThat(parameters(template, false)).containsAll(given);
    assertThat(given).containsAll(parameters(template, true));
  }

  /**
   * With CI=true it fails where the compiler cannot be had, else it is skipped, with the reason.
   */
  @Test
  @Tag("long")
  void theCompilerHasNothingToSayAboutIt() throws Exception {
    for (String file : List.of("package.json", "package-lock.json", "tsconfig.json")) {
      Files.copy(COMPILER.resolve(file), work.resolve(file));
    }
    Ended installed = ended("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
    assumeTrue(
        installed.code() == 0 || "true".equals(System.getenv("CI")),
        () -> "npm cannot install typescript: " + installed.said());
    assertThat(installed.code()).as(installed.said()).isZero();
    library();
    Files.copy(EXAMPLE, work.resolve("orders.mts"));
    Ended checked = ended("node", "node_modules/typescript/bin/tsc", "-p", ".");
    assertThat(checked.said()).isEmpty();
    assertThat(checked.code()).isZero();
  }

  @Test
  void theDocumentationShowsIt() throws IOException {
    assertThat(Files.readString(Path.of("..", "docs", "constructs.md")))
        .contains("```ts\n" + Files.readString(EXAMPLE) + "```");
  }

  /** The names of the template's parameters, or of those that have no default. */
  private static Set<String> parameters(String template, boolean needed) throws IOException {
    String text = Files.readString(TEMPLATES.resolve(template));
    String all = text.substring(text.indexOf("\nParameters:\n"), text.indexOf("\nConditions:\n"));
    Set<String> names = new TreeSet<>();
    Pattern.compile("\n  (\\w+):((?:\n    .*)*)")
        .matcher(all)
        .results()
        .filter(found -> !needed || !found.group(2).contains("\n    Default:"))
        .forEach(found -> names.add(found.group(1)));
    return names;
  }

  /** The packages of npm that lie in the jars of the CDK, unpacked once: some 10,000 files. */
  @BeforeAll
  static void unpack(@TempDir Path folder) throws Exception {
    List<Path> archives = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(":")) {
      if (!entry.endsWith(".jar")) {
        continue;
      }
      try (JarFile jar = new JarFile(entry)) {
        for (var file : jar.stream().filter(f -> f.getName().endsWith(".jsii.tgz")).toList()) {
          Path archive = folder.resolve(archives.size() + ".tgz");
          try (InputStream in = jar.getInputStream(file)) {
            Files.copy(in, archive);
          }
          archives.add(archive);
        }
      }
    }
    assertThat(archives).hasSizeGreaterThan(1);
    for (Path archive : archives) {
      Path unpacked = Files.createDirectory(Path.of(archive + ".d"));
      run(new ProcessBuilder("tar", "-xzf", archive.toString(), "-C", unpacked.toString()));
      Files.delete(archive);
      Path made = unpacked.resolve("package");
      String name = JSON.readTree(made.resolve("package.json").toFile()).get("name").asText();
      Path to = folder.resolve("node_modules").resolve(name);
      Files.createDirectories(to.getParent());
      Files.move(made, to);
      LIBRARY.put(name, to);
    }
  }

  private void library() throws IOException {
    for (Map.Entry<String, Path> one : LIBRARY.entrySet()) {
      Path link = work.resolve("node_modules").resolve(one.getKey());
      Files.createDirectories(link.getParent());
      Files.createSymbolicLink(link, one.getValue());
    }
  }

  private static void stand(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static void run(ProcessBuilder command) throws Exception {
    Ended ended = ended(command);
    assertThat(ended.code()).as(ended.said()).isZero();
  }

  private Ended ended(String... command) throws Exception {
    return ended(new ProcessBuilder(command).directory(work.toFile()));
  }

  private static Ended ended(ProcessBuilder command) throws Exception {
    Process process = command.redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), said);
  }

  /** How a command has ended, and what it said. */
  private record Ended(int code, String said) {}
}
