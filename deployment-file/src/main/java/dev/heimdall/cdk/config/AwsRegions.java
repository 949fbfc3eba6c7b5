package dev.heimdall.cdk.config;

import dev.heimdall.model.NearestName;
import java.util.List;
import java.util.Optional;

/** The regions of AWS, which {@code DeploymentFileTest} holds against those of the AWS SDK. */
final class AwsRegions {
  static final List<String> ALL =
      List.of(
          "af-south-1",
          "ap-east-1",
          "ap-east-2",
          "ap-northeast-1",
          "ap-northeast-2",
          "ap-northeast-3",
          "ap-south-1",
          "ap-south-2",
          "ap-southeast-1",
          "ap-southeast-2",
          "ap-southeast-3",
          "ap-southeast-4",
          "ap-southeast-5",
          "ap-southeast-6",
          "ap-southeast-7",
          "ca-central-1",
          "ca-west-1",
          "cn-north-1",
          "cn-northwest-1",
          "eu-central-1",
          "eu-central-2",
          "eu-north-1",
          "eu-south-1",
          "eu-south-2",
          "eu-west-1",
          "eu-west-2",
          "eu-west-3",
          "eusc-de-east-1",
          "il-central-1",
          "me-central-1",
          "me-south-1",
          "mx-central-1",
          "sa-east-1",
          "us-east-1",
          "us-east-2",
          "us-gov-east-1",
          "us-gov-west-1",
          "us-west-1",
          "us-west-2");

  private AwsRegions() {}

  /** Such as {@code aws-cn}: accounts, names and services of one end there. */
  static String partition(String region) {
    if (region.startsWith("cn-")) {
      return "aws-cn";
    }
    if (region.startsWith("us-gov-")) {
      return "aws-us-gov";
    }
    return region.startsWith("eusc-") ? "aws-eusc" : "aws";
  }

  /** How many zones it gives an account that asks for them today. */
  static int zones(String region) {
    return region.equals("us-west-1") ? 2 : 3;
  }

  static boolean has(String region) {
    return ALL.contains(region);
  }

  /** The region whose name is most like this one, if any is. */
  static Optional<String> nearest(String name) {
    return NearestName.of(name, ALL);
  }
}
