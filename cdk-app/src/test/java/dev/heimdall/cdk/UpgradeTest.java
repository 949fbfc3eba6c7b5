package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What was deployed with an earlier release is upgraded by {@code cdk deploy --all} with the same
 * file: CloudFormation takes it, as {@link ChangeJudge} has its rules, and nothing that clients or
 * data are in is made anew or left behind.
 */
@Tag("ci")
class UpgradeTest {
  private static final String WITH_EQUAL_ADDRESSES = "two-networks of 2026-11-24";

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path work;

  /** A deployment of an earlier release. */
  record Deployed(String release, String name, KeptRelease kept) {
    String file() {
      return kept.deployment(name);
    }

    @Override
    public String toString() {
      return name + " of " + release;
    }
  }

  static List<Deployed> deployed() throws Exception {
    List<Deployed> all = new ArrayList<>();
    KeptRelease.all()
        .forEach(
            (release, kept) ->
                kept.stacks().keySet().forEach(name -> all.add(new Deployed(release, name, kept))));
    return all;
  }

  @ParameterizedTest
  @MethodSource("deployed")
  void isUpgradedWithTheSameFile(Deployed deployed) throws Exception {
    Map<String, JsonNode> before = deployed.kept().stacks().get(deployed.name());
    Map<String, JsonNode> after = today(deployed, writtenDown(deployed));

    ChangeJudge.Verdict verdict = new ChangeJudge().judge(before, after, Set.of());
    assertThat(verdict.refused()).isEmpty();
    assertThat(verdict.left()).isEmpty();
    assertThat(verdict.replaced()).doesNotContainAnyElementsOf(ChangedDeploymentTest.STAYS);
    assertThat(gone(before, after)).isEmpty();
  }

  private static Map<String, JsonNode> today(Deployed deployed, String file) throws Exception {
    Path there = Files.createTempDirectory(work, "upgrade");
    return deployed.kept().today(file, there).templates();
  }

  /** What the changelog says has to be in the file before it is deployed with this release. */
  private static String writtenDown(Deployed deployed) throws IOException {
    ObjectNode file = (ObjectNode) JSON.readTree(deployed.file());
    if (deployed.toString().equals(WITH_EQUAL_ADDRESSES)) {
      ((ObjectNode) file.get("regions").get(1))
          .withObject("/network")
          .put("addresses", "10.40.0.0/16");
    }
    return file.toString();
  }

  /** All networks that were made had the same addresses; people are told what keeps them. */
  @Test
  void whatHasToBeWrittenDownIsSaidAndNeeded() throws Exception {
    Deployed deployed =
        deployed().stream()
            .filter(one -> one.toString().equals(WITH_EQUAL_ADDRESSES))
            .findFirst()
            .orElseThrow();
    Assembly assembly =
        deployed.kept().today(deployed.file(), Files.createTempDirectory(work, "upgrade"));

    assertThat(assembly.complaints())
        .singleElement()
        .asString()
        .contains("$.regions[1].network.addresses", "\"10.40.0.0/16\"");
    assertThat(
            new ChangeJudge()
                .judge(
                    deployed.kept().stacks().get(deployed.name()), assembly.templates(), Set.of())
                .replaced())
        .contains("AWS::EC2::VPC");
  }

  /** What nothing ordinary takes away, and is not there any more under its id. */
  private static Set<String> gone(Map<String, JsonNode> before, Map<String, JsonNode> after) {
    Set<String> gone = new TreeSet<>();
    before.forEach(
        (stack, template) ->
            template
                .get("Resources")
                .properties()
                .forEach(
                    resource -> {
                      String type = resource.getValue().get("Type").asText();
                      if (ChangedDeploymentTest.STAYS.contains(type)
                          && !after.get(stack).get("Resources").has(resource.getKey())) {
                        gone.add(stack + ": " + resource.getKey() + ", " + type);
                      }
                    }));
    return gone;
  }

  /** At a release: {@code -Dkeep=NAME}. */
  @Test
  @EnabledIfSystemProperty(named = "keep", matches = "[0-9A-Za-z.-]+")
  void theStacksOfTodayAreKept() throws Exception {
    List<Deployed> all = deployed();
    Path archive = KeptRelease.RELEASES.resolve(System.getProperty("keep") + ".zip");
    all.get(all.size() - 1).kept().next(Path.of("samples"), work.resolve("next")).write(archive);
    assertThat(KeptRelease.read(archive).stacks()).isNotEmpty();
    assertThat(KeptRelease.read(archive).templates()).isNotEmpty();
  }
}
