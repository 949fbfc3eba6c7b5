package dev.heimdall.test.aws;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreLocation;
import dev.heimdall.test.fixture.AwsEmulator;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The function that writes the first documents of a deployment into a secret, and what nodes read
 * there.
 */
@Tag("ci")
class FirstSecretIT {
  private static final String REGION = "eu-west-1";
  private static final String SECRET = "heimdall/configuration";
  private static final Path CODE =
      Path.of("..", "cdk-app", "src/main/resources/dev/heimdall/cdk/documents/first_documents.py");
  private static final Map<String, String> DOCUMENTS =
      Map.of(
          "node.json",
          "{}",
          "vdbs/a.json",
          "{\"ports\": [5432]}",
          "users/a.json",
          "{\"comment\": \"é \\\" 😀\\n\"}");

  private static CustomResource function;

  private final AwsEmulator aws = AwsEmulator.shared();

  @BeforeAll
  static void start() {
    function = new CustomResource(AwsEmulator.shared(), List.of(CODE));
  }

  @AfterAll
  static void stop() {
    function.close();
  }

  @BeforeEach
  void reset() {
    aws.reset();
  }

  @AfterEach
  void open() {
    function.open();
  }

  private void make(String text) {
    function.call(
        "secretsmanager", "create_secret", REGION, Map.of("Name", SECRET, "SecretString", text));
  }

  private String text() {
    return function
        .call(
            "secretsmanager",
            "get_secret_value",
            REGION,
            Map.of("SecretId", SECRET, "VersionStage", "AWSCURRENT"))
        .get("SecretString")
        .asText();
  }

  private DocumentStore store() throws Exception {
    return DocumentStore.open(
        StoreLocation.of("secret:" + SECRET + "?region=eu-west-1&endpoint=" + aws.endpoint()),
        aws.credentials());
  }

  private static Map<String, Object> properties(Map<String, String> documents) {
    return Map.of(
        "Secret",
        SECRET,
        "Documents",
        documents.entrySet().stream()
            .map(one -> Map.of("Name", one.getKey(), "Text", one.getValue()))
            .toList());
  }

  private static String create(Map<String, String> documents) {
    return function.request("Create", properties(documents)).status();
  }

  private void holds(Map<String, String> documents) throws Exception {
    try (DocumentStore store = store()) {
      Map<String, Content> expected = new HashMap<>();
      documents.forEach((name, text) -> expected.put(name, Content.of(text)));
      assertThat(store.read().contents()).isEqualTo(expected);
    }
  }

  @Test
  void nodesReadWhatAnEmptySecretIsFilledWithAndEditsStay() throws Exception {
    make("{}");

    assertThat(create(DOCUMENTS)).isEqualTo("SUCCESS");
    holds(DOCUMENTS);
    assertThat(text()).startsWith("{\"heimdall\":1,\"documents\":{");
    try (DocumentStore store = store()) {
      String version = store.read().versionOf("node.json").orElseThrow();
      store.write(List.of(Change.replace("node.json", Content.of("{\"loops\": 2}"), version)));
    }
    String edited = text();
    assertThat(create(DOCUMENTS)).isEqualTo("SUCCESS");
    assertThat(function.request("Delete", properties(DOCUMENTS)).status()).isEqualTo("SUCCESS");
    assertThat(function.update(properties(Map.of()), properties(DOCUMENTS)).status())
        .isEqualTo("SUCCESS");
    assertThat(text()).isEqualTo(edited);
  }

  @Test
  void noVersionKeepsALabelOfItsWriter() {
    make("{}");
    create(DOCUMENTS);

    JsonNode secret =
        function.call("secretsmanager", "describe_secret", REGION, Map.of("SecretId", SECRET));
    assertThat(secret.get("VersionIdsToStages").toString())
        .contains("AWSCURRENT")
        .doesNotContain("heimdall-");
  }

