package dev.heimdall.test.aws;

import static dev.heimdall.test.aws.EmulatedDeployment.stack;
import static dev.heimdall.test.aws.EmulatedDeployment.text;
import static dev.heimdall.test.aws.EmulatedDeployment.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A file and the two commands of the CDK, against the emulator: a fleet whose first documents are
 * written by the deployment, ordinary changes of it, and its end.
 */
@Tag("ci")
class CdkDeployIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String WEST = "eu-west-1";
  private static final String EAST = "us-east-1";

  /** What the emulator makes nothing of; docs/aws-tests.md says so. */
  private static final List<String> PASSED_OVER =
      List.of(
          "AWS::AutoScaling::ScalingPolicy",
          "AWS::CloudWatch::Alarm",
          "AWS::EC2::SecurityGroupEgress",
          "AWS::ElastiCache::ParameterGroup",
          "AWS::ElastiCache::SubnetGroup",
          "AWS::Lambda::EventInvokeConfig",
          "AWS::S3::BucketPolicy",
          "AWS::SQS::QueuePolicy");

  @TempDir private Path folder;

  private EmulatedDeployment deployed;

  @BeforeEach
  void begin() throws Exception {
    deployed = new EmulatedDeployment(folder);
  }

  /** As an instance's own file of facts has them, with the command that people have. */
  private void judgedWithItsFacts(DocumentStore documents, JsonNode made) throws Exception {
    List<String> lines = texts(made.get("facts"));
    assertThat(lines).singleElement().asString().matches("facts='[^']*'");
    String facts = lines.get(0).substring("facts='".length(), lines.get(0).length() - 1);
    JsonNode outputs = made.get("outputs");
    assertThat(JSON.readTree(facts).get("name").asText()).isEqualTo(WEST);
    assertThat(JSON.readTree(facts).get("bucket")).isEqualTo(outputs.get("DocumentsBucket"));
    assertThat(JSON.readTree(facts).get("store").asText())
        .isEqualTo(outputs.get("StoreServer").asText() + ":6379");
    assertThat(text(documents, "node.json"))
        .contains("${region.store}", "${region.storePassword}")
        .doesNotContain(outputs.get("StoreServer").asText());
    deployed.write("facts.json", facts);
    for (String name : documents.read().contents().keySet()) {
      deployed.write("written/" + name, text(documents, name));
    }
    deployed.heimdall("check", "--region-facts=facts.json", "written");
  }

  @Test
  void twoCommandsMakeAFleetAndASecondDeploymentOpensAPort() throws Exception {
    ObjectNode region = deployed.region(WEST);
    deployed.save(deployed.deployment(region));
    deployed.bootstrap();
    deployed.deploy();
    JsonNode made = deployed.made(WEST);

    assertThat(made.get("status").asText()).isEqualTo("CREATE_COMPLETE");
    assertThat(texts(made.get("passedOver"))).isEqualTo(PASSED_OVER);
    assertThat(texts(made.get("listeners"))).containsExactly("TCP 5432");
    assertThat(texts(made.get("ports"))).containsExactly("1", "1", "1");
    JsonNode outputs = made.get("outputs");
    String place = deployed.inBucket(outputs.get("DocumentsBucket").asText(), WEST);
    try (DocumentStore documents = deployed.open(place)) {
      assertThat(documents.read().contents())
          .containsOnlyKeys("node.json", "sources/shop.json", "vdbs/shop.json");
      judgedWithItsFacts(documents, made);
      documents.write(
          List.of(
              Change.replace(
                  "sources/shop.json",
                  Content.of("{\"url\": \"jdbc:postgresql://other.example/shop\"}"),
                  documents.read().versionOf("sources/shop.json").orElseThrow())));

      ((ArrayNode) region.at("/fleet/ports")).add(5433);
      deployed.save(deployed.deployment(region));
      deployed.writeDocuments("[5432, 5433]");
      deployed.deploy();
      JsonNode changed = deployed.made(WEST);

      assertThat(changed.get("status").asText()).isEqualTo("UPDATE_COMPLETE");
      assertThat(changed.get("balancer")).isEqualTo(made.get("balancer"));
      assertThat(changed.get("outputs")).isEqualTo(outputs);
      assertThat(texts(changed.get("listeners"))).containsExactly("TCP 5432", "TCP 5433");
      assertThat(texts(changed.get("ports"))).containsExactly("2", "2", "2");
      assertThat(texts(changed.get("open"))).contains("5432", "5433");
      assertThat(text(documents, "sources/shop.json")).contains("other.example");
    }
  }

  /** Balancers of clients, and of the manager. */
  private int balancers(String region) throws Exception {
    return deployed
        .standing(region)
        .at("/" + stack(region) + "/made/AWS::ElasticLoadBalancingV2::LoadBalancer")
        .asInt();
  }

  private void everyStackIs(String status, String region) throws Exception {
    assertThat(deployed.standing(region))
        .isNotEmpty()
        .allSatisfy(stack -> assertThat(stack.get("status").asText()).isEqualTo(status));
  }

  /** The emulator keeps nothing of what AWS would keep. */
  @Test
  @Tag("long")
  void aManagerComesAndGoesInOneOfTwoRegionsAndProtectedOnesAreNotDestroyed() throws Exception {
    ObjectNode west = deployed.region(WEST);
    ObjectNode east = deployed.region(EAST);
    deployed.save(deployed.deployment(west, east));
    deployed.bootstrap();
    deployed.deploy();
    everyStackIs("CREATE_COMPLETE", WEST);
    everyStackIs("CREATE_COMPLETE", EAST);
    assertThat(balancers(WEST)).isOne();

    west.withObject("/manager").put("enabled", true).withArray("clients").add("10.40.0.0/16");
    deployed.save(deployed.deployment(west, east));
    deployed.deploy();
    everyStackIs("UPDATE_COMPLETE", WEST);
    assertThat(balancers(WEST)).isEqualTo(2);

    west.withObject("/manager").put("enabled", false);
    deployed.save(deployed.deployment(west, east));
    deployed.deploy();
    assertThat(balancers(WEST)).isOne();
    assertThat(balancers(EAST)).isOne();

    assertThat(deployed.destroyIsRefused())
        .contains("cannot be deleted while TerminationProtection is enabled");
    JsonNode kept = deployed.standing(WEST);
    assertThat(kept.at("/" + stack(WEST) + "/made/AWS::AutoScaling::AutoScalingGroup").asInt())
        .as("nothing of it is gone")
        .isEqualTo(3);
    assertThat(balancers(EAST)).isOne();

    west.withObject("/fleet").put("protect", false);
    east.withObject("/fleet").put("protect", false);
    deployed.save(deployed.deployment(west, east));
    deployed.deploy();
    deployed.destroy();
    assertThat(deployed.standing(WEST)).isEmpty();
    assertThat(deployed.standing(EAST)).isEmpty();
  }
}
