package dev.heimdall.cdk.config;

import dev.heimdall.model.Cidr;
import java.util.List;

/**
 * The addresses of networks that are made and that the file says nothing of: none has those of
 * another, so that they can be connected one day. No network that is there may get others, which
 * would replace it. So each region has its own, whatever regions come, go and stand around it, but
 * for the first of the file, which was the only one most of the time.
 */
final class RegionAddresses {
  static final Cidr FIRST = Cidr.parse("10.40.0.0/16");

  /** Before the second number of an address, of the first region of {@link #NUMBERED}. */
  private static final int BEGIN = 100;

  /** By number: a new region goes to the end, as numbers must not change. */
  static final List<String> NUMBERED =
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

  private RegionAddresses() {}

  /** Those of a region that is known. */
  static Cidr of(String region, boolean first) {
    return first ? FIRST : Cidr.parse("10.%d.0.0/16".formatted(BEGIN + NUMBERED.indexOf(region)));
  }
}
