package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a cluster is in RDS, by what the configuration says of it. */
class RdsPlaceTest {
  private static final String REST = "abc123.eu-west-1.rds.amazonaws.com";

  @TempDir Path dir;

  private Optional<RdsPlace> place(String host, String kind, String api) throws Exception {
    write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"primary\"}");
    write(
        "sources/primary.json",
        "{\"url\": \"jdbc:postgresql://%s\", \"user\": \"app\", \"cluster\": {\"kind\": \"%s\", \"api\": {%s}}}"
            .formatted(host, kind, api));
    return ConfigurationReader.read(dir).sources().get("primary").rdsPlace();
  }

  private void write(String file, String text) throws IOException {
    FullConfiguration.write(dir, file, text);
  }

  @Test
  void aNameOfRdsSaysItAll() throws Exception {
    assertThat(place("Shop.cluster-" + REST, "aurora", ""))
        .contains(
            new RdsPlace("eu-west-1", "shop", true, Optional.empty(), Optional.of("." + REST)));
    assertThat(place("shop.cluster-ro-" + REST, "aurora", "").orElseThrow().cluster()).isTrue();
    assertThat(place("db-1." + REST, "rds", ""))
        .contains(
            new RdsPlace("eu-west-1", "db-1", false, Optional.empty(), Optional.of("." + REST)));
    assertThat(place("db-1." + REST, "aurora", "").orElseThrow().cluster()).isFalse();
  }

  @Test
  void aGlobalClusterIsKnownByItsArnAlone() throws Exception {
    write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"primary\"}");
    assertThat(global("shop.global-abc123.global.rds.amazonaws.com", "\"use\": \"on\""))
        .contains(new GlobalPlace("shop", Optional.empty(), Optional.empty()));
    assertThat(global("shop.cluster-" + REST, ""))
        .contains(new GlobalPlace("shop", Optional.of("eu-west-1"), Optional.empty()));
    assertThat(global("shop.cluster-" + REST, "\"region\": \"us-east-1\"").orElseThrow().region())
        .contains("us-east-1");
    assertThat(global("shop.cluster-" + REST, "\"use\": \"off\"")).isEmpty();
  }

  private Optional<GlobalPlace> global(String host, String api) throws Exception {
    write(
        "sources/primary.json",
        "{\"url\": \"jdbc:postgresql://%s/shop\", \"user\": \"app\", \"cluster\": {\"global\": \"%s\", \"api\": {%s}}}"
            .formatted(host, "arn:aws:rds::123456789012:global-cluster:shop", api));
    return ConfigurationReader.read(dir).sources().get("primary").globalPlace();
  }

  @Test
  void tokensAreSignedForTheRegionInAServersName() throws Exception {
    place("shop.cluster-" + REST, "aurora", "");
    DataSource source = ConfigurationReader.read(dir).sources().get("primary");

    Optional<String> writing = Optional.of("us-west-1");
    assertThat(source.tokenRegion("one.xyz789.us-east-2.rds.amazonaws.com", writing))
        .contains("us-east-2");
    assertThat(source.tokenRegion("p.proxy-xyz789.us-west-2.rds.amazonaws.com", writing))
        .contains("us-west-2");
    assertThat(source.tokenRegion("ONE.x.cn-north-1.rds.amazonaws.com.cn", writing))
        .contains("cn-north-1");
    assertThat(source.tokenRegion("10.0.0.1", writing)).contains("eu-west-1");
    String endpoint = "shop.global-q1.global.rds.amazonaws.com";
    assertThat(source.tokenRegion(endpoint, writing)).isEqualTo(writing);
    assertThat(source.tokenRegion(endpoint, Optional.empty())).contains("eu-west-1");
  }

  @Test
  void anEndpointOfOnesOwnSaysNotWhichClusterItIsOf() throws Exception {
    assertThat(place("mine.cluster-custom-" + REST, "aurora", "")).isEmpty();
    assertThat(
            place("mine.cluster-custom-" + REST, "aurora", "\"identifier\": \"shop\"")
                .orElseThrow()
                .name())
        .isEqualTo("shop");
  }

  @Test
  void anotherNameNeedsBothRegionAndIdentifier() throws Exception {
    assertThat(place("db.example", "rds", "\"region\": \"cn-north-1\"")).isEmpty();

    RdsPlace place =
        place("db.example", "rds", "\"region\": \"cn-north-1\", \"identifier\": \"db\"")
            .orElseThrow();

    assertThat(place.cluster()).isFalse();
    assertThat(place.includes("db.x.cn-north-1.rds.amazonaws.com.cn")).isTrue();
    assertThat(place.includes("db.x.cn-north-1.rds.amazonaws.com.cn.example")).isFalse();
  }

  @Test
  void aServerIsOneOfRdsInARegionOfTheClusterWhereTheUrlIsSuchAName() throws Exception {
    place("shop.cluster-" + REST, "aurora", "");
    DataSource source = ConfigurationReader.read(dir).sources().get("primary");
    List<String> regions = List.of("eu-west-1", "us-east-1");

    assertThat(source.includes("one." + REST, regions)).isTrue();
    assertThat(source.includes("two.xyz.us-east-1.rds.amazonaws.com", regions)).isTrue();
    assertThat(source.includes("three.xyz.us-west-2.rds.amazonaws.com", regions)).isFalse();
    assertThat(source.includes("evil.example", regions)).isFalse();
    place("db.example", "rds", "");
    assertThat(ConfigurationReader.read(dir).sources().get("primary").includes("10.0.0.1", regions))
        .isTrue();
  }

  @Test
  void aServerOfAnotherAccountIsNotIncluded() throws Exception {
    RdsPlace place = place("shop.cluster-" + REST, "aurora", "").orElseThrow();

    assertThat(place.includes("two." + REST)).isTrue();
    assertThat(place.includes("two.other9.eu-west-1.rds.amazonaws.com")).isFalse();
  }

  @Test
  void whoIsNotOfRdsOrDoesNotWantItIsNotAskedAbout() throws Exception {
    assertThat(place("db-1." + REST, "postgres", "")).isEmpty();
    assertThat(place("db-1." + REST, "rds", "\"use\": \"off\"")).isEmpty();
  }
}
