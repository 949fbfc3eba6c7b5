package dev.heimdall.test.manager;

import org.junit.jupiter.api.Tag;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** The configuration in S3. */
@Tag("ci")
class ManagedBucketIT extends ManagedAwsContract {
  @Override
  String written() {
    return "s3://conf/fleet";
  }

  @Override
  String writing() {
    return "PUT /conf/fleet";
  }

  @Override
  String writingAction() {
    return "s3:PutObject";
  }

  @Override
  void prepare() {
    try (S3Client s3 =
        S3Client.builder()
            .region(Region.EU_WEST_1)
            .endpointOverride(aws.endpoint())
            .forcePathStyle(true)
            .credentialsProvider(aws.credentials())
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .build()) {
      s3.createBucket(
          r -> r.bucket("conf").createBucketConfiguration(c -> c.locationConstraint("eu-west-1")));
    }
  }
}
