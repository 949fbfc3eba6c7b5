package dev.heimdall.cdk.constructs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.ec2.Port;
import software.amazon.awscdk.services.ec2.SecurityGroup;
import software.amazon.awscdk.services.kms.Key;
import software.amazon.awscdk.services.s3.Bucket;

/** The function that follows RDS, in anybody's app. */
class SyncConstructTest {
  private static final String RULE = "AWS::EC2::SecurityGroupIngress";

  @TempDir private Path work;
  private App app;
  private Stack stack;

  @BeforeEach
  void anApp() {
    app = Synthesised.app(work);
    stack = new Stack(app, "anybodys");
  }

  private HeimdallConfigSyncProps.Builder props() {
    return HeimdallConfigSyncProps.builder()
        .vpc(Given.network(stack))
        .fleet(
            HeimdallFleet.fromHeimdallFleetAttributes(
                stack,
                "Fleet",
                new HeimdallFleetAttributes(
                    "orders", "a.elb", "Z1", List.of(5432), 5060, "sg-0d0d0d0d", "sg-0a0a0a0a")))
        .code(HeimdallArchive.fromBucket(Given.bucket(stack, "code"), "sync.jar", "v1"))
        .bucket(Given.bucket(stack, "documents"));
  }

  @Test
  void itTellsTheNodesOfTheFleet() {
    new HeimdallConfigSync(stack, "Sync", props().every(Duration.minutes(2)).build());
    Synthesised made = Synthesised.of(app, stack);
    assertThat(made.complaints()).isEmpty();
    JsonNode function = made.resources("AWS::Lambda::Function").values().iterator().next();
    assertThat(function.at("/Properties/Environment/Variables").toString())
        .contains(
            "\"HEIMDALL_FLEET\":\"orders\"",
            "\"HEIMDALL_KEY_SECRET\":\"orders/push-key\"",
            "\"HEIMDALL_NODE_PORT\":\"5060\"",
            "s3://documents/topology");
    assertThat(made.resources(RULE).values())
        .extracting(
            rule -> rule.at("/Properties/GroupId").asText() + " " + rule.at("/Properties/ToPort"))
        .containsExactly("sg-0a0a0a0a 5060");
    assertThat(made.resources("AWS::Events::Rule").toString()).contains("rate(2 minutes)");
    assertThat(made.resources("AWS::Lambda::Version")).isEmpty();
  }

  /** What the bucket is encrypted with, it may use; without a key there is no such statement. */
  @Test
  void itHasTheKeyOfTheBucket() {
    Bucket bucket =
        Bucket.Builder.create(stack, "Own").encryptionKey(new Key(stack, "Key")).build();
    new HeimdallConfigSync(stack, "Sync", props().bucket(bucket).build());
    assertThat(Synthesised.of(app, stack).resources("AWS::IAM::Role").toString())
        .contains("kms:Decrypt", "{\"Fn::GetAtt\":[\"Key");
  }

  @Test
  void withoutAKeyItMayUseNone() {
    new HeimdallConfigSync(stack, "Sync", props().build());
    assertThat(Synthesised.of(app, stack).resources("AWS::IAM::Role").toString())
        .doesNotContain("kms:");
  }

  /** A version keeps the environment that it was made with: what nobody makes anew stays old. */
  @Test
  void anotherEnvironmentIsAnotherVersionBehindTheAlias() {
    String first = versionOf("one", "documents");
    assertThat(versionOf("two", "documents")).as("the same is the same").isEqualTo(first);
    assertThat(versionOf("three", "elsewhere")).isNotEqualTo(first);
  }

  /** The name of the version that the alias leads to. */
  private String versionOf(String folder, String bucket) {
    app = Synthesised.app(work.resolve(folder));
    stack = new Stack(app, "anybodys");
    new HeimdallConfigSync(
        stack, "Sync", props().bucket(Given.bucket(stack, bucket)).snapStart(true).build());
    Synthesised made = Synthesised.of(app, stack);
    JsonNode alias = made.resources("AWS::Lambda::Alias").values().iterator().next();
    String version = alias.at("/Properties/FunctionVersion/Fn::GetAtt/0").asText();
    assertThat(made.resources("AWS::Lambda::Version")).containsOnlyKeys(version);
    return version;
  }

  @Test
  void itStartsFromASnapshotWhereThatIsAskedFor() {
    new HeimdallConfigSync(stack, "Sync", props().snapStart(true).build());
    Synthesised made = Synthesised.of(app, stack);
    assertThat(made.resources("AWS::Lambda::Version")).hasSize(1);
    assertThat(made.resources("AWS::Lambda::Alias")).hasSize(1);
  }

  @Test
  void itIsGrantedAndConnectedAsOthersAre() {
    HeimdallConfigSync sync = new HeimdallConfigSync(stack, "Sync", props().build());
    Bucket.Builder.create(stack, "Own").build().grantRead(sync);
    SecurityGroup endpoints =
        SecurityGroup.Builder.create(stack, "E").vpc(Given.network(stack)).build();
    endpoints.getConnections().allowFrom(sync, Port.tcp(443));
    Synthesised made = Synthesised.of(app, stack);
    assertThat(made.resources("AWS::IAM::Policy").toString()).contains("s3:GetObject*");
    assertThat(made.resources(RULE).toString()).contains("FunctionSecurityGroup");
    assertThat(sync.metricFailures().getDimensions()).containsOnlyKeys("FunctionName");
    assertThat(sync.metricGivenUp().getNamespace()).isEqualTo("AWS/SQS");
    assertThat(sync.metricNodesNotTold().getDimensions()).containsOnlyKeys("Region");
    assertThat(sync.metricChanges().getStatistic()).isEqualTo("Sum");
  }

  @Test
  void schedulesKnowWholeMinutes() {
    assertThatThrownBy(
            () ->
                new HeimdallConfigSync(stack, "Sync", props().every(Duration.seconds(90)).build()))
        .hasMessage("every: 90 s; allowed is: whole minutes");
  }
}
