package dev.heimdall.cdk.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.model.ConfigurationException;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeploymentFileTest {
  private static final String FLEET = "'fleet': {'ports': [5432], 'clients': ['10.0.0.0/16']}";

  private static final Path SAMPLES = Path.of("..", "cdk-app", "samples");

  @TempDir private Path folder;

  @Test
  void theLeastThatIsWritten() throws Exception {
    Deployment deployment = DeploymentFile.read(SAMPLES.resolve("one-region.json"));
    Region region = deployment.regions().get(0);
    assertThat(region.network().vpc()).isEmpty();
    assertThat(region.fleet().architecture()).isEqualTo(Architecture.ARM64);
    assertThat(region.cache().enabled()).isTrue();
    assertThat(deployment.routing().enabled()).isFalse();
  }

  @Test
  void whatTheBuildPacksIsWhereTheDefaultsLookForIt() throws Exception {
    Region region = DeploymentFile.read(SAMPLES.resolve("one-region.json")).regions().get(0);
    Path repository = Path.of("..");
    assertThat(repository.resolve("cdk-app/release")).content().contains(region.fleet().release());
    Path jar = Path.of(region.configSync().jar());
    assertThat(repository.resolve("config-sync-lambda/pom.xml"))
        .content()
        .contains("<outputFile>${project.build.directory}/" + jar.getFileName() + "</outputFile>");
    assertThat(jar.getParent()).isEqualTo(Path.of("config-sync-lambda", "target"));
  }

  @Test
  void everySampleIsRight() throws Exception {
    List<Path> samples;
    try (var files = Files.list(SAMPLES)) {
      samples = files.filter(file -> file.toString().endsWith(".json")).toList();
    }
    assertThat(samples).isNotEmpty();
    for (Path sample : samples) {
      DeploymentFile.read(sample);
    }
  }

  @Test
  void aRegionHasFactsOfItsOwn() throws Exception {
    Path file = folder.resolve("deployment.json");
    Files.writeString(
        file,
        ("{'regions': [{'region': 'eu-west-1', "
                + FLEET
                + ", 'network': {'vpc': 'vpc-0a1b2c3d', 'subnets': ['subnet-0a1b2c3d',"
                + " 'subnet-0b1c2d3e']}, 'facts': {'subnets': ['10.8.0.0/24'], 'size': 5.5, 'note':"
                + " 'a', 'primary': true, 'none': [], 'mixed': [1, 'b']}}]}")
            .replace('\'', '"'));

    assertThat(DeploymentFile.read(file).regions().get(0).facts().values())
        .isEqualTo(
            Map.of(
                "subnets",
                List.of("10.8.0.0/24"),
                "size",
                new BigDecimal("5.5"),
                "note",
                "a",
                "primary",
                true,
                "none",
                List.of(),
                "mixed",
                List.of(BigDecimal.ONE, "b")));
  }

  /** After a change {@code -Dregenerate} writes it anew. */
  @Test
  void theReferenceIsThatOfTheRecords() throws IOException {
    Path file = Path.of("..", "docs", "deployment.md");
    String heading = "<!-- generated from deployment-file: begin -->\n\n";
    String text = Files.readString(file);
    String before = text.substring(0, text.indexOf(heading) + heading.length());
    String whole =
        before + DeploymentFile.reference() + "\n<!-- generated from deployment-file: end -->\n";
    if (System.getProperty("regenerate") != null) {
      Files.writeString(file, whole);
    }
    assertThat(file).hasContent(whole);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'fleet': {'ports': [5432], 'clients': ['0.0.0.0/0']}| $.regions[0].fleet.clients[0]: got"
            + " \"0.0.0.0/0\", expected the networks that clients are in",
        "'fleet': {'ports': [5432]} | $.regions[0].fleet.clients: got no network, expected the"
            + " networks that clients are in, such as [\"10.0.0.0/16\"], or \"clientGroups\"",
        "'fleet': {'ports': [5432], 'clientGroups': ['sg-x']} | $.regions[0].fleet.clientGroups[0]:"
            + " got \"sg-x\", expected the id of a security group",
        "'fleet': {'ports': [5432], 'cleints': ['10.0.0.0/16']}"
            + "| got the unknown key \"cleints\", expected one of ports, clients",
        "'fleet': {'ports': [5432], 'cleints': ['10.0.0.0/16']} | did you mean \"clients\"?",
        "'fleet': {'ports': [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,"
            + "28,29,30], 'clients': ['10.0.0.0/16']} | $.regions[0].fleet.ports: got 30 ports,"
            + " expected at most 29: the nodes' security group takes 60 rules",
        "'fleet': {'ports': [70000], 'clients': ['10.0.0.0/16']}"
            + "| $.regions[0].fleet.ports[0]: got 70000, expected an integer from 1 to 65535",
        "'fleet': {'ports': [5059], 'clients': ['10.0.0.0/16']}"
            + "| $.regions[0].fleet.httpPort: got 5059, expected another port",
        "'fleet': {'ports': [1], 'clients': ['10.0.0.0/16'], 'fewest': 5}"
            + "| $.regions[0].fleet.most: got 4, expected at least \"fewest\", 5",
        "'fleet': {'ports': [1], 'clients': ['10.0.0.0/16'], 'instanceType': 'c7i.large'}"
            + "| expected a type whose processors are arm64, such as \"c7g.large\"",
        FLEET
            + ", 'encryptionKey': 'alias/mine'| $.regions[0].encryptionKey: got \"alias/mine\", expected"
            + " the ARN of a key of this region, such as \"arn:aws:kms:eu-west-1:",
        FLEET
            + ", 'encryptionKey': 'arn:aws:kms:eu-west-2:123456789012:key/0a1b'|"
            + " $.regions[0].encryptionKey: got",
        FLEET
            + ", 'cache': {'existing': {'address': 'redis.example.com:6379', 'password': 'p/r'}}|"
            + " $.regions[0].cache.existing.address: got \"redis.example.com:6379\", expected a host",
        FLEET
            + ", 'cache': {'existing': {'address': 'redis.example.com'}}|"
            + " $.regions[0].cache.existing.password: got nothing, expected the name of the secret",
        FLEET
            + ", 'cache': {'existing': {'password': 'prod/redis'}}|"
            + " $.regions[0].cache.existing.address: got nothing, expected the host of the server",
        FLEET
            + ", 'cache': {'existing': {'address': 'r', 'password': 'arn:aws:x', 'securityGroup':"
            + " 'mine'}}| $.regions[0].cache.existing.securityGroup: got \"mine\", expected the id",
        FLEET
            + ", 'facts': {'store': 'mine', 'subnets': []}| $.regions[0].facts.store: got the name"
            + " \"store\", expected a name of its own: the deployment says name, bucket, httpPort,",
        FLEET + ", 'facts': {'subnets': []}| $.regions[0].facts.subnets: got the name \"subnets\"",
        FLEET
            + ", 'facts': {'a b': 1}| $.regions[0].facts[\"a b\"]: got the name \"a b\", expected a",
        FLEET
            + ", 'facts': {'at': {}}| $.regions[0].facts.at: got an object, expected a text without",
        FLEET + ", 'facts': {'at': '${writer}'}| $.regions[0].facts.at: got \"${writer}\"",
        FLEET + ", 'facts': []| $.regions[0].facts: got a list, expected an object",
        FLEET
            + ", 'manager': {'enabled': true}| $.regions[0].manager.clients: got no network,"
            + " expected the networks that people are in",
        FLEET
            + ", 'manager': {'clients': ['10.0.0.0/8', '::/0']}| $.regions[0].manager.clients[1]:"
            + " got \"0:0:0:0:0:0:0:0/0\", expected the networks that clients are in",
        FLEET
            + ", 'manager': {'size': 3}"
            + "| $.regions[0].manager.size: got 3, expected an integer from 1 to 2",
        FLEET
            + ", 'manager': {'instanceType': 't3.medium'}"
            + "| expected a type whose processors are arm64, such as \"t4g.medium\"",
        FLEET
            + ", 'manager': {'certificate': 'mine'}"
            + "| $.regions[0].manager.certificate: got \"mine\", expected the ARN of a certificate",
        FLEET
            + ", 'manager': {'conf': ['oidcClientId = a', 'managerSecret = mine']}|"
            + " $.regions[0].manager.conf[1]: got \"managerSecret = mine\", expected a line of"
            + " /etc/heimdall.conf",
        FLEET
            + ", 'manager': {'conf': ['oidcClientId = a;id']}"
            + "| $.regions[0].manager.conf[0]: got \"oidcClientId = a;id\"",
        FLEET
            + ", 'manager': {'conf': ['oidcClientId = $(id)']}"
            + "| $.regions[0].manager.conf[0]: got \"oidcClientId = $(id)\"",
        FLEET
            + ", 'manager': {'secrets': ['*']}"
            + "| $.regions[0].manager.secrets[0]: got \"*\", expected a secret's name",
        FLEET
            + ", 'instances': {'keepLogs': 31}| $.regions[0].instances.keepLogs: got 31, expected a"
            + " number of days that CloudWatch Logs knows",
        FLEET
            + ", 'instances': {'logsKey': 'arn:aws:kms:us-east-1:123456789012:key/0a1b'}"
            + "| $.regions[0].instances.logsKey: got \"arn:aws:kms:us-east-1:123456789012:key/0a1b\","
            + " expected the ARN of a key of this region",
        "'fleet': {'ports': [1], 'clients': ['10.0.0.0/16'], 'managedPolicies': ["
            + "'arn:aws:iam::aws:policy/a','arn:aws:iam::aws:policy/b','arn:aws:iam::aws:policy/c',"
            + "'arn:aws:iam::aws:policy/d','arn:aws:iam::aws:policy/e','arn:aws:iam::aws:policy/f',"
            + "'arn:aws:iam::aws:policy/g','arn:aws:iam::aws:policy/h','arn:aws:iam::aws:policy/i',"
            + "'arn:aws:iam::aws:policy/j']}, 'instances': {'sessionManager': true}"
            + "| $.regions[0].fleet.managedPolicies: got 10 policies, expected at most 9: a role"
            + " takes 10, of which Session Manager has one",
        FLEET + ", 'network': {'natGateways': 0} | at least 1, or \"endpoints\": true",
        FLEET + ", 'network': {'vpc': 'vpc-1'} | $.regions[0].network.subnets: got no subnet",
        FLEET + ", 'network': {'vpc': 'vpc-1', 'endpoints': true} | make them in your network",
        FLEET
            + ", 'network': {'addresses': '10.40.0.0/25'}"
            + "| expected a network of IPv4, /16 to /24 with 3 \"zones\"",
        FLEET + ", 'network': {'addresses': '10.40.0.0/24', 'zones': 4} | /16 to /23 with 4",
        FLEET + ", 'network': {'addresses': 'fd00::/16'} | expected a network of IPv4",
        FLEET
            + ", 'network': {'routes': [{'to': '10.41.0.0/16', 'by': 'nat-0a1b2c3d'}]}"
            + " | routes[0].by: got \"nat-0a1b2c3d\", expected a peering connection",
        FLEET
            + ", 'network': {'routes': [{'to': '10.40.128.0/17', 'by': 'pcx-0a1b2c3d'}]}"
            + " | expected a network without addresses of this one, 10.40.0.0/16",
        FLEET
            + ", 'network': {'routes': [{'to': '0.0.0.0/0', 'by': 'tgw-0a1b2c3d'}]}"
            + " | routes[0].to: got \"0.0.0.0/0\", expected a network of IPv4, /8 at the widest",
        FLEET
            + ", 'network': {'routes': [{'to': '10.41.0.0/16', 'by': 'pcx-0a1b2c3d'},"
            + " {'to': '10.41.0.0/16', 'by': 'tgw-0a1b2c3d'}]} | routes[1].to: got"
            + " \"10.41.0.0/16\" again",
        FLEET
            + ", 'network': {'vpc': 'vpc-0a1b', 'subnets': ['subnet-0a1b'],"
            + " 'routes': [{'to': '10.41.0.0/16', 'by': 'pcx-0a1b2c3d'}]}"
            + " | expected nothing: add them to the route tables of your subnets",
        FLEET
            + ", 'network': {'vpc': 'vpc-1', 'subnets': ['subnet-1']}"
            + "| $.regions[0].cache.replicas: got 1, expected 0 with a single subnet",
        "'fleet': {'ports': [1], 'clients': ['fd00::/8']}| $.regions[0].fleet.clients[0]: got"
            + " \"fd00:0:0:0:0:0:0:0/8\", expected a network of IPv4",
        FLEET + ", 'configSync': {'every': '90s'} | expected whole minutes",
        FLEET + ", 'documents': {'credentials': ['*']} | the name of a secret",
        FLEET
            + ", 'documents': {'place': 'file-system', 'initial': 'a'}"
            + "| \"manager\": {\"enabled\": true} with the \"place\" \"file-system\"",
        FLEET
            + ", 'databases': [{'cluster': 'a', 'securityGroup': 'default'}]"
            + "| $.regions[0].databases[0].securityGroup: got \"default\", expected the id",
        FLEET
            + ", 'manager': {'managedPolicies': ['AdministratorAccess']}"
            + "| expected the ARN of a policy, such as",
        FLEET + ", 'documents': {'secrets': ['prod/*']} | the whole name of a secret",
        FLEET + ", 'documents': {'secretKeys': ['alias/mine']} | the ARN of a key",
        FLEET + ", 'documents': {'secret': 'a'} | nothing, or the \"place\" \"secret\"",
        FLEET
            + ", 'documents': {'place': 'secret', 'secret': 'arn:aws:x'}"
            + "| expected the name of a secret, such as \"prod/heimdall\", not its ARN",
        FLEET + ", 'documents': {'prefix': 'topology'} | topology documents have this one",
        FLEET + ", 'account': '12' | an account's number of 12 digits",
        FLEET
            + ", 'observability': {'keepLogs': 31}| $.regions[0].observability.keepLogs: got 31,"
            + " expected a number of days that CloudWatch Logs knows: 1, 3, 5",
        "'fleet': {'ports': [1], 'clients': ['0.0.0.0/1', '128.0.0.0/1']}|"
            + " $.regions[0].fleet.clients[1]: got \"128.0.0.0/1\", expected the networks that"
            + " clients are in, /8 at the widest",
        "'fleet': {'ports': [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,"
            + " 21], 'clients': ['10.0.0.0/16', '10.1.0.0/16', '10.2.0.0/16']}|"
            + " $.regions[0].fleet.clients: got 3 networks for 21 ports, expected at most 60 rules,"
            + " ports times networks, not 63",
        "'fleet': {'ports': [1], 'clients': ['10.0.0.0/16'], 'otherTypes': ['c7g.large',"
            + " 'c6i.large']}| $.regions[0].fleet.otherTypes[1]: got \"c6i.large\", expected a type"
            + " whose processors are arm64",
        FLEET
            + ", 'databases': [{'cluster': 'a', 'instance': 'b'}]"
            + "| $.regions[0].databases[0]: got \"cluster\" and \"instance\", expected one of",
        FLEET
            + ", 'databases': [{'cluster': 'a', 'resourceId': 'orders'}]"
            + "| $.regions[0].databases[0].resourceId: got \"orders\", expected such as \"cluster-",
      })
  void whatIsWrongIsSaidWithItsPlaceAndRemedy(String region, String message) throws IOException {
    Path file = folder.resolve("deployment.json");
    Files.writeString(
        file, ("{'regions': [{'region': 'eu-west-1', " + region + "}]}").replace('\'', '"'));
    assertThatThrownBy(() -> DeploymentFile.read(file))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(message.strip());
  }

  @ParameterizedTest
  @CsvSource({
    "eu-wset-1, did you mean \"eu-west-1\"?",
    "atlantis-1, a region of AWS: af-south-1",
    "eusc-de-east-1, a region of another partition"
  })
  void anUnknownRegionIsRejected(String region, String message) throws IOException {
    Path file = folder.resolve("deployment.json");
    Files.writeString(
        file, ("{'regions': [{'region': '" + region + "', " + FLEET + "}]}").replace('\'', '"'));
    assertThatThrownBy(() -> DeploymentFile.read(file))
        .hasMessageContaining("$.regions[0].region: got \"" + region + "\"")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "us-west-1 | eu-west-1 | $.regions[0].network.zones: got 3, expected at most 2",
        "eu-west-1 | cn-north-1 | $.regions[1].region: got \"cn-north-1\", expected a region of the"
            + " same partition as \"eu-west-1\"",
        "us-gov-west-1 | us-east-1 | a region of the same partition"
      })
  void regionsThatCannotBeHadAreRejected(String first, String second, String message)
      throws IOException {
    Path file = folder.resolve("deployment.json");
    Files.writeString(
        file,
        ("{'regions': [{'region': '"
                + first
                + "', "
                + FLEET
                + "}, {'region': '"
                + second
                + "', "
                + FLEET
                + "}]}")
            .replace('\'', '"'));
    assertThatThrownBy(() -> DeploymentFile.read(file)).hasMessageContaining(message.strip());
  }

  @Test
  void allRegionsOfTheAwsSdkAreKnown() {
    assertThat(AwsRegions.ALL)
        .containsAll(
            software.amazon.awssdk.regions.Region.regions().stream()
                .filter(region -> !region.isGlobalRegion())
                .map(software.amazon.awssdk.regions.Region::id)
                .filter(id -> !id.contains("-iso"))
                .toList());
  }

  /** The first region makes the zone, which a stack of another account does not find. */
  @Test
  void regionsOfSeveralAccountsNeedAZoneThatIsThere() throws Exception {
    Path file = folder.resolve("deployment.json");
    String text =
        ("{'regions': [{'region': 'eu-west-1', " + FLEET + "}, {'region': 'us-east-1', " + FLEET)
            + "}], 'routing': {'enabled': true, 'zone': 'db.example'}}";
    Files.writeString(file, text.replace('\'', '"'));
    assertThat(DeploymentFile.read(file).routing().zoneId()).isEmpty();

    String other = text.replace("'us-east-1',", "'us-east-1', 'account': '123456789012',");
    Files.writeString(file, other.replace('\'', '"'));
    assertThatThrownBy(() -> DeploymentFile.read(file))
        .hasMessageContaining("$.routing.zoneId")
        .hasMessageContaining("regions of 2 accounts");
  }

  /** A region that got another number would get another network. */
  @Test
  void eachRegionHasAnUnchangedNumberForItsAddresses() {
    assertThat(RegionAddresses.NUMBERED).doesNotHaveDuplicates().hasSizeLessThan(100);
    assertThat(RegionAddresses.of("af-south-1", false)).hasToString("10.100.0.0/16");
    assertThat(RegionAddresses.of("us-east-1", false)).hasToString("10.133.0.0/16");
    assertThat(RegionAddresses.of("us-west-2", false)).hasToString("10.138.0.0/16");
  }

  private Map<String, String> addresses(String... regions) throws Exception {
    Path file = folder.resolve("deployment.json");
    String all = Arrays.stream(regions).collect(Collectors.joining(", " + FLEET + "}, "));
    Files.writeString(file, ("{'regions': [" + all + ", " + FLEET + "}]}").replace('\'', '"'));
    Deployment deployment = DeploymentFile.read(file);
    return deployment.regions().stream()
        .collect(
            Collectors.toMap(Region::region, region -> deployment.addresses(region).toString()));
  }

  @Test
  void aRegionThatComesOrGoesChangesNoAddressesOfAnother() throws Exception {
    String ireland = "{'region': 'eu-west-1'";
    String virginia = "{'region': 'us-east-1'";
    String sydney = "{'region': 'ap-southeast-2'";
    Map<String, String> all = addresses(ireland, virginia, sydney);
    assertThat(all)
        .containsEntry("eu-west-1", "10.40.0.0/16")
        .containsEntry("us-east-1", "10.133.0.0/16")
        .containsEntry("ap-southeast-2", "10.109.0.0/16");
    assertThat(addresses(ireland, sydney, virginia)).isEqualTo(all);
    assertThat(all).containsAllEntriesOf(addresses(ireland, sydney));
    assertThat(all).containsAllEntriesOf(addresses(ireland));
  }

  @Test
  void networksThatAreMadeAndOverlapAreKnown() throws Exception {
    Path file = folder.resolve("deployment.json");
    String regions =
        "{'region': 'eu-west-1', %s}, ".formatted(FLEET)
            + "{'region': 'us-east-1', 'network': {'addresses': '10.40.128.0/17'}, %s}, "
                .formatted(FLEET)
            + "{'region': 'eu-west-2', 'network': {'addresses': '10.41.0.0/16'}, %s}"
                .formatted(FLEET);
    Files.writeString(file, ("{'regions': [" + regions + "]}").replace('\'', '"'));
    Deployment deployment = DeploymentFile.read(file);
    List<Region> all = deployment.regions();
    assertThat(deployment.overlapping(all.get(0))).containsExactly(all.get(1));
    assertThat(deployment.overlapping(all.get(1))).containsExactly(all.get(0));
    assertThat(deployment.overlapping(all.get(2))).isEmpty();
  }

  private Deployment copied(String editedIn, String first, String second) throws Exception {
    Path file = folder.resolve("deployment.json");
    String regions =
        "{'region': 'eu-west-1', " + first + "}, {'region': 'us-east-1', " + second + "}";
    Files.writeString(
        file,
        ("{'editedIn': '" + editedIn + "', 'regions': [" + regions + "]}").replace('\'', '"'));
    return DeploymentFile.read(file);
  }

  @Test
  void theOtherRegionsHaveCopiesOfThatWhichIsEdited() throws Exception {
    Deployment deployment = copied("us-east-1", FLEET, FLEET);
    List<Region> all = deployment.regions();
    assertThat(deployment.hasCopy(all.get(0))).isTrue();
    assertThat(deployment.hasCopy(all.get(1))).isFalse();
    assertThat(deployment.copiesOf(all.get(1))).containsExactly(all.get(0));
    assertThat(deployment.copiesOf(all.get(0))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "eu-west-2| | $.editedIn: got \"eu-west-2\", expected a region of this file: eu-west-1,",
        "eu-west-1| , 'documents': {'initial': 'a'} | $.regions[1].documents.initial: got \"a\","
            + " expected nothing: the documents are those of eu-west-1",
        "eu-west-1| , 'documents': {'prefix': 'a'} | \"config\", as in eu-west-1",
        "eu-west-1| , 'documents': {'place': 'secret'} | \"bucket\", as in eu-west-1, where",
        "eu-west-1| , 'documents': {'place': 'file-system'} | a file system that EFS replicates",
        "eu-west-1| , 'account': '123456789012' | the account of eu-west-1, the one that deploys",
        "eu-west-1| , 'manager': {'enabled': true, 'clients': ['10.0.0.0/16']}"
            + " | $.regions[1].manager.enabled: got true, expected false: the documents here are"
      })
  void whatCannotBeACopyIsRejected(String editedIn, String more, String expected) {
    assertThatThrownBy(() -> copied(editedIn, FLEET, FLEET + (more == null ? "" : more)))
        .hasMessageContaining(expected);
  }

  private Deployment joined(String first, String second) throws Exception {
    return joined("peering", first, second);
  }

  private Deployment joined(String join, String first, String second) throws Exception {
    Path file = folder.resolve("deployment.json");
    String regions =
        "{'region': 'eu-west-1', %s}, {'region': 'us-east-1', %s}".formatted(first, second);
    Files.writeString(
        file, "{'join': '%s', 'regions': [%s]}".formatted(join, regions).replace('\'', '"'));
    return DeploymentFile.read(file);
  }

  private static final String GIVEN =
      FLEET + ", 'network': {'vpc': 'vpc-0a1b', 'subnets': ['subnet-0a1b', 'subnet-0b1c']%s}";

  @Test
  void networksThatAreJoinedKnowEachOthersAddresses() throws Exception {
    Deployment deployment =
        joined(
            FLEET,
            GIVEN.formatted(", 'addresses': '10.8.0.0/20', 'routeTables': ['rtb-0a1b2c3d']"));
    List<Region> all = deployment.regions();
    assertThat(deployment.joined(all.get(0))).containsExactly(all.get(1));
    assertThat(deployment.joinedAddresses(all.get(0))).hasToString("[10.8.0.0/20]");
    assertThat(deployment.joinedAddresses(all.get(1))).hasToString("[10.40.0.0/16]");
  }

  @Test
  void networksThatAreConnectedAlreadyHaveRoutesAndAccountsOfTheirOwn() throws Exception {
    String routed =
        FLEET + ", 'network': {'routes': [{'to': '10.8.0.0/16', 'by': 'tgw-0a1b2c3d'}]}";
    String given = GIVEN.formatted(", 'addresses': '10.8.0.0/20'") + ", 'account': '123456789012'";
    Deployment deployment = joined("existing", routed, given);
    assertThat(deployment.joinedAddresses(deployment.regions().get(0)))
        .hasToString("[10.8.0.0/20]");
    assertThatThrownBy(() -> joined("existing", FLEET, GIVEN.formatted("")))
        .hasMessageContaining(
            "$.regions[1].network.addresses: got nothing, expected the addresses");
  }

  @Test
  void nothingIsJoinedUnlessTheFileSaysSo() throws Exception {
    Path file = folder.resolve("deployment.json");
    Files.writeString(
        file,
        "{'regions': [{'region': 'eu-west-1', %s}, {'region': 'us-east-1', %s}]}"
            .formatted(FLEET, FLEET)
            .replace('\'', '"'));
    Deployment deployment = DeploymentFile.read(file);
    assertThat(deployment.joined(deployment.regions().get(0))).isEmpty();
    assertThat(deployment.joinedAddresses(deployment.regions().get(0))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'network': {'addresses': '10.40.128.0/17'} | $.regions[1].network.addresses: got"
            + " \"10.40.128.0/17\", expected a network without addresses of eu-west-1,"
            + " 10.40.0.0/16, with \"join\"",
        "'network': {'vpc': 'vpc-0a1b', 'subnets': ['subnet-0a1b', 'subnet-0b1c']} |"
            + " $.regions[1].network.addresses: got nothing, expected the addresses of vpc-0a1b",
        "'network': {'vpc': 'vpc-0a1b', 'subnets': ['subnet-0a1b', 'subnet-0b1c'],"
            + " 'addresses': '10.0.0.0/8'} | $.regions[1].network.addresses: got \"10.0.0.0/8\","
            + " expected a network of IPv4, /16 to /28",
        "'network': {'vpc': 'vpc-0a1b', 'subnets': ['subnet-0a1b', 'subnet-0b1c'],"
            + " 'addresses': '10.40.0.0/24'} | expected a network without addresses of eu-west-1",
        "'network': {'routes': [{'to': '10.40.0.0/20', 'by': 'pcx-0a1b2c3d'}]} |"
            + " $.regions[1].network.routes[0].to: got \"10.40.0.0/20\", expected nothing of"
            + " eu-west-1, 10.40.0.0/16: \"join\" leads there",
        "'network': {'vpc': 'vpc-0a1b', 'subnets': ['subnet-0a1b', 'subnet-0b1c'],"
            + " 'routeTables': ['subnet-0a1b']} | $.regions[1].network.routeTables[0]: got"
            + " \"subnet-0a1b\", expected a route table such as \"rtb-0abc\"",
        "'network': {'routeTables': ['rtb-0a1b']} | $.regions[1].network.routeTables: got"
            + " \"rtb-0a1b\", expected nothing, or \"vpc\"",
        "'account': '123456789012' | $.regions[1].account: got \"123456789012\", expected the"
            + " account of the first region, the one that deploys, with \"join\"",
      })
  void networksThatCannotBeJoinedAreRejected(String second, String message) {
    assertThatThrownBy(() -> joined(FLEET, FLEET + ", " + second))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(message.strip());
  }

  @Test
  void theOtherRegionsCountAmongTheRulesOfTheBalancer() throws Exception {
    String full =
        "'fleet': {'ports': [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19,"
            + " 20], 'clients': ['10.0.0.0/16', '10.1.0.0/16', '10.2.0.0/16']}";
    assertThatThrownBy(() -> joined(full, FLEET))
        .hasMessageContaining(
            "$.regions[0].fleet.clients: got 3 networks and 1 of other regions for 20 ports, expected"
                + " at most 60 rules, ports times networks, not 80");
  }
}