  @Test
  void whatDoesNotFitIsCompressed() throws Exception {
    make("{}");
    Map<String, String> documents = new HashMap<>(DOCUMENTS);
    documents.put("rules/many.json", "[" + "{\"name\": \"é\"},".repeat(8_000) + "{}]");

    assertThat(create(documents)).isEqualTo("SUCCESS");
    assertThat(text()).startsWith("{\"heimdall\":1,\"gzip\":\"").hasSizeLessThan(65_537);
    holds(documents);
  }

  @Test
  void whatFitsInNoWayIsNotWritten() {
    make("{}");
    byte[] noise = new byte[60_000];
    new Random(7).nextBytes(noise);
    StringBuilder text = new StringBuilder();
    for (byte one : noise) {
      text.append(Integer.toHexString(one & 0xff));
    }

    CustomResource.Response response =
        function.request("Create", properties(Map.of("node.json", text.toString())));
    assertThat(response.status()).isEqualTo("FAILED");
    assertThat(response.reason()).contains("a secret holds 65536: take fewer documents");
    assertThat(text()).isEqualTo("{}");
  }

  @Test
  void whatPeopleHaveWrittenIsLeftAlone() {
    make("{\"password\": \"theirs\"}");

    assertThat(create(DOCUMENTS)).isEqualTo("SUCCESS");
    assertThat(text()).isEqualTo("{\"password\": \"theirs\"}");
  }

  /** As when somebody pushes between the function's look and its writing. */
  @Test
  void whoIsFasterIsNotOverwritten() {
    make("{}");
    function.refuse(
        "secrets-manager:UpdateSecretVersionStage",
        "InvalidParameterException",
        "it is not attached to the version",
        1);

    assertThat(create(DOCUMENTS)).isEqualTo("SUCCESS");
    assertThat(text()).isEqualTo("{}");
  }

  @Test
  void documentsThatWereEditedInABucketAreNotUndone() {
    make("{}");
    CustomResource.Response response =
        function.update(
            properties(DOCUMENTS), Map.of("Bucket", "conf", "Prefix", "config", "Documents", ""));

    assertThat(response.status()).isEqualTo("FAILED");
    assertThat(response.reason())
        .contains("heimdall config pull s3://conf/config DIR", "config push DIR secret:" + SECRET);
    assertThat(text()).isEqualTo("{}");
  }

  @Test
  void aSecretThatWasKeptIsNamedBeforeTheStackMakesAnother() {
    Map<String, String> makes = Map.of("Secret", SECRET, "Makes", "Configuration");
    assertThat(function.request("Create", makes).status()).isEqualTo("SUCCESS");
    function.refuse("secrets-manager:DescribeSecret", "AccessDeniedException", "no such secret");
    assertThat(function.request("Create", makes).status()).isEqualTo("SUCCESS");
    function.open();

    make("{}");
    CustomResource.Response response = function.request("Create", makes);
    assertThat(response.status()).isEqualTo("FAILED");
    assertThat(response.reason())
        .contains("\"secret\": \"" + SECRET + "\"", "delete-secret --force-delete")
        .hasSizeLessThan(1_000);
    assertThat(function.request("Delete", makes).status()).isEqualTo("SUCCESS");
  }

  @Test
  void theSecretOfTheStackItselfIsInNobodysWay() {
    String template =
        """
        {"Resources": {"Configuration": {"Type": "AWS::SecretsManager::Secret",
          "Properties": {"Name": "%s", "SecretString": "{}"}}}}
        """
            .formatted(SECRET);
    function.call(
        "cloudformation",
        "create_stack",
        REGION,
        Map.of("StackName", "stack", "TemplateBody", template));

    assertThat(
            function.request("Create", Map.of("Secret", SECRET, "Makes", "Configuration")).status())
        .isEqualTo("SUCCESS");
    assertThat(function.request("Create", Map.of("Secret", SECRET, "Makes", "Other")).status())
        .isEqualTo("FAILED");
  }
}
