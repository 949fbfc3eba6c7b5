package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Documents that are edited in one region and copied to the others. */
@Tag("ci")
class CopiedDocumentsTest {
  private static final String EU = "heimdall-eu-west-1";
  private static final String US = "heimdall-us-east-1";

  @TempDir private static Path work;

  private static ChangeJudge judge;
  private static int made;

  @BeforeAll
  static void make() throws Exception {
    judge = new ChangeJudge();
  }

  private static String region(String name, String more) {
    return """
        {"region": "%s", "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]},
         "configSync": {"enabled": false}, "cache": {"enabled": false}%s}
        """
        .formatted(name, more);
  }

  private static String manager() {
    return ", \"manager\": {\"enabled\": true, \"clients\": [\"10.0.0.0/16\"]}";
  }

  private static String file(String editedIn, String... regions) {
    return "{%s\"regions\": [%s]}"
        .formatted(
            editedIn.isEmpty() ? "" : "\"editedIn\": \"" + editedIn + "\", ",
            Stream.of(regions).collect(Collectors.joining(", ")));
  }

  private static Assembly assembly(String file) throws Exception {
    Path there = Files.createDirectories(work.resolve(Integer.toString(made++)));
    Path documents = Path.of("samples", "first-documents");
    Path stood = there.resolve("base/cdk-app/samples/first-documents");
    try (var files = Files.walk(documents)) {
      for (Path each : files.filter(Files::isRegularFile).toList()) {
        Path copy = stood.resolve(documents.relativize(each));
        Files.createDirectories(copy.getParent());
        Files.copy(each, copy);
      }
    }
    return Assembly.of(file, there);
  }

  private static Assembly two(String editedIn) throws Exception {
    return assembly(file(editedIn, region("eu-west-1", manager()), region("us-east-1", "")));
  }

  @Test
  void theBucketIsReplicatedToCopiesThatAreThereBefore() throws Exception {
    Assembly made =
        assembly(
            file(
                "eu-west-1",
                region(
                    "eu-west-1",
                    manager()
                        + ", \"documents\": {\"initial\": \"cdk-app/samples/first-documents\"}"),
                region("us-east-1", ""),
                region("ap-southeast-2", "")));

    assertThat(made.complaints()).noneMatch(said -> !said.startsWith("INFO"));
    assertThat(made.templates())
        .containsOnlyKeys(
            EU, US, US + "-copy", "heimdall-ap-southeast-2", "heimdall-ap-southeast-2-copy");
    JsonNode bucket = made.resource(EU, "Documents", "AWS::S3::Bucket");
    JsonNode rules = bucket.at("/ReplicationConfiguration/Rules");
    assertThat(rules).hasSize(2);
    JsonNode rule = rules.get(0);
    assertThat(rule.at("/Filter/Prefix").asText()).isEqualTo("config/");
    assertThat(rule.at("/DeleteMarkerReplication/Status").asText()).isEqualTo("Enabled");
    assertThat(rule.at("/SourceSelectionCriteria/SseKmsEncryptedObjects/Status").asText())
        .isEqualTo("Enabled");
    assertThat(rule.at("/Destination/EncryptionConfiguration/ReplicaKmsKeyID").toString())
        .contains(":kms:us-east-1:${AWS::AccountId}:alias/heimdall-copy");
    assertThat(rule.get("Destination").get("Bucket").toString())
        .contains("heimdall-copy-", "AWS::AccountId", "-us-east-1");
    JsonNode copy = made.resource(US + "-copy", "Copy", "AWS::S3::Bucket");
    assertThat(copy.get("BucketName").toString())
        .contains("heimdall-copy-", "AWS::AccountId", "-us-east-1");
    assertThat(copy.at("/VersioningConfiguration/Status").asText()).isEqualTo("Enabled");
    assertThat(made.resource(US + "-copy", "Copy", "AWS::KMS::Alias").get("AliasName").asText())
        .isEqualTo("alias/heimdall-copy");
    // What S3 cannot replicate yet, it never does.
    assertThat(
            made.resources(EU, "FirstDocuments", "AWS::CloudFormation::CustomResource")
                .get("")
                .get("DependsOn")
                .toString())
        .contains("DocumentsReplicationPolicy");
    assertThat(
            made.resource(EU, "FirstDocuments", "AWS::CloudFormation::CustomResource")
                .get("Commits")
                .asText())
        .isEqualTo("write");
  }

  @Test
  void whoReplicatesMayDoNothingElse() throws Exception {
    Assembly made = two("eu-west-1");
    JsonNode policy =
        made.resource(EU, "DocumentsReplicationPolicy", "AWS::IAM::Policy").get("PolicyDocument");
    List<String> actions = new ArrayList<>();
    for (JsonNode statement : policy.get("Statement")) {
      statement.get("Action").forEach(action -> actions.add(action.asText()));
      String resource = statement.get("Resource").toString();
      assertThat(resource).doesNotContain("\"*\"");
      if (statement.get("Action").toString().contains("kms:Encrypt")) {
        assertThat(resource).contains("{\"CopyRegions\":\"us-east-1\"}");
        assertThat(statement.get("Condition").toString())
            .contains("kms:ResourceAliases")
            .contains("alias/heimdall-copy");
      }
      if (statement.get("Action").toString().contains("s3:Replicate")) {
        assertThat(resource).contains("heimdall-copy-", "-us-east-1", "config");
      }
    }
    assertThat(actions)
        .doesNotContain("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:*", "kms:*");
    assertThat(
            made.resources(EU, "DocumentsReplicationRole", "AWS::IAM::Role")
                .values()
                .iterator()
                .next()
                .toString())
        .contains("s3.amazonaws.com")
        .doesNotContain("\"Policies\"");
  }

