package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awscdk.regioninfo.RegionInfo;

/**
 * With the longest names of a fleet and of a region, no name is longer than AWS takes. What a stack
 * leaves without a name gets one from CloudFormation, which keeps to the limits itself.
 */
@Tag("ci")
class LongNamesTest {
  /** Two of the longest names, which no other region of the partition exceeds. */
  private static final String FIRST = "ap-southeast-1";

  private static final String SECOND = "ap-northeast-1";
  private static final int LONGEST_STACK = 128;

  /** How long names of AWS may be. */
  private static final Map<String, Integer> LIMITS =
      Map.ofEntries(
          Map.entry("AWS::Lambda::Function FunctionName", 64),
          Map.entry("AWS::Lambda::Function Description", 256),
          Map.entry("AWS::Lambda::Alias Name", 128),
          Map.entry("AWS::IAM::Role RoleName", 64),
          Map.entry("AWS::IAM::Role Description", 1000),
          Map.entry("AWS::IAM::Policy PolicyName", 128),
          Map.entry("AWS::S3::Bucket BucketName", 63),
          Map.entry("AWS::KMS::Alias AliasName", 256),
          Map.entry("AWS::KMS::Key Description", 8192),
          Map.entry("AWS::SecretsManager::Secret Name", 512),
          Map.entry("AWS::SecretsManager::Secret Description", 2048),
          Map.entry("AWS::CloudWatch::Dashboard DashboardName", 255),
          Map.entry("AWS::CloudWatch::Alarm AlarmDescription", 1024),
          Map.entry("AWS::CloudWatch::Alarm MetricName", 255),
          Map.entry("AWS::EC2::SecurityGroup GroupDescription", 255),
          Map.entry("AWS::EC2::SecurityGroupEgress Description", 255),
          Map.entry("AWS::EC2::SecurityGroupIngress Description", 255),
          Map.entry("AWS::EC2::VPCEndpoint ServiceName", 255),
          Map.entry("AWS::ElastiCache::ParameterGroup Description", 255),
          Map.entry("AWS::ElastiCache::SubnetGroup Description", 255),
          Map.entry("AWS::ElastiCache::ReplicationGroup ReplicationGroupDescription", 255),
          Map.entry("AWS::Events::Rule Description", 512),
          Map.entry("AWS::Route53::HostedZone Name", 253),
          Map.entry("AWS::Route53::RecordSet Name", 253),
          Map.entry("AWS::AutoScaling::LifecycleHook LifecycleHookName", 255));

  @TempDir private Path work;

  @Test
  void theRegionsHaveTheLongestNamesThereAre() {
    assertThat(RegionInfo.getRegions())
        .filteredOn(region -> region.getName().matches("(cn|us-gov|[a-z]{2})-[a-z]+-[0-9]"))
        .isNotEmpty()
        .allMatch(region -> region.getName().length() <= FIRST.length());
  }

  @Test
  void noNameIsLongerThanAwsTakes() throws Exception {
    Assembly assembly = FullDeployment.in(FIRST, SECOND, work);

    Map<String, Integer> longest = new TreeMap<>();
    TreeSet<String> unknown = new TreeSet<>();
    assembly
        .templates()
        .forEach(
            (stack, template) -> {
              assertThat(stack.length()).as(stack).isLessThanOrEqualTo(LONGEST_STACK);
              template
                  .get("Outputs")
                  .fieldNames()
                  .forEachRemaining(
                      output -> assertThat(output.length()).as(output).isLessThan(256));
              template.get("Resources").forEach(resource -> names(resource, longest, unknown));
            });

    assertThat(unknown).as("names whose limit this test does not know").isEmpty();
    assertThat(longest).containsKey("AWS::S3::Bucket BucketName");
    longest.forEach(
        (name, length) -> assertThat(length).as(name).isLessThanOrEqualTo(LIMITS.get(name)));
  }

  private static void names(
      JsonNode resource, Map<String, Integer> longest, TreeSet<String> unknown) {
    resource
        .path("Properties")
        .properties()
        .forEach(
            property -> {
              String name = resource.get("Type").asText() + " " + property.getKey();
              Optional<String> text = text(property.getValue());
              if (property.getKey().matches(".*(Name|Description)") && text.isPresent()) {
                if (LIMITS.containsKey(name)) {
                  longest.merge(name, text.get().length(), Math::max);
                } else {
                  unknown.add(name + ": " + text.get());
                }
              }
            });
  }

  /** What it will be; nothing for one that refers to another resource, which has its own name. */
  private static Optional<String> text(JsonNode value) {
    if (value.isTextual()) {
      return Optional.of(value.asText());
    }
    if (value.has("Ref")) {
      return switch (value.get("Ref").asText()) {
        case "AWS::AccountId" -> Optional.of("123456789012");
        case "AWS::Region" -> Optional.of(FIRST);
        case "AWS::Partition" -> Optional.of("aws-us-gov");
        default -> Optional.empty();
      };
    }
    if (!value.has("Fn::Join")) {
      return Optional.empty();
    }
    StringBuilder all = new StringBuilder();
    for (JsonNode part : value.at("/Fn::Join/1")) {
      Optional<String> one = text(part);
      if (one.isEmpty()) {
        return Optional.empty();
      }
      all.append(one.get());
    }
    return Optional.of(all.toString());
  }
}
