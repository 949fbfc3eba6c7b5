package dev.heimdall.cdk.constructs;

import java.util.List;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Environment;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.amazon.awscdk.services.ec2.IVpc;
import software.amazon.awscdk.services.ec2.Vpc;
import software.amazon.awscdk.services.ec2.VpcAttributes;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.s3.IBucket;

/** What somebody's account has already. */
final class Given {
  private Given() {}

  static Stack stack(App app, String region) {
    return new Stack(
        app,
        "anybodys",
        StackProps.builder().env(Environment.builder().region(region).build()).build());
  }

  static IVpc network(Stack stack) {
    return stack.getNode().tryFindChild("Network") instanceof IVpc made
        ? made
        : Vpc.fromVpcAttributes(
            stack,
            "Network",
            VpcAttributes.builder()
                .vpcId("vpc-0a1b2c3d")
                .availabilityZones(List.of("eu-west-1a", "eu-west-1b"))
                .privateSubnetIds(List.of("subnet-0a1b2c3d", "subnet-0b1c2d3e"))
                .privateSubnetRouteTableIds(List.of("rtb-0a1b2c3d", "rtb-0b1c2d3e"))
                .build());
  }

  static HeimdallArchive release(Stack stack) {
    return HeimdallArchive.fromBucket(bucket(stack, "releases"), "heimdall.tar.gz", "r1");
  }

  static HeimdallDocuments documents(Stack stack) {
    return HeimdallDocuments.inBucket(bucket(stack, "documents"), "config");
  }

  static IBucket bucket(Stack stack, String name) {
    return stack.getNode().tryFindChild(name) instanceof IBucket made
        ? made
        : Bucket.fromBucketName(stack, name, name);
  }
}
