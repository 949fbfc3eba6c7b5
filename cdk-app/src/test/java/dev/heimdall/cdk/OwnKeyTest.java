package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A customer's key in place of one that is made: no disk, bucket or server is without it. */
class OwnKeyTest {
  private static final String EU_KEY =
      "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f";
  private static final String US_KEY =
      "arn:aws:kms:us-east-1:123456789012:key/1a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f";

  private static Assembly made;

  @BeforeAll
  static void make(@TempDir Path work) throws Exception {
    made =
        Assembly.of(
            """
            {"editedIn": "eu-west-1",
             "regions": [
              {"region": "eu-west-1", "encryptionKey": "%s",
               "network": {"zones": 2},
               "fleet": {"ports": [5432], "clients": ["10.8.0.0/16"]},
               "documents": {"fileSystem": true},
               "manager": {"enabled": true, "clients": ["10.0.8.0/24"]}},
              {"region": "us-east-1", "encryptionKey": "%s",
               "network": {"zones": 2},
               "fleet": {"ports": [5432], "clients": ["10.9.0.0/16"]}}]}
            """
                .formatted(EU_KEY, US_KEY),
            work);
  }

  private static List<String> of(String type, String pointer) {
    List<String> found = new ArrayList<>();
    made.templates()
        .keySet()
        .forEach(
            stack ->
                made.resources(stack, type)
                    .values()
                    .forEach(each -> found.add(each.at("/Properties" + pointer).asText())));
    assertThat(found).as(type).isNotEmpty();
    return found;
  }

  @Test
  void everythingIsEncryptedWithItAndNoneIsMade() {
    made.templates()
        .forEach((name, stack) -> assertThat(made.resources(name, "AWS::KMS::Key")).isEmpty());
    assertThat(
            of(
                "AWS::EC2::LaunchTemplate",
                "/LaunchTemplateData/BlockDeviceMappings/0/Ebs/KmsKeyId"))
        .as("disks of two zones in each region, and of the manager")
        .hasSize(5)
        .containsOnly(EU_KEY, US_KEY);
    assertThat(
            of(
                "AWS::S3::Bucket",
                "/BucketEncryption/ServerSideEncryptionConfiguration/0"
                    + "/ServerSideEncryptionByDefault/KMSMasterKeyID"))
        .as("a bucket of each region, and the copy")
        .containsExactlyInAnyOrder(EU_KEY, US_KEY, US_KEY);
    assertThat(of("AWS::EFS::FileSystem", "/KmsKeyId")).containsExactly(EU_KEY);
    assertThat(of("AWS::ElastiCache::ReplicationGroup", "/KmsKeyId"))
        .containsExactlyInAnyOrder(EU_KEY, US_KEY);
    assertThat(of("AWS::SecretsManager::Secret", "/KmsKeyId"))
        .as("keys, passwords of the stores and of the manager")
        .containsOnly(EU_KEY, US_KEY);
  }

  /** S3 and nodes know the copy's key by its alias. */
  @Test
  void theCopysKeyHasItsAlias() {
    JsonNode alias =
        made.resources("heimdall-us-east-1-copy", "AWS::KMS::Alias").values().iterator().next();
    assertThat(alias.at("/Properties/AliasName").asText()).isEqualTo("alias/heimdall-copy");
    assertThat(alias.at("/Properties/TargetKeyId").asText()).isEqualTo(US_KEY);
  }

  @Test
  void rolesMayUseIt() {
    Map<String, JsonNode> roles = made.resources("heimdall-eu-west-1", "AWS::IAM::Role");
    assertThat(roles.keySet()).anyMatch(name -> name.contains("NodeRole"));
    roles.forEach(
        (name, role) -> {
          if (name.contains("NodeRole") || name.contains("ManagerRole")) {
            assertThat(role.toString()).as(name).contains("kms:Decrypt", EU_KEY);
          }
        });
  }
}
