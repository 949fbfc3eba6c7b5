package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.cdklabs.cdknag.HIPAASecurityChecks;
import io.github.cdklabs.cdknag.NIST80053R4Checks;
import io.github.cdklabs.cdknag.NIST80053R5Checks;
import io.github.cdklabs.cdknag.PCIDSS321Checks;
import io.github.cdklabs.cdknag.ServerlessChecks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Aspects;

/**
 * Each finding of cdk-nag and checkov is answered in {@code docs/aws-scanners.md}, and each answer
 * there is that to a finding.
 */
@Tag("long")
class ScannersTest {
  private static final Path SAMPLES = Path.of("samples");
  private static final Pattern COMPLAINT =
      Pattern.compile(
          "(?:ERROR|WARNING) /[^/]+/(?<path>\\S+) (?<pack>[A-Za-z0-9.]+)-(?<rule>[A-Za-z0-9]+)"
              + "(\\[[^]]*])?: .*",
          Pattern.DOTALL);

  @TempDir private static Path work;

  private static final Map<String, Assembly> made = new TreeMap<>();
  private static ScannerPage page;

  @BeforeAll
  static void make() throws Exception {
    page = ScannerPage.read();
    try (Stream<Path> files = Files.list(SAMPLES)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".json")).toList()) {
        String name = file.getFileName().toString().replace(".json", "");
        Path there = Files.createDirectories(work.resolve(name));
        copy(SAMPLES.resolve("first-documents"), there.resolve("base/cdk-app/samples"));
        made.put(name, Assembly.of(file, there, ScannersTest::look));
      }
    }
    assertThat(made).hasSizeGreaterThan(3);
  }

  private static void copy(Path folder, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = to.resolve(folder.getParent().relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
  }

  private static void look(App app) {
    Aspects.of(app).add(new HIPAASecurityChecks());
    Aspects.of(app).add(new NIST80053R4Checks());
    Aspects.of(app).add(new NIST80053R5Checks());
    Aspects.of(app).add(new PCIDSS321Checks());
    Aspects.of(app).add(new ServerlessChecks());
  }

  @Test
  void eachFindingOfThePacksOfCdkNagIsAnswered() {
    Set<String> found = new TreeSet<>();
    Set<String> packs = new TreeSet<>();
    for (Assembly sample : made.values()) {
      for (String complaint : sample.complaints()) {
        Matcher parts = COMPLAINT.matcher(complaint);
        assertThat(parts.matches()).as(complaint).isTrue();
        found.add(parts.group("rule") + " of " + ScannerPage.name(parts.group("path")));
        packs.add(parts.group("pack"));
      }
    }
    assertThat(packs)
        .as("packs that looked")
        .containsExactly(
            "HIPAA.Security", "NIST.800.53.R4", "NIST.800.53.R5", "PCI.DSS.321", "Serverless");
    assertThat(page.answered("The other packs of cdk-nag")).isEqualTo(found);
  }

  @Test
  void eachReasonThatStandsBesideAResourceIsOnThePage() {
    Set<String> reasons = new TreeSet<>();
    for (Assembly sample : made.values()) {
      for (JsonNode template : sample.templates().values()) {
        for (JsonNode suppressed : template.findValues("rules_to_suppress")) {
          suppressed.forEach(
              each -> reasons.add(each.get("id").asText() + ": " + each.get("reason").asText()));
        }
      }
    }
    assertThat(page.reasons("AWS Solutions, of cdk-nag")).isEqualTo(reasons);
  }

  @Test
  void eachFindingOfCheckovIsAnswered() throws Exception {
    Path folder = stacks("templates");
    for (Map.Entry<String, String> plain : TemplatesOfToday.files().entrySet()) {
      if (plain.getKey().endsWith(".yaml")) {
        Files.writeString(folder.resolve(plain.getKey()), plain.getValue());
      }
    }
    Set<String> found = new TreeSet<>();
    for (Checkov.Finding finding : new Checkov(work).findings(folder)) {
      found.add(finding.rule() + " of " + part(finding.file()) + ScannerPage.name(finding.id()));
    }
    assertThat(page.answered("checkov")).isEqualTo(found);
  }

  @Test
  void cfnLintFindsNothingInAnyStack() throws Exception {
    List<String> arguments = new ArrayList<>();
    try (Stream<Path> files = Files.list(stacks("linted"))) {
      files.map(Path::toString).forEach(arguments::add);
    }
    assertThat(arguments).anyMatch(file -> file.contains("-copy"));
    InstalledScanner.Said said = new InstalledScanner(work, "moto", "cfn-lint").run(arguments);
    assertThat(said.text()).isBlank();
    assertThat(said.status()).isZero();
  }

  private static Path stacks(String name) throws IOException {
    Path folder = Files.createDirectories(work.resolve(name));
    for (Map.Entry<String, Assembly> sample : made.entrySet()) {
      for (Map.Entry<String, JsonNode> stack : sample.getValue().templates().entrySet()) {
        Files.writeString(
            folder.resolve(sample.getKey() + "--" + stack.getKey() + ".json"),
            stack.getValue().toPrettyString());
      }
    }
    return folder;
  }

  /** Ids of a plain template lack what the app's parts are called: it is the file's name. */
  private static String part(String file) {
    return file.endsWith(".yaml")
        ? Arrays.stream(file.replaceAll("heimdall-|\\.yaml", "").split("-"))
            .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
            .collect(Collectors.joining())
        : "";
  }

  @Test
  void resourcesAreCalledAlikeByPathAndById() {
    for (String name :
        List.of("Fleet/Default/Zone1/Nodes", "FleetZone2Nodes0A1B2C3D", "FleetZoneNodes")) {
      assertThat(ScannerPage.name(name)).isEqualTo("FleetZoneNodes");
    }
    for (String name :
        List.of("Peering-eu-west-1vpc-0a1b/Joiner/Log", "Peeringeuwest1vpc0a1bJoinerLog63ACEBCE")) {
      assertThat(ScannerPage.name(name)).isEqualTo("JoinerLog");
    }
    assertThat(ScannerPage.name("Documents/Bucket/Resource")).isEqualTo("DocumentsBucket");
  }
}
