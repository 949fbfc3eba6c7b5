package dev.heimdall.cdk.template;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.cdk.TemplatesOfToday;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Holds the committed templates and policies equal to what the app makes. After a change, {@code
 * -Dregenerate} writes them anew:
 *
 * <pre>
 * mvn -pl cdk-app -am test -Dtest=PlainTemplatesTest -Dsurefire.failIfNoSpecifiedTests=false -Dregenerate
 * </pre>
 */
class PlainTemplatesTest {
  private static final Path TEMPLATES = Path.of("..", "templates");

  @Test
  void theCommittedFilesAreThoseOfTheApp() throws IOException {
    Map<String, String> files = TemplatesOfToday.files();
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path committed = TEMPLATES.resolve(file.getKey());
      if (System.getProperty("regenerate") != null) {
        Files.createDirectories(committed.getParent());
        Files.writeString(committed, file.getValue());
      }
      assertThat(committed).hasContent(file.getValue());
    }
    try (var committed = Files.walk(TEMPLATES)) {
      assertThat(
              committed
                  .map(path -> TEMPLATES.relativize(path).toString())
                  .filter(path -> path.endsWith(".yaml") || path.matches("iam/.*\\.json"))
                  .filter(path -> !path.equals("image/marketplace.yaml"))) // written by hand
          .containsExactlyInAnyOrderElementsOf(files.keySet());
    }
  }

  /** Nobody has either who does not ask for it. */
  @ParameterizedTest
  @ValueSource(strings = {"heimdall-node-role.yaml", "heimdall-manager.yaml"})
  void parametersDecideAboutShellsAndAboutInstancesThatFail(String name) {
    String template = TemplatesOfToday.files().get(name);
    asks(template, "KeepFailed", "SessionManager");
    assertThat(template)
        .containsPattern(
            "ManagedPolicyArns: !If\\s+- HasSessions\\s+- - !Sub"
                + " \"arn:\\$\\{AWS::Partition}:iam::aws:policy/AmazonSSMManagedInstanceCore\"\\s+-"
                + " !Ref AWS::NoValue\\s")
        .containsPattern("- !If\\s+- KeepsFailed\\s+- Sid: KeepFailed\\s");
  }

  @ParameterizedTest
  @ValueSource(strings = {"heimdall-fleet.yaml", "heimdall-manager.yaml"})
  void aParameterDecidesAboutInstancesThatFail(String name) {
    String template = TemplatesOfToday.files().get(name);
    asks(template, "KeepFailed");
    assertThat(template)
        .contains("keepFailed='${KeepFailed}'", "KeepFailed: !If [KeepsFailed, \"yes\", \"\"]");
  }

  private static void asks(String template, String... parameters) {
    for (String parameter : parameters) {
      assertThat(template)
          .contains(
              "  " + parameter + ":\n    Type: String\n    Default: \"false\"\n",
              ": !Equals [!Ref " + parameter + ", \"true\"]\n");
    }
  }

  /** What nodes do with the stack they are in, they may do there, and not with their role's. */
  @Test
  void theRoleIsThatOfAnotherStack() {
    String role = TemplatesOfToday.files().get("heimdall-node-role.yaml");
    assertThat(role)
        .contains("autoScalingGroupName/${FleetStack}-*", "log-group:${FleetStack}-*:log-stream:*")
        .contains("  OfFleetStack:\n", "    Value: !Ref FleetStack\n")
        .doesNotContain("AWS::StackName");
    assertThat(TemplatesOfToday.files().get("heimdall-fleet.yaml"))
        .contains("Arn: !Ref NodeProfile\n")
        .doesNotContain("AWS::IAM");
  }

  /** Each manager writes a file of some MB every ten minutes. */
  @Test
  void versionsOfFiguresGoAfterADay() {
    assertThat(TemplatesOfToday.files().get("heimdall-documents.yaml"))
        .containsPattern("NoncurrentDays: 1\\s+Prefix: config-manager/figures/\\s+Status: Enabled");
  }

  /**
   * CloudFormation takes 51,200 bytes; a longer one has to be put into a bucket before it can be
   * used. Who comes near that has some time to do something about it.
   */
  @Test
  void eachTemplateCanBeHandedOverAsItIs() {
    assertThat(TemplatesOfToday.files())
        .allSatisfy(
            (name, text) ->
                assertThat(text.getBytes(StandardCharsets.UTF_8).length).isLessThan(45_000));
  }
}
