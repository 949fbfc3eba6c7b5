package dev.heimdall.cdk.config;

import dev.heimdall.model.NearestName;
import java.util.List;
import java.util.Optional;

/** The regions of AWS, which {@code DeploymentFileTest} holds against those of the AWS SDK. */
final class AwsRegions {
  static final List<String> ALL = RegionAddresses.NUMBERED.stream().sorted().toList();

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

  /** Number of zones that it gives to an account that requests them today. */
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
