package dev.heimdall.test.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.StoreException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** Documents in one secret. */
@Tag("ci")
class SecretStoreIT extends AwsStoreContract {
  @Override
  String place() {
    return "secret:heimdall/conf";
  }

  @Override
  String reading() {
    return "GetSecretValue";
  }

  @Override
  String writing() {
    return "PutSecretValue";
  }

  @Override
  String readingAction() {
    return "secretsmanager:GetSecretValue";
  }

  @Override
  String writingAction() {
    return "secretsmanager:PutSecretValue";
  }

  private SecretsManagerClient client() {
    return aws.access("eu-west-1").client(SecretsManagerClient.builder());
  }

  /** So random that so many bytes stay half as many. */
  private static Change large(int bytes) {
    byte[] random = new byte[bytes / 2];
    new Random(1).nextBytes(random);
    return Change.create("users/large.json", Content.of(HexFormat.of().formatHex(random)));
  }

  private String value() {
    try (SecretsManagerClient client = client()) {
      return client.getSecretValue(r -> r.secretId("heimdall/conf")).secretString();
    }
  }

  @Test
  void peopleCanReadItInAConsole() throws Exception {
    create(store(), "node.json", "{\"loops\": 2}");

    assertThat(value()).contains("\"node.json\":\"{\\\"loops\\\": 2}\"");
  }

  @Test
  void lookingAgainTakesOneCall() throws Exception {
    Documents known = create(store(), "node.json", "{}");
    gate.forgetRequests();

    store().readIfChanged(known);

    assertThat(gate.requests()).containsExactly("GetSecretValue");
  }

  @Test
  void editsOfDifferentDocumentsDoNotStandInEachOthersWay() throws Exception {
    create(store(), "node.json", "{}");
    DocumentStore hers = store();
    Documents read = hers.read();
    create(store(), "users/a.json", "{}");

    Documents after =
        hers.write(
            List.of(
                Change.replace(
                    "node.json", content("{ }"), read.versionOf("node.json").orElseThrow())));

    assertThat(after.all()).containsOnlyKeys("node.json", "users/a.json");
  }

  @Test
  void noLabelIsLeftOver() throws Exception {
    create(store(), "node.json", "{}");
    create(store(), "users/a.json", "{}");
    create(store(), "users/b.json", "{}");

    try (SecretsManagerClient client = client()) {
      List<String> labels = new ArrayList<>();
      client
          .describeSecret(r -> r.secretId("heimdall/conf"))
          .versionIdsToStages()
          .values()
          .forEach(labels::addAll);
      assertThat(labels).containsExactlyInAnyOrder("AWSCURRENT", "AWSPREVIOUS");
    }
  }

  @Test
  void whatIsTooLargeForASecretIsCompressed() throws Exception {
    Documents written = store().write(List.of(large(80_000)));

    assertThat(value()).contains("\"gzip\"").hasSizeLessThan(65_536);
    assertThat(store().read()).isEqualTo(written);
  }

  @Test
  void whatIsTooLargeEvenSoNeedsAPlace() throws Exception {
    assertThat(
            failure(StoreException.Kind.OVERSIZED, () -> store().write(List.of(large(300_000))))
                .getMessage())
        .contains("a secret takes 65,536", "secret:heimdall/conf?overflow=s3://");
    assertThat(store().read().all()).isEmpty();
  }

  @Test
  void whatIsTooLargeEvenSoIsEncryptedInS3() throws Exception {
    try (S3Client s3 = aws.s3();
        DocumentStore store =
            DocumentStore.open(
                location("secret:heimdall/conf?overflow=s3://big/conf"), aws.credentials())) {
      aws.makeBucket("big");
      Documents written = store.write(List.of(large(300_000)));

      assertThat(store().read()).isEqualTo(written);

      S3Object object = s3.listObjectsV2(r -> r.bucket("big")).contents().get(0);
      byte[] sealed = s3.getObjectAsBytes(r -> r.bucket("big").key(object.key())).asByteArray();
      sealed[sealed.length / 2] ^= 1;
      s3.putObject(r -> r.bucket("big").key(object.key()), RequestBody.fromBytes(sealed));
      assertThat(failure(StoreException.Kind.CORRUPT, () -> store().read()).getMessage())
          .contains("s3://big/" + object.key() + ", which is not what was written there");

      s3.deleteObject(r -> r.bucket("big").key(object.key()));
      assertThat(failure(StoreException.Kind.MISSING, () -> store().read()).getMessage())
          .contains("there is no arn:aws:s3:::big/" + object.key());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "canary-password                                             | it is no JSON",
        "{\"username\": \"a\", \"password\": \"canary-password\"}    | it has no number",
        "{\"heimdall\": 2, \"documents\": {}}                        | a newer Heimdall",
        "{\"heimdall\": 1}                                           | no object \"documents\"",
        "{\"heimdall\": 1, \"documents\": {\"node.json\": 1}}        | the document node.json",
        "{\"heimdall\": 1, \"documents\": {\"../x\": \"\"}}          | a name that none may have",
        "{\"heimdall\": 1, \"gzip\": \"canary-password\"}            | no Base64",
        "{\"heimdall\": 1, \"gzip\": \"Y2FuYXJ5LXBhc3N3b3Jk\"}       | not whole",
        "{\"heimdall\": 1, \"s3\": {\"bucket\": \"big\"}}            | no object in S3"
      })
  void aSecretOfSomethingElseIsNotReadAndNotOverwritten(String value, String message)
      throws Exception {
    try (SecretsManagerClient client = client()) {
      client.createSecret(r -> r.name("heimdall/conf").secretString(value));
    }

    assertThat(failure(StoreException.Kind.CORRUPT, () -> store().read()).getMessage())
        .contains("holds no configuration of Heimdall", message);
    failure(
        StoreException.Kind.CORRUPT,
        () -> store().write(List.of(Change.create("node.json", content("{}")))));
    assertThat(value()).isEqualTo(value);
  }

  @Test
  void aSecretThatWasMadeForItMayBeEmpty() throws Exception {
    try (SecretsManagerClient client = client()) {
      client.createSecret(r -> r.name("heimdall/conf").secretString("{}"));
    }
    assertThat(store().read().all()).isEmpty();

    create(store(), "node.json", "{}");
    assertThat(store().read().all()).containsOnlyKeys("node.json");
  }
}
