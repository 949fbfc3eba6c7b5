package dev.heimdall.secrets;

import static dev.heimdall.secrets.SecretsEndpoint.arn;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Secrets that documents name. */
class NamedSecretsTest {
  private static final List<String> A = List.of(arn("a"));

  private SecretsEndpoint aws;
  private NamedSecrets secrets;

  @BeforeEach
  void open() throws Exception {
    aws = new SecretsEndpoint();
    aws.holds("a", "one");
    secrets = aws.secrets();
  }

  @AfterEach
  void close() {
    secrets.close();
    aws.close();
  }

  @Test
  void eachIsReadOnceAMinuteAndAtOnceOnDemand() {
    assertThat(secrets.read(A, false).texts()).isEqualTo(Map.of(arn("a"), "one"));
    aws.holds("a", "two");
    aws.later(59);
    assertThat(secrets.read(A, false).texts()).containsValue("one");
    assertThat(aws.asked()).isEqualTo(1);
    aws.later(1);
    assertThat(secrets.read(A, false).texts()).containsValue("two");

    aws.holds("a", "three");
    assertThat(secrets.read(A, true).texts()).containsValue("three");
    assertThat(secrets.read(A, true).content().toString()).doesNotContain("three");
    assertThat(secrets.read(A, true).toString()).doesNotContain("three");
  }

  @Test
  void manyAreReadAndEachOnce() {
    List<String> names = IntStream.range(0, 40).mapToObj(i -> arn("s" + i)).toList();
    for (int i = 0; i < names.size(); i++) {
      aws.holds("s" + i, "text " + i);
    }

    assertThat(secrets.read(names, false).texts()).hasSize(40).containsEntry(arn("s7"), "text 7");
    assertThat(aws.asked()).isEqualTo(40);
  }

  @Test
  void noneIsAskedForWhereThereIsNoName() {
    assertThat(secrets.read(List.of(), true).texts()).isEmpty();
    assertThat(aws.asked()).isZero();
  }

  @Test
  void aMissingPermissionIsNamed() {
    aws.fails("AccessDeniedException");

    NamedSecrets.Read read = secrets.read(A, false);
    assertThat(read.texts()).isEmpty();
    assertThat(read.troubles().get(arn("a")))
        .contains("the permission secretsmanager:GetSecretValue on the secret " + arn("a"))
        .contains("is missing (AccessDeniedException: as the test wants it)");
  }

  @Test
  void oneThatIsNotThereKeepsNoOtherFromBeingRead() {
    NamedSecrets.Read read = secrets.read(List.of(arn("a"), arn("none")), false);

    assertThat(read.texts()).containsOnlyKeys(arn("a"));
    assertThat(read.troubles().get(arn("none"))).contains("there is no secret " + arn("none"));
    aws.asked();
    aws.later(10);
    secrets.read(List.of(arn("a"), arn("none")), false);
    assertThat(aws.asked()).as("what was never read is tried again soon").isEqualTo(1);
  }

  @Test
  void whatWasReadLastGoesOnWhileItCannotBeRead() {
    secrets.read(A, false);
    aws.fails("AccessDeniedException");
    aws.later(60);

    NamedSecrets.Read read = secrets.read(A, false);
    assertThat(read.texts()).containsValue("one");
    assertThat(read.troubles()).hasSize(1);
    aws.fails("");
    aws.later(60);
    assertThat(secrets.read(A, false).troubles()).isEmpty();
  }

  @Test
  void whatWasKeptEarlierStandsInForWhatCannotBeRead() {
    aws.close();
    secrets.recall(Map.of(arn("a"), "kept"));

    NamedSecrets.Read read = secrets.read(A, true);
    assertThat(read.texts()).containsValue("kept");
    assertThat(read.troubles().get(arn("a"))).contains("does not answer");
  }
}
