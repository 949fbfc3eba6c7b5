package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data sources that have the ARN of a cluster and no URL. */
class ArnAloneTest {
  private static final String GLOBAL = "arn:aws:rds::123456789012:global-cluster:shop";
  private static final String REGIONAL = "arn:aws:rds:eu-west-1:123456789012:cluster:shop";
  private static final ServerAddress WRITER =
      new ServerAddress("shop.cluster-abc123.eu-west-1.rds.amazonaws.com", 5433);
  private static final ServerAddress FAR =
      new ServerAddress("shop-1.def456.us-east-1.rds.amazonaws.com", 5433);

  @TempDir private Path dir;

  @BeforeEach
  void vdbAndUser() throws IOException {
    write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"shop\"}");
    write("users/app.json", "{\"password\": \"app\"}");
  }

  private void write(String file, String text) throws IOException {
    FullConfiguration.write(dir, file, text);
  }

  private void source(String cluster, String more) throws IOException {
    write(
        "sources/shop.json",
        "{\"cluster\": {%s}, \"user\": \"app\", \"password\": \"x\"%s}".formatted(cluster, more));
  }

  private Configuration read(FoundClusters found) throws ConfigurationException {
    return ConfigurationReader.read(dir, RegionFacts.none(), found);
  }

  private Configuration read(FoundCluster found) throws ConfigurationException {
    return read((source, arn) -> source.equals("shop") ? Optional.of(found) : Optional.empty());
  }

  private List<String> problems(FoundClusters found) {
    return Problems.withoutPlaces(() -> read(found));
  }

  private List<String> problems() {
    return problems(FoundClusters.none());
  }

  private static FoundCluster found(Engine engine, ClusterKind kind) {
    return new FoundCluster(engine, kind, List.of(WRITER, FAR), Optional.of("orders"));
  }

  @Test
  void asLongAsNothingIsKnownItsVirtualDatabasesWaitAndOthersDoNot() throws Exception {
    source("\"global\": \"" + GLOBAL + "\"", "");
    write("sources/other.json", "{\"url\": \"jdbc:postgresql://a/b\", \"user\": \"app\"}");
    write("vdbs/other.json", "{\"ports\": [5051], \"source\": \"other\"}");
    write(
        "vdbs/both.json",
        "{\"ports\": [5052], \"source\": \"other\", \"ruleSources\": [\"shop\"]}");
    Configuration read = read(FoundClusters.none());
    assertThat(read.sources()).containsOnlyKeys("other");
    assertThat(read.vdbs()).containsOnlyKeys("other");
    assertThat(read.byArn().arns()).containsExactly(java.util.Map.entry("shop", GLOBAL));
    assertThat(read.byArn().pending()).containsOnlyKeys("shop");
    assertThat(read.byArn().waiting()).containsOnlyKeys("both", "shop");
    assertThat(ConfigurationReader.check(dir).vdbs()).containsOnlyKeys("both", "other", "shop");
    assertThat(read.byArn().pending().get("shop").globalPlace())
        .contains(new GlobalPlace("shop", Optional.empty(), Optional.empty()));
  }

  @Test
  void whatIsKnownTakesThePlaceOfTheUrl() throws Exception {
    source("\"global\": \"" + GLOBAL + "\"", "");
    Configuration read = read(found(Engine.POSTGRESQL, ClusterKind.AURORA));
    DataSource source = read.sources().get("shop");
    assertThat(source.url()).isEqualTo("jdbc:postgresql://" + WRITER + "," + FAR + "/orders");
    assertThat(source.engine()).isEqualTo(Engine.POSTGRESQL);
    assertThat(source.cluster().kind()).isEqualTo(ClusterKind.AURORA);
    assertThat(source.tls().mode()).isEqualTo(TlsMode.VERIFY_FULL);
    assertThat(source.hostPatterns().address(Optional.of("us-east-1"), "shop-9"))
        .contains(new ServerAddress("shop-9.def456.us-east-1.rds.amazonaws.com", 5433));
    assertThat(read.vdbs()).containsOnlyKeys("shop");
    assertThat(read.byArn().pending()).isEmpty();
    assertThat(read.byArn().arns()).containsKey("shop");
  }

  @Test
  void theEngineOfAClusterOfOneRegionIsFoundTooAndItsKind() throws Exception {
    source("\"arn\": \"" + REGIONAL + "\"", "");
    assertThat(problems()).isEmpty();
    DataSource source = read(found(Engine.MYSQL, ClusterKind.RDS_MULTI_AZ)).sources().get("shop");
    assertThat(source.url()).startsWith("jdbc:mysql://").endsWith("/orders");
    assertThat(source.cluster().kind()).isEqualTo(ClusterKind.RDS_MULTI_AZ);
    assertThat(read(FoundClusters.none()).byArn().pending().get("shop").rdsPlace())
        .hasValueSatisfying(
            place -> {
              assertThat(place.region()).isEqualTo("eu-west-1");
              assertThat(place.name()).isEqualTo("shop");
              assertThat(place.cluster()).isTrue();
            });
    source("\"arn\": \"arn:aws:rds:eu-west-1:123456789012:db:shop\"", "");
    assertThat(read(FoundClusters.none()).byArn().pending().get("shop").rdsPlace())
        .hasValueSatisfying(place -> assertThat(place.cluster()).isFalse());
  }

  @Test
  void aUrlThatIsWrittenCounts() throws Exception {
    source("\"global\": \"" + GLOBAL + "\"", ", \"url\": \"jdbc:postgresql://a:1/b\"");
    Configuration read = read(found(Engine.MYSQL, ClusterKind.AURORA));
    assertThat(read.sources().get("shop").url()).isEqualTo("jdbc:postgresql://a:1/b");
    assertThat(read.byArn()).isEqualTo(SourcesByArn.none());
  }

  @Test
  void withoutUrlAndArnTheUrlIsMissing() throws Exception {
    source("", "");
    assertThat(problems())
        .containsExactly(
            "sources/shop.json $.url: got nothing, expected "
                + Format.URL.expected()
                + " (required, unless \"cluster\" has an \"arn\" or \"global\")");
  }

  @Test
  void aMalformedArnIsOneProblem() throws Exception {
    source("\"global\": \"arn:aws:rds:eu-west-1:123456789012:cluster:shop\"", "");
    assertThat(problems())
        .containsExactly(
            "sources/shop.json $.cluster.global: got \""
                + REGIONAL
                + "\", expected the ARN of a"
                + " global cluster, such as \"arn:aws:rds::123456789012:global-cluster:shop\"");
    source("\"arn\": \"arn:aws:ec2:eu-west-1:123456789012:instance/i-1\"", "");
    assertThat(problems())
        .singleElement()
        .asString()
        .startsWith("sources/shop.json $.cluster.arn: got \"arn:aws:ec2:");
  }

  @Test
  void anArnOfAnotherPartitionThanItsRegionIsWrong() throws Exception {
    source("\"arn\": \"arn:aws:rds:cn-north-1:123456789012:cluster:shop\"", "");
    assertThat(problems())
        .containsExactly(
            "sources/shop.json $.cluster.arn: got"
                + " \"arn:aws:rds:cn-north-1:123456789012:cluster:shop\", expected an ARN that"
                + " begins with \"arn:aws-cn:\", as cn-north-1 is in that partition");
    source(
        "\"global\": \"arn:aws-us-gov:rds::123456789012:global-cluster:shop\","
            + " \"api\": {\"region\": \"eu-west-1\"}",
        "");
    assertThat(problems())
        .containsExactly(
            "sources/shop.json $.cluster.api.region: got \"eu-west-1\" with an ARN of the partition"
                + " aws-us-gov, expected a region of that partition");
    source("\"arn\": \"arn:aws-cn:rds:cn-north-1:123456789012:cluster:shop\"", "");
    assertThat(problems()).isEmpty();
  }

  @Test
  void aClusterOfOneRegionIsLookedUpInThatOfItsArn() throws Exception {
    source("\"arn\": \"" + REGIONAL + "\", \"api\": {\"region\": \"us-east-1\"}", "");
    assertThat(problems())
        .containsExactly(
            "sources/shop.json $.cluster.api.region: got \"us-east-1\" with an ARN of eu-west-1,"
                + " expected \"eu-west-1\", or nothing");
    source("\"arn\": \"" + REGIONAL + "\", \"api\": {\"region\": \"eu-west-1\"}", "");
    assertThat(problems()).isEmpty();
    source("\"global\": \"" + GLOBAL + "\", \"api\": {\"region\": \"us-east-1\"}", "");
    assertThat(problems()).isEmpty();
  }

  @Test
  void anEngineThatIsWrittenHasToBeTheOneThatIsFound() throws Exception {
    source("\"global\": \"" + GLOBAL + "\"", ", \"engine\": \"mysql\"");
    assertThat(problems()).isEmpty();
    assertThat(problems((s, arn) -> Optional.of(found(Engine.POSTGRESQL, ClusterKind.AURORA))))
        .containsExactly(
            "sources/shop.json $.engine: got \"mysql\", expected \"postgresql\", or nothing: that is"
                + " the engine of "
                + GLOBAL);
  }

  /** As long as the engine is not known, nothing is said that depends on it. */
  @Test
  void whatDependsOnTheEngineIsJudgedOnceItIsKnown() throws Exception {
    source("\"global\": \"" + GLOBAL + "\"", ", \"tls\": {\"direct\": true}");
    assertThat(problems()).isEmpty();
    assertThat(problems((s, arn) -> Optional.of(found(Engine.MYSQL, ClusterKind.AURORA))))
        .containsExactly(
            "sources/shop.json $.tls.direct: got a setting of PostgreSQL and SQL Server, expected"
                + " nothing, because the engine is \"mysql\"");
    assertThat(problems((s, arn) -> Optional.of(found(Engine.POSTGRESQL, ClusterKind.AURORA))))
        .isEmpty();
  }

  @Test
  void whatIsWrongAnywayIsSaidBeforeAnythingIsKnown() throws Exception {
    source(
        "\"global\": \"" + GLOBAL + "\", \"kind\": \"rds\", \"api\": {\"identifier\": \"!\"}", "");
    assertThat(problems())
        .singleElement()
        .asString()
        .startsWith("sources/shop.json $.cluster.api.identifier: got \"!\"");
    source("\"global\": \"" + GLOBAL + "\", \"kind\": \"postgres\"", "");
    assertThat(problems())
        .containsExactly(
            "sources/shop.json $.cluster.kind: got \"postgres\" with the ARN of a global cluster,"
                + " expected \"aurora\", or nothing: only Aurora has global clusters");
  }

  /** The database is the one of which the cluster was made. */
  @Test
  void whatIsWrittenPastTheNodesIsHeardInTheDatabaseThatIsFound() throws Exception {
    source("\"global\": \"" + GLOBAL + "\"", ", \"changes\": {\"notify\": true}");
    assertThat(problems()).isEmpty();
    assertThat(
            read(found(Engine.POSTGRESQL, ClusterKind.AURORA))
                .sources()
                .get("shop")
                .heardDatabases())
        .containsExactly("orders");
  }

  /** Credentials of AWS are read in a region that is known once servers are. */
  @Test
  void aSecretNeedsNoRegionBeforeAnythingIsKnown() throws Exception {
    write(
        "sources/shop.json",
        "{\"cluster\": {\"global\": \"%s\"}, \"credentials\": {\"secret\": \"prod/shop\"}}"
            .formatted(GLOBAL));
    assertThat(problems()).isEmpty();
    assertThat(
            read(found(Engine.POSTGRESQL, ClusterKind.AURORA))
                .sources()
                .get("shop")
                .credentialsRegion())
        .contains("eu-west-1");
  }

  @Test
  void aDatabaseThatNoUrlCanNameIsLeftOut() {
    FoundCluster found =
        new FoundCluster(
            Engine.POSTGRESQL, ClusterKind.AURORA, List.of(WRITER), Optional.of("a/b?c"));
    assertThat(found.database()).isEmpty();
    assertThat(found.url()).isEqualTo("jdbc:postgresql://" + WRITER);
  }

  @Test
  void enginesOfRdsThatNodesServe() {
    assertThat(Engine.ofRds("aurora-postgresql")).contains(Engine.POSTGRESQL);
    assertThat(Engine.ofRds("postgres")).contains(Engine.POSTGRESQL);
    assertThat(Engine.ofRds("mariadb")).contains(Engine.MYSQL);
    assertThat(Engine.ofRds("aurora-mysql")).contains(Engine.MYSQL);
    assertThat(Engine.ofRds("sqlserver-ee")).contains(Engine.SQLSERVER);
    assertThat(Engine.ofRds("oracle-se2")).isEmpty();
  }
}
