package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.OpenReference;
import dev.heimdall.model.RegionFacts;
import dev.heimdall.model.StoreMode;
import dev.heimdall.model.StoreScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A deployment of two regions whose nodes follow the same documents, each with its own facts. */
@Tag("ci")
class OneConfigurationTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HERE = "heimdall-eu-west-1";
  private static final String THERE = "heimdall-us-east-1";

  private static final String SOURCE =
      "{\"url\": \"jdbc:postgresql://${region.database}/orders\", \"credentials\": {\"secret\":"
          + " \"orders/app\"}}";
  private static final String VDB =
      "{\"ports\": [5432], \"source\": \"orders\", \"proxyProtocol\": {\"enabled\": true,"
          + " \"trusted\": [\"${region.addresses}\"]}}";

  @TempDir private Path work;

  /** A place of its own with the same documents. */
  private Path documented(String place) throws IOException {
    Path there = work.resolve(place);
    document(there, "sources/orders.json", SOURCE);
    document(there, "vdbs/orders.json", VDB);
    return there;
  }

  private void document(String name, String text) throws IOException {
    document(work, name, text);
  }

  private static void document(Path place, String name, String text) throws IOException {
    Path file = place.resolve("base/conf").resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  /** What the region writes, or has a copy of. */
  private Assembly copied(String factsThere) throws Exception {
    return assembly(factsThere, "\"editedIn\": \"eu-west-1\",", "");
  }

  private Assembly assembly(String factsThere) throws Exception {
    return assembly(factsThere, "", "\"initial\": \"conf\",");
  }

  /** One has a store, a manager and a network of its own, and the other has none of them. */
  private Assembly assembly(String factsThere, String more, String initialThere) throws Exception {
    document("sources/orders.json", SOURCE);
    document("vdbs/orders.json", VDB);
    return Assembly.of(
        """
        {%s "regions": [
          {"region": "eu-west-1",
           "facts": {"database": "orders.cluster-a.eu-west-1.rds.amazonaws.com"},
           "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]},
           "documents": {"initial": "conf", "secrets": ["orders/app"]},
           "cache": {"shards": 2},
           "manager": {"enabled": true, "size": 2, "clients": ["10.0.0.0/16"]}},
          {"region": "us-east-1",
           "facts": %s,
           "network": {"vpc": "vpc-0a1b2c3d", "subnets": ["subnet-0a1b2c3d", "subnet-0b1c2d3e"]},
           "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"], "httpPort": 5060},
           "documents": {%s "secrets": ["orders/app"]},
           "cache": {"enabled": false}}]}
        """
            .formatted(more, factsThere, initialThere),
        work);
  }

  private static Map<String, String> documents(Assembly assembly, String stack) {
    Map<String, String> documents = new TreeMap<>();
    assembly
        .resource(stack, "FirstDocuments", "AWS::CloudFormation::CustomResource")
        .get("Documents")
        .forEach(one -> documents.put(one.get("Name").asText(), one.get("Text").asText()));
    return documents;
  }

  /** As `heimdall check --region-facts` judges, and a node reads. */
  private Configuration checked(Assembly assembly, String stack) throws Exception {
    Path directory = Files.createDirectories(work.resolve("written").resolve(stack));
    for (Map.Entry<String, String> one : documents(assembly, stack).entrySet()) {
      Path file = directory.resolve(one.getKey());
      Files.createDirectories(file.getParent());
      Files.writeString(file, one.getValue());
    }
    JsonNode known = RegionFactsOf.of(assembly, stack, "Fleet");
    Path facts = Files.writeString(work.resolve(stack + ".json"), JSON.writeValueAsString(known));
    List<OpenReference> open = new ArrayList<>();
    Configuration read = ConfigurationReader.check(directory, RegionFacts.read(facts), open::add);
    assertThat(open).isEmpty();
    return read;
  }

  @Test
  void twoRegionsHaveTheSameFirstDocumentsAndEachReadsWhatItHas() throws Exception {
    Assembly assembly =
        assembly(
            """
            {"database": "orders.cluster-b.us-east-1.rds.amazonaws.com", "addresses": ["10.8.0.0/16"],
             "subnets": ["10.8.0.0/24", "10.8.1.0/24"]}
            """);

    assertThat(documents(assembly, THERE)).isEqualTo(documents(assembly, HERE));
    // Nothing in them is filled in by CloudFormation, which would make them different.
    assertThat(assembly.templates().get(HERE).toString()).contains("\"Text\":\"{");

    Configuration here = checked(assembly, HERE);
    assertThat(here.sources().get("orders").url()).contains("cluster-a.eu-west-1");
    assertThat(here.node().http().port()).isEqualTo(5059);
    assertThat(here.node().store().servers()).containsExactly("made:6379");
    assertThat(here.node().store().mode()).isEqualTo(StoreMode.CLUSTER);
    assertThat(here.node().store().scope()).isEqualTo(StoreScope.REGION);
    assertThat(here.node().manager().urls()).containsExactly("http://made:8087");
    assertThat(here.node().manager().instances()).isEqualTo(2);
    assertThat(here.node().peerNetworks()).hasSize(3);

    Configuration there = checked(assembly, THERE);
    assertThat(there.sources().get("orders").url()).contains("cluster-b.us-east-1");
    assertThat(there.node().http().port()).isEqualTo(5060);
    assertThat(there.node().store().servers()).isEmpty();
    assertThat(there.node().store().password()).isPresent();
    assertThat(there.node().manager().urls()).isEmpty();
    assertThat(there.node().peerNetworks()).hasToString("[10.8.0.0/24, 10.8.1.0/24]");
    assertThat(there.vdbs().get("orders").proxyProtocol().trusted()).hasToString("[10.8.0.0/16]");
  }

  @Test
  void aRegionThatLacksAFactIsNotDeployed() {
    assertThatThrownBy(() -> assembly("{\"database\": \"orders.example\"}"))
        .isInstanceOf(DeploymentException.class)
        .hasMessageStartingWith("$.regions[1].documents.initial: ")
        .hasMessageContaining("${region.addresses}, which is no fact of this region");
  }

  @Test
  void documentsThatAreCopiedAreJudgedWithTheFactsOfEachRegion() throws Exception {
    Assembly assembly =
        copied(
            "{\"database\": \"orders.a.us-east-1.rds.amazonaws.com\", \"addresses\":"
                + " [\"10.8.0.0/16\"]}");
    assertThat(assembly.resources(THERE, "AWS::CloudFormation::CustomResource").keySet())
        .noneMatch(name -> name.startsWith("FirstDocuments"));
    assertThat(RegionFactsOf.of(assembly, THERE, "Fleet").get("database").asText())
        .contains("us-east-1");

    assertThatThrownBy(() -> copied("{\"addresses\": [\"10.8.0.0/16\"]}"))
        .isInstanceOf(DeploymentException.class)
        .hasMessageStartingWith(
            "$.regions[1], with a copy of the documents that are edited in eu-west-1: ")
        .hasMessageContaining("${region.database}, which is no fact of this region");
  }

  /**
   * With a second region the first one's store is no longer everybody's, and no document says so.
   */
  @Test
  void aSecondRegionChangesTheScopeOfTheFirstStoreAndNeitherStoreNorDocuments() throws Exception {
    Assembly one =
        Assembly.of(
            """
            {"regions": [
              {"region": "eu-west-1", "facts": {"database": "orders.cluster-a.eu-west-1.rds.amazonaws.com"},
               "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]},
               "documents": {"initial": "conf", "secrets": ["orders/app"]}, "cache": {"shards": 2},
               "manager": {"enabled": true, "size": 2, "clients": ["10.0.0.0/16"]}}]}
            """,
            documented("one"));
    Assembly two =
        Assembly.of(
            """
            {"regions": [
              {"region": "eu-west-1", "facts": {"database": "orders.cluster-a.eu-west-1.rds.amazonaws.com"},
               "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]},
               "documents": {"initial": "conf", "secrets": ["orders/app"]}, "cache": {"shards": 2},
               "manager": {"enabled": true, "size": 2, "clients": ["10.0.0.0/16"]}},
              {"region": "us-east-1", "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]}}]}
            """,
            documented("two"));

    assertThat(RegionFactsOf.of(one, HERE, "Fleet").get("storeScope").asText()).isEqualTo("auto");
    assertThat(RegionFactsOf.of(two, HERE, "Fleet").get("storeScope").asText()).isEqualTo("region");
    assertThat(documents(two, HERE)).isEqualTo(documents(one, HERE));
    ChangeJudge.Verdict verdict =
        new ChangeJudge().judge(one.templates(), two.templates(), Set.of());
    assertThat(verdict.refused()).isEmpty();
    assertThat(verdict.replaced()).doesNotContainAnyElementsOf(ChangedDeploymentTest.STAYS);
    assertThat(two.resources(HERE, "Store", "AWS::ElastiCache::ReplicationGroup"))
        .isEqualTo(one.resources(HERE, "Store", "AWS::ElastiCache::ReplicationGroup"));
  }

  /** Documents of before there was a second region. */
  @Test
  void aStoreOfEachRegionThatDoesNotSaySoIsOneForTheRegion() throws Exception {
    document("node.json", "{\"store\": {\"servers\": [\"${region.store}\"]}}");

    Assembly assembly =
        assembly(
            "{\"database\": \"orders.cluster-b.us-east-1.rds.amazonaws.com\", \"addresses\": [\"10.8.0.0/16\"],"
                + " \"subnets\": [\"10.8.0.0/24\"]}");

    assertThat(checked(assembly, HERE).node().store().scope()).isEqualTo(StoreScope.REGION);
    assertThat(checked(assembly, THERE).node().store().servers()).as("it has none").isEmpty();
  }

  /** The file of facts is a part of what an instance may be told when it boots. */
  @Test
  void userDataKeepsWithinWhatAnInstanceTakes() throws Exception {
    Assembly assembly =
        assembly(
            "{\"database\": \"orders.a.us-east-1.rds.amazonaws.com\", \"addresses\": [\"10.8.0.0/16\"], \"note\": \"%s\"}"
                .formatted("x".repeat(3_500)));

    String script = assembly.templates().get(THERE).at("/Mappings/Boot/Script/Body").asText();
    assembly
        .resources(THERE, "Fleet", "AWS::EC2::LaunchTemplate")
        .values()
        .forEach(
            template ->
                assertThat(
                        template.at("/Properties/LaunchTemplateData/UserData").toString().length()
                            + script.length())
                    .isLessThan(12_000));
  }
}
