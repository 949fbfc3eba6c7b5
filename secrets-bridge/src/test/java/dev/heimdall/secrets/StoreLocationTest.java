package dev.heimdall.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How places of configurations are written. */
class StoreLocationTest {
  private static StoreLocation.Place place(String region) {
    return new StoreLocation.Place(Optional.ofNullable(region), Optional.empty());
  }

  @ParameterizedTest
  @CsvSource({
    "conf, conf",
    "/etc/x, /etc/x",
    "file:/etc/x, /etc/x",
    "file:///etc/x, /etc/x",
    "./a:b, ./a:b"
  })
  void directories(String written, String path) {
    assertThat(StoreLocation.of(written)).isEqualTo(new StoreLocation.Directory(Path.of(path)));
  }

  @Test
  void buckets() {
    assertThat(StoreLocation.of("s3://shop-conf/fleet/blue/"))
        .isEqualTo(new StoreLocation.Bucket("shop-conf", "fleet/blue", place(null)))
        .hasToString("s3://shop-conf/fleet/blue");
    assertThat(StoreLocation.of("s3://shop-conf?region=eu-west-1&endpoint=http://localhost:5000"))
        .isEqualTo(
            new StoreLocation.Bucket(
                "shop-conf",
                "",
                new StoreLocation.Place(
                    Optional.of("eu-west-1"), Optional.of(URI.create("http://localhost:5000")))))
        .hasToString("s3://shop-conf");
  }

  @Test
  void bucketsWithCommits() {
    assertThat(StoreLocation.of("s3://conf/a?commits=read"))
        .isEqualTo(new StoreLocation.Bucket("conf", "a", place(null), StoreLocation.Commits.READ))
        .hasToString("s3://conf/a");
    assertThat(StoreLocation.of("s3://conf/a?region=eu-west-1&commits=write"))
        .isEqualTo(
            new StoreLocation.Bucket(
                "conf", "a", place("eu-west-1"), StoreLocation.Commits.WRITTEN));
    assertThat(StoreLocation.of("s3://conf/a?commits=prefer"))
        .isEqualTo(
            new StoreLocation.Bucket("conf", "a", place(null), StoreLocation.Commits.PREFERRED));
    assertThatThrownBy(() -> StoreLocation.of("s3://conf/a?commits=yes"))
        .hasMessageContaining("write, read or prefer");
    assertThatThrownBy(() -> StoreLocation.of("secret:a?commits=read"))
        .hasMessageContaining("is for buckets");
  }

  @Test
  void secrets() {
    assertThat(StoreLocation.of("secret:heimdall/conf"))
        .isEqualTo(new StoreLocation.Secret("heimdall/conf", place(null), Optional.empty()));
    String arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:conf-AbCdEf";
    assertThat(StoreLocation.of("secret:" + arn + "?overflow=s3://big/one"))
        .isEqualTo(
            new StoreLocation.Secret(
                arn,
                place("eu-west-1"),
                Optional.of(new StoreLocation.Bucket("big", "one", place("eu-west-1")))))
        .hasToString("secret:" + arn);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "s3:bucket",
        "s3://B",
        "s3://bucket/p?zone=1",
        "s3://bucket/p?overflow=s3://other",
        "s3://bucket/p?region=here",
        "s3://bucket/p?endpoint=localhost",
        "secret:",
        "secret:a b",
        "secret:name?overflow=/tmp",
        "http://example.com/conf"
      })
  void whatIsNoPlaceIsRefusedWithAHint(String written) {
    assertThatThrownBy(() -> StoreLocation.of(written))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + written + "\"")
        .hasMessageMatching(".* written .*|.*may stand.*|.*for secrets.*");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "/x", "../x", "a//b", ".hidden", "a/.b", "a/../b", "README.md", "a\nb"})
  void namesThatLeadElsewhereAreNone(String name) {
    assertThatThrownBy(() -> Change.create(name, Content.of("{}")))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
