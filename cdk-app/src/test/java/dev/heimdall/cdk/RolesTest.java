package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What roles may do, and which secrets they read. */
class RolesTest extends TwoRegionsSample {
  @Test
  void rolesSayWhatTheirComponentMayDoAndNoMore() {
    JsonNode role = made.resource(EU, "Fleet", "AWS::IAM::Role");
    assertThat(role.has("ManagedPolicyArns")).isFalse();
    List<String> actions = role.at("/Policies/0/PolicyDocument").findValuesAsText("Action");
    assertThat(actions).noneMatch(action -> action.contains("*"));
    assertThat(role("ConfigSync", "FunctionRole"))
        .contains("rds:DescribeGlobalClusters")
        .contains("/topology/*")
        .doesNotContain("s3:DeleteObject");
  }

  @Test
  void secretsAreNamedWithTheCharactersThatTheirArnsEndIn() {
    for (Map.Entry<String, JsonNode> template : made.templates().entrySet()) {
      Matcher secrets =
          Pattern.compile(":secret:([^\"]+)\"").matcher(template.getValue().toString());
      while (secrets.find()) {
        assertThat(secrets.group(1))
            .as(template.getKey())
            .matches(".*(-\\?{6}|rds!(cluster|db)-\\*)");
      }
    }
  }

  @Test
  void aNamedClusterLetsNodesReadItsManagedSecretAndLogInByIamAsTheUsersNamed() {
    String role = made.resource(EU, "Fleet", "AWS::IAM::Role").toString();
    assertThat(role)
        .contains(
            "aws:ResourceTag/aws:rds:primaryDBClusterArn",
            "\"Clusters\":\"orders\"",
            "dbuser:${DatabaseUsers}",
            "\"DatabaseUsers\":\"cluster-ABCDEFGHIJKL/orders_app\"",
            "\"LogGroups\":\"/heimdall/orders\"")
        .doesNotContain("primaryDBInstanceArn");
    assertThat(made.resource(US, "Fleet", "AWS::IAM::Role").toString())
        .contains("log-group:${LogGroups}")
        .doesNotContain("rds-db:connect", "rds!cluster");
  }

  @Test
  void theSecretsThatDocumentsNameAreReadByWholeNamesAndNoOthers() {
    String nodes = made.resource(EU, "Fleet", "AWS::IAM::Role").toString();
    assertThat(nodes)
        .contains(
            "\"CredentialSecrets\":\"orders-db/fleet-key\"",
            "\"CredentialSecrets\":\"orders-db/push-key\"",
            "\"CredentialSecrets\":\"orders-db/store-password\"",
            "\"CredentialSecrets\":\"orders/people\"",
            "\"SecretKeys\":\"arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d")
        .doesNotContain("orders-db/manager");
    assertThat(made.resource(EU, "Manager", "AWS::IAM::Role").toString())
        .contains(
            "\"ManagerSecret\":\"orders-db/fleet-key\"",
            "\"SecretKeys\":\"arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d")
        .doesNotContain("push-key", "store-password", "orders/people");
    assertThat(made.resource(US, "Fleet", "AWS::IAM::Role").toString())
        .contains("\"CredentialSecrets\":\"orders-db/fleet-key\"")
        .doesNotContain("SecretKeys", "orders/people");
  }

  @Test
  void aBucketIsListedAndReadOnlyWhereTheComponentHasDocuments() {
    for (String part : List.of("Fleet", "Manager", "ConfigSync")) {
      for (JsonNode role : made.resources(US, part, "AWS::IAM::Role").values()) {
        for (JsonNode statement : role.at("/Properties/Policies/0/PolicyDocument/Statement")) {
          String text = statement.toString();
          if (text.contains("s3:ListBucket")) {
            assertThat(statement.at("/Condition/StringLike/s3:prefix").toString())
                .contains("/*")
                .doesNotContain("\"*\"");
          }
          if (text.contains("ConfigurationBucket}/")) {
            assertThat(text).doesNotContain("ConfigurationBucket}/*");
          }
        }
      }
    }
  }

  @Test
  void theFileSystemIsMountedByIamAndInTlsOnly() {
    JsonNode policy =
        made.resource(US, "Documents", "AWS::EFS::FileSystem").get("FileSystemPolicy");
    assertThat(policy.at("/Statement/0/Principal/AWS").toString()).contains(":root");
    assertThat(policy.at("/Statement/1/Effect").asText()).isEqualTo("Deny");
    assertThat(policy.at("/Statement/1/Condition/Bool/aws:SecureTransport").asText())
        .isEqualTo("false");
  }

  /** In the policies of all roles of all stacks. */
  @Test
  void thePasswordOfTheStoreIsReadByNodesAlone() {
    for (String stack : List.of(EU, US)) {
      assertThat(made.resources(stack, "AWS::IAM::Role").entrySet())
          .filteredOn(role -> role.getValue().toString().contains("/store-password"))
          .singleElement()
          .satisfies(
              role -> {
                assertThat(role.getKey()).startsWith("FleetNodeRole");
                assertThat(statements(role.getValue()))
                    .filteredOn(statement -> statement.toString().contains("/store-password"))
                    .singleElement()
                    .satisfies(
                        statement ->
                            assertThat(statement.get("Action"))
                                .extracting(JsonNode::asText)
                                .containsExactly("secretsmanager:GetSecretValue"));
              });
      assertThat(made.resources(stack, "AWS::SecretsManager::ResourcePolicy")).isEmpty();
    }
    // Nobody else can: no role has a star for secrets but those of RDS, which have other names.
    for (String stack : List.of(EU, US)) {
      for (JsonNode role : made.resources(stack, "AWS::IAM::Role").values()) {
        for (JsonNode statement : statements(role)) {
          if (statement.get("Action").toString().contains("secretsmanager:")) {
            assertThat(statement.get("Resource").toString()).doesNotContain("secret:*", "\"*\"");
          }
        }
      }
    }
  }

  private static List<JsonNode> statements(JsonNode role) {
    List<JsonNode> statements = new ArrayList<>();
    role.at("/Properties/Policies")
        .forEach(policy -> policy.at("/PolicyDocument/Statement").forEach(statements::add));
    return statements;
  }
}
