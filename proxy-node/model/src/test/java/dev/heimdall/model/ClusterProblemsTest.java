package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clusters and drivers that are wrong, and exactly what is said of them. */
class ClusterProblemsTest {
  private static final String KIND = "\"cluster\": {\"kind\": \"postgres\"";

  @TempDir Path dir;

  @BeforeEach
  void rightConfiguration() throws IOException {
    write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"primary\"}");
    source("jdbc:postgresql://a,b", "");
  }

  private void write(String file, String text) throws IOException {
    FullConfiguration.write(dir, file, text);
  }

  private void source(String url, String more) throws IOException {
    write(
        "sources/primary.json",
        "{\"url\": \"%s\", \"user\": \"app\"%s}"
            .formatted(url, more.isEmpty() ? ", " + KIND + "}" : ", " + more));
  }

  private void driver(String writerUrl, String readerUrl) throws IOException {
    write(
        "drivers/own.json",
        "{\"writerUrl\": \"%s\", \"readerUrl\": \"%s\"}".formatted(writerUrl, readerUrl));
  }

  private List<String> problems() {
    return Problems.withoutPlaces(() -> ConfigurationReader.read(dir));
  }

  @Test
  void aCacheNeedsAClusterAndACatalogue() throws IOException {
    write(
        "vdbs/shop.json",
        "{\"ports\": [5050], \"source\": \"primary\", \"cache\": {\"enabled\": true}}");
    assertThat(problems()).isEmpty();
    source("jdbc:postgresql://a", "\"cluster\": {}");
    assertThat(problems())
        .containsExactly(
            "vdbs/shop.json $.cache.enabled: got true, expected false, or a \"cluster.kind\" other"
                + " than \"none\" in sources/primary.json: the node must notice when another"
                + " server is the writer");
    source("jdbc:postgresql://a", KIND + "}, \"catalog\": {\"enabled\": false}");
    assertThat(problems())
        .containsExactly(
            "vdbs/shop.json $.cache.enabled: got true, expected false, or \"catalog.enabled\" true"
                + " in sources/primary.json: without it nobody knows which tables a result is"
                + " from");
  }

  @Test
  void writesPastTheNodesAreHeardOfAWriterInDatabasesThatAreKnown() throws IOException {
    String listening = "\"changes\": {\"notify\": true}";
    source("jdbc:postgresql://a/shop", KIND + "}, " + listening);
    assertThat(problems()).isEmpty();
    source("jdbc:postgresql://a/shop", listening);
    assertThat(problems())
        .containsExactly(
            "sources/primary.json $.changes.notify: got true, expected false, or a"
                + " \"cluster.kind\" other than \"none\": the node must notice when another server"
                + " is the writer");
    source("jdbc:postgresql://a", KIND + "}, " + listening);
    assertThat(problems())
        .containsExactly(
            "sources/primary.json $.changes.databases: got nothing, and a \"url\" without a"
                + " database, expected the databases whose writes are to be heard");
    source(
        "jdbc:postgresql://a/shop",
        KIND + "}, \"changes\": {\"notify\": true, \"password\": \"x\", \"slot\": \"Big\"}");
    assertThat(problems())
        .containsExactly(
            "sources/primary.json $.changes.user: got nothing, expected a user for"
                + " \"changes.password\"",
            "sources/primary.json $.changes.slot: got \"Big\", expected 1 to 40 lower-case"
                + " letters, digits and \"_\", such as \"heimdall\"");
    source("jdbc:mysql://a/shop", "\"cluster\": {\"kind\": \"mysql\"}, " + listening);
    assertThat(problems())
        .containsExactly(
            "sources/primary.json $.changes.notify: got a setting of PostgreSQL, expected nothing,"
                + " because the engine is \"mysql\"");
  }

  @Test
  void aClusterOfSeveralHostsIsRight() {
    assertThat(problems()).isEmpty();
  }

  @Test
  void aHostThatIsNamedTwiceIsAProblem() throws IOException {
    source("jdbc:postgresql://a,b,a:5432/shop", "");

    assertThat(problems())
        .containsExactly(
            "sources/primary.json $.url: got a:5432 again, expected each host only once");
  }

  @Test
  void somebodyHasToAskTheServers() throws IOException {
    write("sources/primary.json", "{\"url\": \"jdbc:postgresql://a\", " + KIND + "}}");

    assertThat(problems())
        .containsExactly(
            "sources/primary.json $.cluster.probe.user: got nothing, expected somebody who asks the"
                + " servers what they are, here or as the source's \"user\"");
  }

  @Test
  void aPasswordOfNobodyIsAProblem() throws IOException {
    source("jdbc:postgresql://a", KIND + ", \"probe\": {\"password\": \"hunter2\"}}");

    assertThat(problems())
        .containsExactly(
            "sources/primary.json $.cluster.probe.user: got nothing, expected a user for"
                + " \"cluster.probe.password\"");
  }

  @Test
  void anArnIsOneOfRdsAndOfACluster() throws IOException {
    source("jdbc:postgresql://a", KIND + ", \"arn\": \"arn:aws:s3:::bucket\"}");
    assertThat(problems())
        .singleElement()
        .asString()
        .startsWith(
            "sources/primary.json $.cluster.arn: got \"arn:aws:s3:::bucket\", expected an ARN of"
                + " RDS");

    source(
        "jdbc:postgresql://a",
        "\"cluster\": {\"arn\": \"arn:aws:rds:eu-west-1:123456789012:cluster:shop\"}");
    assertThat(problems())
        .singleElement()
        .asString()
        .startsWith("sources/primary.json $.cluster.arn: got")
        .contains("a \"kind\" of \"cluster\"");
  }

  @Test
  void aUrlIsInTheRegionOfTheArn() throws IOException {
    String aurora =
        "\"cluster\": {\"kind\": \"aurora\", \"arn\":"
            + " \"arn:aws:rds:eu-west-1:123456789012:cluster:shop\"}";
    source("jdbc:postgresql://shop.cluster-abc123.us-east-1.rds.amazonaws.com/shop", aurora);
    assertThat(problems())
        .containsExactly(
            "sources/primary.json $.cluster.arn: got"
                + " \"arn:aws:rds:eu-west-1:123456789012:cluster:shop\" with a \"url\" in us-east-1,"
                + " expected an ARN of us-east-1, or a \"url\" of eu-west-1");
    source("jdbc:postgresql://shop.cluster-abc123.eu-west-1.rds.amazonaws.com/shop", aurora);
    assertThat(problems()).isEmpty();
  }

  @Test
  void auroraNeedsToKnowWhereItsServersAre() throws IOException {
    source("jdbc:postgresql://db.example", "\"cluster\": {\"kind\": \"aurora\"}");

    assertThat(problems())
        .containsExactly(
            "sources/primary.json $.cluster.hostPattern: got nothing, and a \"url\" that is no name"
                + " of RDS, expected a host with one \"?\" in place of a node's own name, such as"
                + " \"?.abc123.eu-west-1.rds.amazonaws.com\", with or without a port: Aurora tells"
                + " names of servers, not where they are");
  }

  @Test
  void everyProblemOfAClusterIsNamedAtOnce() throws IOException {
    source(
        "jdbc:postgresql://a",
        "\"driver\": \"postgresq\", \"cluster\": {\"kind\": \"postgress\", \"consistancy\":"
            + " \"fleet\", \"probe\": {\"interval\": \"10ms\"}, \"lag\": {\"maxBytes\": \"1 MB\"},"
            + " \"hostPattern\": \"db\", \"nodes\": [{\"address\": \"a:0\", \"weight\": 1001}]}");

    assertThat(problems())
        .containsExactly(
            "sources/primary.json $.driver: got \"postgresq\", expected the name of a document in"
                + " drivers, or of a built-in driver (mysql, postgresql, sqlserver); did you mean"
                + " \"postgresql\"?",
            "sources/primary.json $.cluster.kind: got \"postgress\", expected one of \"none\","
                + " \"postgres\", \"mysql\", \"group-replication\", \"sqlserver\","
                + " \"availability-group\", \"rds\", \"rds-multi-az\", \"aurora\"; did you mean"
                + " \"postgres\"?",
            "sources/primary.json $.cluster.consistancy: got the unknown key \"consistancy\","
                + " expected one of kind, global, arn, reads, consistency, hostPattern,"
                + " hostPatterns, writeEndpoint, readEndpoint, nodes, probe, api, lag, balance,"
                + " failover; did you mean"
                + " \"consistency\"?",
            "sources/primary.json $.cluster.probe.interval: got \"10ms\", expected a duration with"
                + " a unit (ms, s, m, h, d) from 100ms to 1h",
            "sources/primary.json $.cluster.lag.maxBytes: got \"1 MB\", expected a size such as"
                + " \"64KiB\" or \"16MiB\", or a number of bytes without quotes, from 0 to"
                + " 1024GiB, or 0 (no limit); did you mean \"1MiB\"?",
            "sources/primary.json $.cluster.hostPattern: got \"db\", expected a host with one \"?\""
                + " in place of a node's own name, such as"
                + " \"?.abc123.eu-west-1.rds.amazonaws.com\", with or without a port",
            "sources/primary.json $.cluster.nodes[0].address: got \"a:0\", expected a port from 1"
                + " to 65535 after the host",
            "sources/primary.json $.cluster.nodes[0].weight: got 1001, expected an integer from 1"
                + " to 1000, or 0 (no reads)");
  }

  @Test
  void aServerThatIsDescribedTwiceIsAProblem() throws IOException {
    source(
        "jdbc:postgresql://a",
        KIND + ", \"nodes\": [{\"address\": \"a\"}, {\"address\": \"a:5432\"}]}");

    assertThat(problems())
        .containsExactly(
            "sources/primary.json $.cluster.nodes[1].address: got a:5432 again, expected each"
                + " server only once");
  }

  @Test
  void intervalsThatContradictEachOtherAreProblems() throws IOException {
    source(
        "jdbc:postgresql://a",
        KIND
            + ", \"probe\": {\"interval\": \"1s\", \"failedInterval\": \"2s\"},"
            + " \"balance\": {\"ejectFor\": \"2s\", \"ejectAtMost\": \"1s\"}}");

    assertThat(problems())
        .containsExactly(
            "sources/primary.json $.cluster.probe.failedInterval: got \"2s\", expected not more"
                + " than \"interval\", which is 1s",
            "sources/primary.json $.cluster.balance.ejectFor: got \"2s\", expected not more than"
                + " \"ejectAtMost\", which is 1s");
  }

  @Test
  void aDriverOfAnotherEngineIsAProblem() throws IOException {
    source("jdbc:postgresql://a", "\"driver\": \"mysql\"");

    assertThat(problems())
        .containsExactly(
            "sources/primary.json $.driver: got \"mysql\", a driver with URLs of another engine,"
                + " expected a driver for the engine \"postgresql\"");
  }

  @Test
  void anEndpointThatNobodyKnowsIsAProblem() throws IOException {
    driver("jdbc:postgresql://${writeEndpoint}", "jdbc:postgresql://${readEndpoint}");
    source("jdbc:postgresql://a", "\"driver\": \"own\", " + KIND + "}");

    assertThat(problems())
        .containsExactly(
            "sources/primary.json $.cluster.readEndpoint: got nothing, and a \"url\" that is no"
                + " cluster endpoint of RDS, expected what ${readEndpoint} of the driver \"own\""
                + " stands for: a host with or without a port, such as \"db.example:5432\" or"
                + " \"[::1]:5432\"");
  }

  @Test
  void anEndpointFollowsFromTheNameOfAnAuroraCluster() throws Exception {
    driver("jdbc:postgresql://${writeEndpoint}", "jdbc:postgresql://${readEndpoint}");
    source(
        "jdbc:postgresql://shop.cluster-abc1.eu-west-1.rds.amazonaws.com/shop",
        "\"driver\": \"own\", \"cluster\": {\"kind\": \"aurora\"}");

    DataSource source = ConfigurationReader.read(dir).sources().get("primary");

    assertThat(source.writeEndpoint())
        .hasToString("shop.cluster-abc1.eu-west-1.rds.amazonaws.com:5432");
    assertThat(source.readEndpoint().orElseThrow())
        .hasToString("shop.cluster-ro-abc1.eu-west-1.rds.amazonaws.com:5432");
    assertThat(source.hostPatterns().address(Optional.empty(), "shop-1").orElseThrow())
        .hasToString("shop-1.abc1.eu-west-1.rds.amazonaws.com:5432");
  }

  @Test
  void theWriterEndpointOfAGlobalClusterIsANameOfRds() throws Exception {
    String url = "jdbc:postgresql://shop.global-abc123xyz.global.rds.amazonaws.com:5432/shop";
    source(
        url,
        "\"cluster\": {\"kind\": \"aurora\","
            + " \"arn\": \"arn:aws:rds::123456789012:global-cluster:shop\"}");

    DataSource source = ConfigurationReader.read(dir).sources().get("primary");

    assertThat(source.tls().mode()).isEqualTo(TlsMode.VERIFY_FULL);
    assertThat(source.hostPatterns().address(Optional.of("eu-west-1"), "shop-1")).isEmpty();
    assertThat(source.includes("shop-1.abc.eu-west-1.rds.amazonaws.com", List.of("eu-west-1")))
        .isTrue();
    assertThat(source.includes("shop-1.example", List.of("eu-west-1"))).isFalse();

    source(
        url,
        "\"cluster\": {\"kind\": \"aurora\","
            + " \"hostPattern\": \"?.abc123.eu-west-1.rds.amazonaws.com\"}");
    assertThat(
            ConfigurationReader.read(dir)
                .sources()
                .get("primary")
                .hostPatterns()
                .address(Optional.of("eu-west-1"), "shop-1"))
        .isPresent();

    source(url, "\"cluster\": {\"kind\": \"aurora\"}");
    assertThat(problems())
        .containsExactly(
            "sources/primary.json $.cluster.global: got nothing with the endpoint of a global"
                + " cluster, expected the ARN of the global cluster, or a \"hostPattern\" for"
                + " servers of one region");
  }

  private static final String GLOBAL = "arn:aws:rds::123456789012:global-cluster:shop";

  private DataSource global(String url, String cluster) throws Exception {
    source(url, "\"cluster\": {\"global\": \"" + GLOBAL + "\"" + cluster + "}");
    return ConfigurationReader.read(dir).sources().get("primary");
  }

  @Test
  void theArnOfAGlobalClusterIsAllThatItNeeds() throws Exception {
    for (String host :
        List.of(
            "shop.global-abc123xyz.global.rds.amazonaws.com",
            "shop-eu.cluster-abc1.eu-west-1.rds.amazonaws.com",
            "db.internal.example")) {
      DataSource source = global("jdbc:postgresql://" + host + "/shop", "");

      assertThat(source.cluster().kind()).isEqualTo(ClusterKind.AURORA);
      assertThat(source.cluster().ofGlobalCluster()).isTrue();
      assertThat(source.cluster().arn()).contains(GLOBAL);
    }

    source("jdbc:postgresql://a", "\"cluster\": {\"arn\": \"" + GLOBAL + "\"}");
    DataSource byArn = ConfigurationReader.read(dir).sources().get("primary");
    assertThat(byArn.cluster()).isEqualTo(global("jdbc:postgresql://a", "").cluster());
  }

  @Test
  void eachRegionOfAGlobalClusterHasAPatternOfItsOwn() throws Exception {
    HostPatterns patterns =
        global(
                "jdbc:postgresql://one.cluster-abc1.eu-west-1.rds.amazonaws.com,"
                    + "two.xyz9.us-east-1.rds.amazonaws.com",
                ", \"hostPatterns\": {\"us-east-1\": \"?.tunnel.example:6000\"}")
            .hostPatterns();

    assertThat(patterns.address(Optional.of("eu-west-1"), "s"))
        .contains(new ServerAddress("s.abc1.eu-west-1.rds.amazonaws.com", 5432));
    assertThat(patterns.address(Optional.of("us-east-1"), "s"))
        .contains(new ServerAddress("s.tunnel.example", 6000));
    assertThat(patterns.address(Optional.of("eu-central-1"), "s")).as("not known").isEmpty();
    assertThat(patterns.address(Optional.empty(), "s")).as("nobody says where").isEmpty();
    assertThat(
            patterns
                .learning(List.of("x.q1.eu-central-1.rds.amazonaws.com", "other.example"))
                .address(Optional.of("eu-central-1"), "s"))
        .contains(new ServerAddress("s.q1.eu-central-1.rds.amazonaws.com", 5432));
  }

  @Test
  void aPatternOfOneRegionNamesNoServerOfAnother() throws Exception {
    HostPatterns bound =
        global(
                "jdbc:postgresql://db.example",
                ", \"hostPattern\": \"?.abc1.eu-west-1.rds.amazonaws.com\"")
            .hostPatterns();
    assertThat(bound.address(Optional.of("eu-west-1"), "s")).isPresent();
    assertThat(bound.address(Optional.of("us-east-1"), "s")).isEmpty();

    HostPatterns unbound =
        global("jdbc:postgresql://db.example", ", \"hostPattern\": \"?.example\"").hostPatterns();
    assertThat(unbound.address(Optional.of("us-east-1"), "s"))
        .contains(new ServerAddress("s.example", 5432));
  }

  @Test
  void whatContradictsAGlobalClusterIsAProblem() throws IOException {
    source(
        "jdbc:postgresql://a",
        "\"cluster\": {\"kind\": \"none\", \"global\": \""
            + GLOBAL
            + "\", \"arn\": \"arn:aws:rds:eu-west-1:123456789012:cluster:shop\"}");
    assertThat(problems())
        .containsExactlyInAnyOrder(
            "sources/primary.json $.cluster.arn: got"
                + " \"arn:aws:rds:eu-west-1:123456789012:cluster:shop\" beside another \"global\","
                + " expected nothing: \"global\" says which cluster it is",
            "sources/primary.json $.cluster.kind: got \"none\" with the ARN of a global cluster,"
                + " expected \"aurora\", or nothing: only Aurora has global clusters");

    source(
        "jdbc:postgresql://a",
        "\"cluster\": {\"global\": \"arn:aws:rds:eu-west-1:123456789012:cluster:shop\"}");
    assertThat(problems())
        .containsExactly(
            "sources/primary.json $.cluster.global: got"
                + " \"arn:aws:rds:eu-west-1:123456789012:cluster:shop\", expected the ARN of a"
                + " global cluster, such as \"arn:aws:rds::123456789012:global-cluster:shop\"");
  }

  @Test
  void patternsOfRegionsAreOfThoseRegions() throws IOException {
    String patterns =
        "\"hostPatterns\": {\"us-east-1\": \"?.abc1.eu-west-1.rds.amazonaws.com\","
            + " \"Ireland\": \"?.example\"}";
    source(
        "jdbc:postgresql://a", "\"cluster\": {\"global\": \"" + GLOBAL + "\", " + patterns + "}");
    assertThat(problems())
        .containsExactlyInAnyOrder(
            "sources/primary.json $.cluster.hostPatterns[\"us-east-1\"]: got"
                + " \"?.abc1.eu-west-1.rds.amazonaws.com\", whose region is \"eu-west-1\","
                + " expected a pattern of \"us-east-1\"",
            "sources/primary.json $.cluster.hostPatterns.Ireland: got the region \"Ireland\","
                + " expected the name of an AWS region, such as \"eu-west-1\"");

    source(
        "jdbc:postgresql://a.abc1.eu-west-1.rds.amazonaws.com",
        "\"cluster\": {\"kind\": \"aurora\", \"hostPatterns\": {\"us-east-1\": \"?.example\"}}");
    assertThat(problems())
        .containsExactly(
            "sources/primary.json $.cluster.hostPatterns: got patterns of regions, expected"
                + " \"global\" beside it, or one \"hostPattern\": other clusters have one region");
  }

  @Test
  void twoUrlsOfOneDriverAreForOneEngine() throws IOException {
    driver("jdbc:postgresql://${writer}", "jdbc:mysql://${reader}");

    assertThat(problems())
        .containsExactly(
            "drivers/own.json $.readerUrl: got \"jdbc:mysql://${reader}\", expected a URL for the"
                + " same kind of database as \"writerUrl\"");
  }

  @Test
  void aVariableInTheWrongTemplateIsAProblem() throws IOException {
    driver("jdbc:postgresql://${reader}", "jdbc:postgresql://${writer}");

    assertThat(problems())
        .containsExactly(
            "drivers/own.json $.writerUrl: got \"jdbc:postgresql://${reader}\", expected one of"
                + " ${writer}, ${writers}, ${readers}, ${writeEndpoint}: ${reader} belongs in"
                + " \"readerUrl\"",
            "drivers/own.json $.readerUrl: got \"jdbc:postgresql://${writer}\", expected one of"
                + " ${reader}, ${readers}, ${readEndpoint}: ${writer} belongs in \"writerUrl\"");
  }

  @Test
  void anUnknownVariableIsNamedWithTheNearest() throws IOException {
    driver("jdbc:postgresql://${wirter}/${database}", "jdbc:postgresql://${readerEndpoint}");

    assertThat(problems())
        .containsExactly(
            "drivers/own.json $.writerUrl: got \"jdbc:postgresql://${wirter}/${database}\","
                + " expected one of ${writer}, ${writers}, ${readers}, ${writeEndpoint}; did you"
                + " mean \"jdbc:postgresql://${writer}/${database}\"?",
            "drivers/own.json $.readerUrl: got \"jdbc:postgresql://${readerEndpoint}\", expected"
                + " one of ${reader}, ${readers}, ${readEndpoint}; did you mean"
                + " \"jdbc:postgresql://${readEndpoint}\"?");
  }

  @Test
  void aSecretInATemplateIsNotShown() throws IOException {
    driver(
        "jdbc:postgresql://${writer}/?password=hunter2",
        "jdbc:sqlserver://${reader};password=hunter2");

    assertThat(problems())
        .hasSize(2)
        .noneMatch(problem -> problem.contains("hunter2"))
        .first()
        .asString()
        .endsWith("use the setting \"password\" instead of \"password\" of the data source");
  }

  @Test
  void anApiThatIsNeededMustKnowOfTheCluster() throws IOException {
    source("jdbc:postgresql://a", KIND + ", \"api\": {\"use\": \"on\"}}");

    assertThat(problems())
        .containsExactly(
            "sources/primary.json $.cluster.api.use: got \"on\" with the kind \"postgres\","
                + " expected \"rds\", \"rds-multi-az\" or \"aurora\" as \"kind\": the API knows of"
                + " no others");
  }

  @Test
  void anApiThatIsNeededMustBeToldWhereAndWhat() throws IOException {
    source(
        "jdbc:postgresql://a",
        "\"cluster\": {\"kind\": \"rds\", \"api\": {\"use\": \"on\", \"region\":"
            + " \"eu-west-1\", \"endpoint\": \"rds.example\"}}");

    assertThat(problems())
        .containsExactly(
            "sources/primary.json $.cluster.api.endpoint: got \"rds.example\", expected a URL such"
                + " as \"https://rds.eu-west-1.amazonaws.com\"");

    source(
        "jdbc:postgresql://a",
        "\"cluster\": {\"kind\": \"rds\", \"api\": {\"use\": \"on\", \"region\":"
            + " \"eu-west-1\"}}");

    assertThat(problems())
        .containsExactly(
            "sources/primary.json $.cluster.api.use: got \"on\", and a \"url\" that does not say"
                + " what RDS calls the cluster, or where it is, expected \"identifier\" and"
                + " \"region\" beside it");
  }

  @Test
  void onlyAGlobalClusterHasAFence() throws Exception {
    assertThat(
            global("jdbc:postgresql://a", ", \"failover\": {\"fence\": \"30s\"}")
                .cluster()
                .failover()
                .fence())
        .isEqualTo(Duration.ofSeconds(30));
    assertThat(global("jdbc:postgresql://a", "").cluster().failover().fence()).isZero();

    source(
        "jdbc:postgresql://a",
        "\"cluster\": {\"kind\": \"postgres\", \"failover\": {\"fence\": \"30s\"}}");
    assertThat(problems())
        .containsExactly(
            "sources/primary.json $.cluster.failover.fence: got \"30s\" with a cluster of one region,"
                + " expected \"0\", or the ARN of a global cluster in \"global\": another region has to"
                + " confirm the writer");
  }

  @Test
  void strictReadsAreNeverStale() throws Exception {
    String cluster =
        "\"cluster\": {\"kind\": \"postgres\", \"consistency\": \"%s\", \"failover\":"
            + " {\"staleReads\": \"10s\"}}";
    for (String level : List.of("session", "fleet")) {
      source("jdbc:postgresql://a", cluster.formatted(level));
      DataSource read = ConfigurationReader.read(dir).sources().get("primary");
      assertThat(read.cluster().failover().staleReads()).isEqualTo(Duration.ofSeconds(10));
    }
    source("jdbc:postgresql://a", cluster.formatted("strict"));
    assertThat(problems())
        .containsExactly(
            "sources/primary.json $.cluster.failover.staleReads: got \"10s\" with the consistency"
                + " \"strict\", expected \"0\", or the consistency \"fleet\" or \"session\": with"
                + " \"strict\" no read misses what was acknowledged");
  }
}
