package dev.heimdall.test.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.StoreException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** Documents in S3. */
@Tag("ci")
class BucketStoreIT extends AwsStoreContract {
  @BeforeEach
  void createBucket() {
    aws.makeBucket("conf");
  }

  @Override
  String place() {
    return "s3://conf/fleet/blue";
  }

  @Override
  String reading() {
    return "GET /conf?";
  }

  @Override
  String writing() {
    return "PUT /conf/";
  }

  @Override
  String readingAction() {
    return "s3:ListBucket";
  }

  @Override
  String writingAction() {
    return "s3:PutObject";
  }

  @Test
  void othersObjectsAreNoneOfItsBusiness() throws Exception {
    create(store(), "users/a.json", "{}");
    try (S3Client s3 = aws.s3()) {
      for (String key : new String[] {"fleet/green/node.json", "fleet/blue/", "fleet/blue/.x"}) {
        s3.putObject(r -> r.bucket("conf").key(key), RequestBody.fromString("x"));
      }
    }

    assertThat(store().read().all()).containsOnlyKeys("users/a.json");
  }

  @Test
  void lookingAgainReadsNothingThatIsKnown() throws Exception {
    create(store(), "users/a.json", "{}");
    Documents known = store().read();
    gate.forgetRequests();

    store().readIfChanged(known);

    assertThat(gate.requests()).singleElement().asString().startsWith("GET /conf?");
  }

  @Test
  void aBucketThatThereIsNotIsNamed() {
    try (S3Client s3 = aws.s3()) {
      s3.deleteBucket(r -> r.bucket("conf"));
    }

    assertThat(failure(StoreException.Kind.MISSING, () -> store().read()).getMessage())
        .contains("there is no arn:aws:s3:::conf");
  }

  /** S3 denies what is not there to whom it lets list only below a prefix. */
  @Test
  void anObjectThatIsDeletedWhileItIsReadIsNoMissingPermission() throws Exception {
    create(store(), "users/a.json", "{}");
    create(store(), "users/b.json", "{}");
    try (S3Client s3 = aws.s3()) {
      gate.refuseAfter(
          () -> s3.deleteObject(r -> r.bucket("conf").key("fleet/blue/users/a.json")),
          "GET /conf/fleet/blue/users/a.json",
          403,
          "AccessDenied",
          "Access Denied");

      assertThat(store().read().all()).containsOnlyKeys("users/b.json");
    }
  }

  @Test
  void anObjectThatIsTooLargeIsNotRead() throws Exception {
    try (S3Client s3 = aws.s3()) {
      s3.putObject(
          r -> r.bucket("conf").key("fleet/blue/node.json"),
          RequestBody.fromBytes(new byte[2_000_000]));
    }
    gate.forgetRequests();

    assertThat(failure(StoreException.Kind.OVERSIZED, () -> store().read()).getMessage())
        .contains("node.json has 2,000,000 bytes");
    assertThat(gate.requests()).hasSize(1);
  }
}
