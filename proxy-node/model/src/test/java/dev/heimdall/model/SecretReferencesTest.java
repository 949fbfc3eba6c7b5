package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Documents that name secrets of Secrets Manager in place of passwords and keys. */
class SecretReferencesTest {
  private static final String CANARY = "canary-password";
  private static final String KEY = "a-key-of-the-fleet-that-nobody-can-guess";

  @TempDir private Path dir;

  @BeforeEach
  void write() throws IOException {
    write("sources/db.json", "{\"url\": \"jdbc:postgresql://db\"}");
    write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"db\"}");
  }

  private void write(String name, String text) throws IOException {
    FullConfiguration.write(dir, name, text);
  }

  private void user(String password) throws IOException {
    write("users/alice.json", "{\"password\": " + password + "}");
  }

  /** What whoever follows a store has read. */
  private void secrets(String json) throws IOException {
    write(SecretReference.FILE, json);
  }

  private interface Reader {
    Configuration read(Path dir) throws ConfigurationException;
  }

  private List<String> problems(Reader reader) {
    return Problems.of(() -> reader.read(dir));
  }

  private String problem() {
    List<String> problems = problems(ConfigurationReader::read);
    assertThat(problems).hasSize(1);
    assertThat(problems.get(0)).doesNotContain(CANARY);
    return problems.get(0);
  }

  private Secret password() throws ConfigurationException {
    return ConfigurationReader.read(dir).users().get("alice").password().orElseThrow();
  }

  @Test
  void aMemberOfASecretStandsForAPassword() throws Exception {
    user("{\"secret\": \"prod/alice\", \"key\": \"password\"}");
    secrets(
        "{\"texts\": {\"prod/alice\": \"{\\\"user\\\": \\\"a\\\", \\\"password\\\": \\\"%s\\\"}\"}}"
            .formatted(CANARY));

    assertThat(password()).isEqualTo(new Secret(CANARY));
    assertThat(ConfigurationReader.read(dir).toString()).doesNotContain(CANARY);
  }

  @Test
  void aWholeSecretStandsForAKeyAndMayBeNamedByItsArn() throws Exception {
    String arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:fleet/key-AbCdEf";
    write(
        "node.json",
        "{\"fleetKey\": {\"secret\": \"%s\"}, \"topology\": {\"key\": {\"secret\": \"b\"}}}"
            .formatted(arn));
    secrets("{\"texts\": {\"%s\": \"%s\", \"b\": \"%s\\nand-%s\"}}".formatted(arn, KEY, KEY, KEY));

    NodeSettings read = ConfigurationReader.read(dir).node();
    assertThat(read.fleetKey()).contains(new Secret(KEY));
    assertThat(read.topology().key()).contains(new Secret(KEY + "\nand-" + KEY));
  }

  @Test
  void anotherTextOfTheSecretIsAnotherConfiguration() throws Exception {
    user("{\"secret\": \"a\"}");
    secrets("{\"texts\": {\"a\": \"one\"}}");
    Configuration before = ConfigurationReader.read(dir);
    secrets("{\"texts\": {\"a\": \"two\"}}");

    assertThat(ConfigurationReader.read(dir)).isNotEqualTo(before);
  }

  @Test
  void whatCouldNotBeReadIsAProblemWithItsReason() throws Exception {
    user("{\"secret\": \"prod/alice\", \"key\": \"password\"}");
    secrets(
        "{\"troubles\": {\"prod/alice\": \"the permission secretsmanager:GetSecretValue is"
            + " missing.\"}}");

    assertThat(problem())
        .isEqualTo(
            "users/alice.json:1:14 $.password: got the secret \"prod/alice\", key \"password\","
                + " which was not read: the permission secretsmanager:GetSecretValue is missing,"
                + " expected a secret that can be read here");
  }

  @Test
  void aPlainDirectoryHasNobodyWhoReadsSecrets() throws Exception {
    user("{\"secret\": \"prod/alice\"}");

    assertThat(problem())
        .contains("$.password: got the secret \"prod/alice\", and a directory whose secrets nobody")
        .contains("\"file:/DIRECTORY\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "canary-password          | which is no JSON, expected a JSON object with a text \"password\"",
        "[\\\"canary-password\\\"] | which is no JSON object",
        "{\\\"pw\\\": \\\"canary-password\\\"}   | which has no \"password\"",
        "{\\\"password\\\": [\\\"canary-password\\\"]} | which holds no text at \"password\"",
        "{\\\"password\\\": \\\"\\\"} | got what is in the secret \"a\", key \"password\", expected a text"
      })
  void aSecretThatHoldsSomethingElseIsAProblemThatShowsNoneOfIt(String held, String expected)
      throws Exception {
    user("{\"secret\": \"a\", \"key\": \"password\"}");
    secrets("{\"texts\": {\"a\": \"" + held + "\"}}");

    assertThat(problem()).contains(expected);
  }

  @Test
  void theTextHasToBeWhatTheSettingTakes() throws Exception {
    write("users/alice.json", "{\"verifier\": {\"secret\": \"a\"}}");
    secrets("{\"texts\": {\"a\": \"" + CANARY + "\"}}");

    assertThat(problem()).contains("$.verifier: got what is in the secret \"a\", expected \"SCRAM");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                  | $.password.secret: got nothing, expected the name or ARN",
        "{\"secret\": 1}                     | $.password.secret: got 1, expected the name or ARN",
        "{\"secret\": \"a\", \"canary-password\": 1} | $.password: got an object with another key",
        "{\"secret\": \"canary-password !\"} | $.password.secret: got ***, expected the name or ARN",
        "{\"secret\": \"a\", \"key\": \"\"}  | $.password.key: got ***, expected a text",
        "{\"secret\": \"a\", \"kee\": \"b\"} | $.password: got an object with another key, expected a text, or"
      })
  void aReferenceOfAnotherFormIsAProblemForAll(String written, String expected) throws Exception {
    user(written);
    secrets("{\"texts\": {\"a\": \"b\"}}");

    assertThat(problem()).contains(expected);
    assertThat(problems(ConfigurationReader::check)).hasSize(1);
    assertThat(problems(ConfigurationReader::check).get(0)).contains(expected);
  }

  @Test
  void whoOnlyChecksNeedsNoSecrets() throws Exception {
    user("{\"secret\": \"prod/alice\", \"key\": \"password\"}");
    write("users/bob.json", "{\"verifier\": {\"secret\": \"prod/bob\"}}");
    write(
        "node.json",
        "{\"fleetKey\": {\"secret\": \"a\"}, \"tracing\": {\"headers\": {\"secret\": \"b\"}}}");

    Configuration read = ConfigurationReader.check(dir);
    assertThat(read.users().get("alice").password().orElseThrow().isUnread()).isTrue();
    assertThat(read.node().fleetKey().orElseThrow().isUnread()).isTrue();
    assertThat(read.node().tracing().headersByName()).isEmpty();
  }

  @Test
  void theNamesAreFoundInTheTextOfADocument() {
    assertThat(
            SecretReference.namedIn(
                """
                {"password": {"secret": "one", "key": "a"}, "fleetKey": {"secret": "two"},
                 "topology": {"key": {"key": "b", "secret": "three"}}, "credentials": {"secret": "four"},
                 "store": {"password": {"secret": "one"}}, "verifier": {"secret": "five", "more": 1}}
                """,
                RegionFacts.none()))
        .containsExactly("one", "three", "two");
    assertThat(SecretReference.namedIn("{\"password\": {\"secret\": \"one\"", RegionFacts.none()))
        .isEmpty();
  }

  @Test
  void aReferenceIsNoSecretItself() {
    assertThat(SecretPlaces.in("{\"password\": {\"secret\": \"a\", \"key\": \"b\"}}"))
        .contains(List.of());
    for (String secret :
        List.of(
            "{\"password\": {\"secret\": \"not a name\"}}",
            "{\"password\": {\"key\": \"b\"}}",
            "{\"password\": [{\"secret\": \"a\"}]}",
            "{\"password\": {\"secret\": \"a\", \"value\": \"canary\"}}")) {
      assertThat(SecretPlaces.in(secret).orElseThrow()).as(secret).isNotEmpty();
    }
  }

  @Test
  void whoReadsOneSettingByItselfFindsItsReference() throws Exception {
    ObjectMapper json = new ObjectMapper();
    SecretReference reference =
        SecretReference.of(json.readTree("{\"secret\": \"a\", \"key\": \"b\"}")).orElseThrow();

    assertThat(reference).isEqualTo(new SecretReference("a", Optional.of("b")));
    assertThat(reference.textIn("{\"b\": \"c\"}")).contains("c");
    assertThat(reference.textIn("c")).isEmpty();
    assertThat(SecretReference.of(json.readTree("\"a\""))).isEmpty();
  }

  @Test
  void schemasTakeBoth() throws Exception {
    ObjectMapper json = new ObjectMapper();
    var schema = JsonSchema.schema(DocumentKind.USER);
    for (String password :
        List.of("\"a\"", "{\"secret\": \"a\"}", "{\"secret\": \"a\", \"key\": \"b\"}")) {
      assertThat(SchemaCheck.violations(schema, json.readTree("{\"password\": " + password + "}")))
          .isEmpty();
    }
    assertThat(SchemaCheck.violations(schema, json.readTree("{\"password\": {\"key\": \"b\"}}")))
        .isNotEmpty();
  }
}
