package dev.heimdall.test.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.AlsoOnLocalStack;
import dev.heimdall.test.fixture.AwsEmulator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Bucket;

/** What the other tests with AWS stand on. */
@AlsoOnLocalStack
@Tag("long")
class AwsEmulatorIT {
  private final AwsEmulator aws = AwsEmulator.shared();

  @BeforeEach
  void forget() {
    aws.reset();
  }

  @Test
  void itAnswersTheSdkAndForgetsWhenItIsTold() {
    try (S3Client s3 =
        S3Client.builder()
            .region(Region.US_EAST_1)
            .endpointOverride(aws.endpoint())
            .forcePathStyle(true)
            .credentialsProvider(aws.credentials())
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .build()) {
      s3.createBucket(request -> request.bucket("shop"));
      s3.putObject(request -> request.bucket("shop").key("a"), RequestBody.fromString("one"));
      assertThat(s3.listBuckets().buckets()).extracting(Bucket::name).containsExactly("shop");

      aws.reset();

      assertThat(s3.listBuckets().buckets()).isEmpty();
      s3.createBucket(request -> request.bucket("shop"));
      assertThat(s3.listObjectsV2(request -> request.bucket("shop")).contents()).isEmpty();
    }
  }
}
