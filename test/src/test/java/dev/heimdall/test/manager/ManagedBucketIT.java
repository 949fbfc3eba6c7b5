package dev.heimdall.test.manager;

import org.junit.jupiter.api.Tag;

/** The configuration in S3. */
@Tag("long")
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
    aws.makeBucket("conf");
  }
}