  @Test
  void nodesReadWholeCommitsOfTheCopyInTheirRegionAndTheManagerWritesThem() throws Exception {
    Assembly made = two("eu-west-1");

    assertThat(made.templates().get(US).toString())
        .contains("/config?commits=read")
        .doesNotContain("commits=write");
    assertThat(made.templates().get(EU).toString())
        .contains("/config?commits=write", "/config?commits=prefer")
        .doesNotContain("commits=read");
    String nodes = made.resource(US, "Fleet", "AWS::IAM::Role").toString();
    assertThat(nodes).contains("FindCopy", "CopyKey", "alias/heimdall-copy");
    assertThat(made.resource(EU, "Fleet", "AWS::IAM::Role").toString()).doesNotContain("Copy\"");
  }

  @Test
  void aSecretHasReplicasThatAreMadeNowhereElse() throws Exception {
    String secret = ", \"documents\": {\"place\": \"secret\"}";
    Assembly made =
        assembly(
            file(
                "eu-west-1", region("eu-west-1", secret + manager()), region("us-east-1", secret)));

    assertThat(made.templates()).containsOnlyKeys(EU, US);
    assertThat(
            made.resources(EU, "Documents", "AWS::SecretsManager::Secret")
                .get("Configuration")
                .at("/Properties/ReplicaRegions/0/Region")
                .asText())
        .isEqualTo("us-east-1");
    assertThat(made.resources(US, "Documents", "AWS::SecretsManager::Secret")).isEmpty();
    assertThat(made.resource(US, "Fleet", "AWS::IAM::Role").toString())
        .contains("\"ConfigurationSecret\":\"heimdall/configuration\"");
  }

  private static void isTaken(Assembly before, Assembly after) {
    for (ChangeJudge.Verdict verdict :
        List.of(
            judge.judge(before.templates(), after.templates(), Set.of()),
            judge.judge(
                after.templates(),
                before.templates(),
                judge.left(before.templates(), after.templates())))) {
      assertThat(verdict.refused()).isEmpty();
      assertThat(verdict.replaced()).doesNotContainAnyElementsOf(ChangedDeploymentTest.STAYS);
    }
  }

  @Test
  void copiesAreMadeAndGivenUpWithoutReplacingAnything() throws Exception {
    isTaken(two(""), two("eu-west-1"));
  }

  @Test
  void aRegionMoreAndOneLessReplaceNothing() throws Exception {
    Assembly three =
        assembly(
            file(
                "eu-west-1",
                region("eu-west-1", manager()),
                region("us-east-1", ""),
                region("ap-southeast-2", "")));
    isTaken(two("eu-west-1"), three);
  }

  /** As when the first region is lost; the stack of the copy that is one no more stays. */
  @Test
  void anotherRegionIsPromotedWithoutReplacingAnything() throws Exception {
    Assembly before = two("eu-west-1");
    Assembly promoted =
        assembly(file("us-east-1", region("eu-west-1", ""), region("us-east-1", manager())));
    for (ChangeJudge.Verdict verdict :
        List.of(
            judge.judge(before.templates(), promoted.templates(), Set.of()),
            judge.judge(promoted.templates(), before.templates(), Set.of()))) {
      assertThat(verdict.refused()).isEmpty();
      assertThat(verdict.replaced()).doesNotContainAnyElementsOf(ChangedDeploymentTest.STAYS);
    }
    assertThat(promoted.templates().get(EU).toString()).contains("/config?commits=read");
    assertThat(
            judge
                .judge(
                    promoted.templates(),
                    before.templates(),
                    judge.left(before.templates(), promoted.templates()))
                .refused())
        .as("had it been destroyed, its bucket would be in the way")
        .singleElement()
        .asString()
        .contains("heimdall-us-east-1-copy", "was kept");
  }

  /** A secret has the name that its replica is to have, and the other way round. */
  @Test
  void whereASecretIsThereAlreadyItIsNamedOrDeletedFirst() throws Exception {
    String secret = ", \"documents\": {\"place\": \"secret\"}";
    Assembly alone =
        assembly(file("", region("eu-west-1", secret + manager()), region("us-east-1", secret)));
    Assembly copied =
        assembly(
            file(
                "eu-west-1", region("eu-west-1", secret + manager()), region("us-east-1", secret)));
    assertThat(judge.judge(alone.templates(), copied.templates(), Set.of()).refused())
        .containsExactly(
            EU + " makes heimdall/configuration of " + US + ", which " + US + " has made");
    assertThat(judge.judge(copied.templates(), alone.templates(), Set.of()).refused()).isNotEmpty();

    String named =
        ", \"documents\": {\"place\": \"secret\", \"secret\": \"heimdall/configuration\"}";
    Assembly apart =
        assembly(file("", region("eu-west-1", secret + manager()), region("us-east-1", named)));
    ChangeJudge.Verdict off = judge.judge(copied.templates(), apart.templates(), Set.of());
    assertThat(off.refused()).isEmpty();
    assertThat(off.replaced()).doesNotContainAnyElementsOf(ChangedDeploymentTest.STAYS);
  }
}
