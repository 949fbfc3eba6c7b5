package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** GovCloud and China: names that end, or begin, otherwise there. */
@Tag("ci")
class PartitionsTest {
  /** Of a service in a region, whatever follows. */
  private static final Pattern OF_A_REGION =
      Pattern.compile("\"([a-z0-9-]+[.](?:[a-z]+-)+[0-9][.]amazonaws[.]com[^\"]*)\"");

  /**
   * By what a key of KMS is used: a name, not an endpoint. "Use the .amazonaws.com suffix of the
   * AWS KMS ViaService name in all AWS partitions" (developer guide of KMS, condition keys).
   */
  private static final Pattern VIA =
      Pattern.compile("(secretsmanager|s3)[.]([a-z0-9-]+|\\$\\{[A-Za-z:]+})[.]amazonaws[.]com[*]?");

  @TempDir private Path work;

  @ParameterizedTest
  @CsvSource({
    "aws-us-gov, us-gov-west-1, us-gov-east-1, ec2.amazonaws.com",
    "aws-cn, cn-north-1, cn-northwest-1, '{\"Fn::Sub\":\"ec2.${AWS::URLSuffix}\"}'"
  })
  void noStackNamesAnotherPartition(String partition, String first, String second, String instances)
      throws Exception {
    Assembly assembly = FullDeployment.in(first, second, work);

    assertThat(assembly.questions()).isEmpty();
    assertThat(assembly.complaints())
        .allMatch(said -> said.startsWith("INFO"))
        .filteredOn(said -> said.contains("heimdall:partition"))
        .hasSize(2)
        .allMatch(said -> said.contains("cdk-app/release " + partition + "="));
    TreeSet<String> trusted = new TreeSet<>();
    TreeSet<String> through = new TreeSet<>();
    for (Map.Entry<String, JsonNode> stack : assembly.templates().entrySet()) {
      String text = stack.getValue().toString();
      assertThat(text).as(stack.getKey()).doesNotContain("arn:aws:", "arn:aws-");
      assertThat(text).as("ARNs there are").contains("AWS::Partition");
      stack
          .getValue()
          .findValues("kms:ViaService")
          .forEach(via -> through.addAll(via.isArray() ? texts(via) : List.of(text(via))));
      for (JsonNode role : assembly.resources(stack.getKey(), "AWS::IAM::Role").values()) {
        role.at("/Properties/AssumeRolePolicyDocument/Statement")
            .forEach(
                trust -> {
                  JsonNode service = trust.at("/Principal/Service");
                  trusted.add(service.isTextual() ? service.asText() : service.toString());
                });
        // Endpoints end otherwise in China; what a pattern is for is right both ways.
        Matcher named = OF_A_REGION.matcher(role.toString());
        while (named.find()) {
          assertThat(named.group(1)).endsWith("*");
        }
      }
    }
    assertThat(trusted)
        .containsExactlyInAnyOrder(
            instances,
            "lambda.amazonaws.com",
            "events.amazonaws.com",
            "s3.amazonaws.com",
            "vpc-flow-logs.amazonaws.com");
    assertThat(through)
        .as("those of keys' own policies, which the CDK writes, among them")
        .contains("secretsmanager.%s.amazonaws.com".formatted(first))
        .allMatch(service -> VIA.matcher(service).matches());
  }

  private static String text(JsonNode value) {
    return value.isTextual() ? value.asText() : value.path("Fn::Sub").path(0).asText();
  }

  private static List<String> texts(JsonNode values) {
    return values.valueStream().map(PartitionsTest::text).toList();
  }
}
