package dev.heimdall.cdk.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.model.ConfigurationException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Networks that are peered with the nodes'. */
class PeeredChecksTest {
  private static final String REGION =
      "{'region': '%s', 'fleet': {'ports': [5432], 'clients': ['10.0.0.0/16']}, 'network': {%s}}";
  private static final String PEER = "{'vpc': 'vpc-0a1b', 'addresses': '10.8.0.0/16'}";
  private static final String GIVEN =
      "'vpc': 'vpc-0c1d', 'subnets': ['subnet-0a1b', 'subnet-0b1c'], ";

  @TempDir private Path folder;

  private Deployment read(String join, String... networks) throws Exception {
    StringBuilder regions = new StringBuilder();
    String[] names = {"eu-west-1", "us-east-1"};
    for (int i = 0; i < networks.length; i++) {
      regions.append(i == 0 ? "" : ", ").append(REGION.formatted(names[i], networks[i]));
    }
    Path file = folder.resolve("deployment.json");
    Files.writeString(
        file, "{'join': '%s', 'regions': [%s]}".formatted(join, regions).replace('\'', '"'));
    return DeploymentFile.read(file);
  }

  @Test
  void databasesMayBeInOtherNetworks() throws Exception {
    Deployment deployment =
        read(
            "peering",
            "'peered': [%s, {'vpc': 'vpc-0b1c', 'addresses': '10.9.0.0/20'}]".formatted(PEER),
            GIVEN
                + "'addresses': '10.7.0.0/16', 'peered': [{'vpc': 'vpc-0d1e',"
                + " 'addresses': '10.6.0.0/16', 'routeTables': ['rtb-0a1b']}]");

    Region first = deployment.regions().get(0);
    assertThat(first.network().peered())
        .extracting(PeeredNetwork::vpc)
        .containsExactly("vpc-0a1b", "vpc-0b1c");
    assertThat(deployment.peeredElsewhere(first)).hasToString("[10.6.0.0/16]");
    assertThat(deployment.peeredElsewhere(deployment.regions().get(1)))
        .hasToString("[10.8.0.0/16, 10.9.0.0/20]");
  }

  @Test
  void whatIsPeeredWithOneRegionConcernsNoOtherUnlessTheyAreJoined() throws Exception {
    Deployment deployment =
        read(
            "none",
            "'peered': [%s]".formatted(PEER),
            "'peered': [%s]".formatted("{'vpc': 'vpc-0b1c', 'addresses': '10.8.0.0/16'}"));
    assertThat(deployment.peeredElsewhere(deployment.regions().get(0))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'peered': [{'vpc': 'vpc-0a1b', 'addresses': '10.40.0.0/20'}]"
            + " | $.regions[0].network.addresses: got \"10.40.0.0/16\", expected a network without"
            + " addresses of vpc-0a1b, 10.40.0.0/20, which is peered: EC2 connects no networks that"
            + " share addresses. Give the network that is made others, before it is there:"
            + " \"10.41.0.0/16\" is free, as far as this file knows",
        "'addresses': '10.8.0.0/20', 'peered': [{'vpc': 'vpc-0a1b', 'addresses': '10.8.0.0/16'},"
            + " {'vpc': 'vpc-0b1c', 'addresses': '10.40.0.0/15'}] | expected a network of IPv4, /16",
        "'vpc': 'vpc-0c1d', 'subnets': ['subnet-0a1b', 'subnet-0b1c'], 'addresses': '10.8.0.0/20',"
            + " 'peered': [{'vpc': 'vpc-0a1b', 'addresses': '10.8.0.0/16'}]"
            + " | Have nodes in that network, or in one that is made",
        "'vpc': 'vpc-0c1d', 'subnets': ['subnet-0a1b', 'subnet-0b1c'],"
            + " 'peered': [{'vpc': 'vpc-0a1b', 'addresses': '10.8.0.0/16'}]"
            + " | $.regions[0].network.addresses: got nothing, expected the addresses of vpc-0c1d",
        "'vpc': 'vpc-0c1d', 'subnets': ['subnet-0a1b', 'subnet-0b1c'], 'addresses': '10.7.0.0/20',"
            + " 'peered': [{'vpc': 'vpc-0c1d', 'addresses': '10.8.0.0/16'}]"
            + " | $.regions[0].network.peered[0].vpc: got \"vpc-0c1d\", expected another network",
        "'peered': [{'vpc': 'vpc-0a1b', 'addresses': '10.8.0.0/16'},"
            + " {'vpc': 'vpc-0a1b', 'addresses': '10.9.0.0/16'}]"
            + " | $.regions[0].network.peered[1].vpc: got \"vpc-0a1b\", expected another network",
        "'peered': [{'vpc': 'vpc-0a1b', 'addresses': '10.8.0.0/16'},"
            + " {'vpc': 'vpc-0b1c', 'addresses': '10.8.16.0/20'}]"
            + " | $.regions[0].network.peered[1].addresses: got \"10.8.16.0/20\", expected a network"
            + " without addresses of vpc-0a1b, 10.8.0.0/16: no route could tell them apart",
        "'routes': [{'to': '10.8.0.0/20', 'by': 'pcx-0a1b2c3d'}],"
            + " 'peered': [{'vpc': 'vpc-0a1b', 'addresses': '10.8.0.0/16'}]"
            + " | $.regions[0].network.routes[0].to: got \"10.8.0.0/20\", expected nothing of"
            + " vpc-0a1b, 10.8.0.0/16: \"peered\" leads there. Take the route away",
        "'peered': [{'vpc': 'subnet-0a1b', 'addresses': '10.8.0.0/16'}]"
            + " | $.regions[0].network.peered[0].vpc: got \"subnet-0a1b\", expected a network such",
        "'peered': [{'vpc': 'vpc-0a1b', 'addresses': '10.8.0.0/16', 'routeTables': ['main']}]"
            + " | $.regions[0].network.peered[0].routeTables[0]: got \"main\", expected a route",
      })
  void whatCannotBePeeredIsRejected(String network, String message) {
    assertThatThrownBy(() -> read("none", network))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(message.strip());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'peered': [{'vpc': 'vpc-0b1c', 'addresses': '10.8.0.0/20'}]"
            + " | a network without addresses of vpc-0a1b, 10.8.0.0/16: no route could tell them"
            + " apart. Without \"join\", each region's nodes reach their own",
        "'peered': [{'vpc': 'vpc-0a1b', 'addresses': '10.9.0.0/20'}]"
            + " | $.regions[1].network.peered[0].vpc: got \"vpc-0a1b\", expected a network of"
            + " us-east-1: this one is peered in eu-west-1, and is in one region only",
        "'addresses': '10.8.0.0/20' | a network without addresses of us-east-1, 10.8.0.0/20",
      })
  void joinedRegionsHaveToTellAllNetworksApart(String second, String message) {
    assertThatThrownBy(() -> read("peering", "'peered': [%s]".formatted(PEER), second))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(message.strip());
  }
}
