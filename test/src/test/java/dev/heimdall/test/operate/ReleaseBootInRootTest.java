package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@code heimdall-release} does when an instance of the image starts, byte for byte, in a root
 * directory and a network of its own ({@link InstanceRoot}), with a server of releases and a
 * metadata service in that network. Releases are signed by GnuPG; only their command is a few
 * lines.
 */
@Tag("ci")
class ReleaseBootInRootTest {
  private static final Path FILES = Path.of("..", "templates", "instance");
  private static final String OLD = "old@heimdall.test";
  private static final String NEW = "new@heimdall.test";
  private static final String EXPIRED = "expired@heimdall.test";
  private static final String NEWEST = "update = newest\nupdateUrl = " + ReleaseServer.URL + "/\n";

  @TempDir private static Path keys;
  @TempDir private Path folder;
  private InstanceRoot instance;
  private PublishedReleases releases;

  @BeforeAll
  static void keys() throws Exception {
    InstanceRoot.assumePossible();
    PublishedReleases.key(keys, OLD);
    PublishedReleases.key(keys, NEW);
    PublishedReleases.key(keys, EXPIRED, "2025-02-01", "--faked-system-time", "20250101T000000");
  }

  @AfterAll
  static void end() throws Exception {
    PublishedReleases.end(keys);
  }

  /** The image has 0.1.0, and a file as somebody wants it who wants the newest. */
  @BeforeEach
  void anInstanceOfTheImage() throws Exception {
    instance = new InstanceRoot(folder);
    releases = new PublishedReleases(keys, Files.createDirectories(instance.instance("releases")));
    Path image = Files.createDirectories(instance.usr("share/heimdall"));
    releases.laidOut(image, "0.1.0", PublishedReleases.comesUp("0.1.0"), OLD, EXPIRED);
    Files.copy(FILES.resolve("heimdall-release"), image.resolve("heimdall-release"));
    Path units = Files.createDirectories(instance.usr("lib/systemd/system"));
    Files.copy(FILES.resolve("heimdall.service"), units.resolve("heimdall.service"));
    instance.withJava();
    instance.write(
        "etc/passwd",
        "root:x:0:0:root:/root:/bin/bash\nheimdall:x:201:201::/var/lib/heimdall:/sbin/nologin\n");
    instance.write("etc/group", "root:x:0:\nheimdall:x:201:\n");
    instance.write("etc/heimdall.conf", "hdRole = proxy\n" + NEWEST);
    BootedRelease.classes(instance, LivezServer.class);
    BootedRelease.classes(instance, ReleaseServer.class);
    Path metadata = Files.createDirectories(instance.instance("metadata/meta-data/services"));
    Files.writeString(metadata.resolve("partition"), "aws");
  }

  private InstanceRoot.Boot boot() throws Exception {
    return boot(InstanceRoot.UNLIMITED);
  }

  private InstanceRoot.Boot boot(String disk) throws Exception {
    Files.deleteIfExists(instance.instance("journal"));
    return instance.boot(
        Files.readString(Path.of("src", "test", "resources", "instance", "release-boot")), disk);
  }

  private Map<String, String> status() throws IOException {
    return status(instance.disk("var/lib/heimdall-release/status"));
  }

  private static Map<String, String> status(Path file) throws IOException {
    Map<String, String> status = new TreeMap<>();
    for (String line : Files.readAllLines(file)) {
      String[] parts = line.split("=", 2);
      status.put(parts[0], parts[1]);
    }
    return status;
  }

  /** One runs, and the journal and the status say why. */
  private void assertRuns(InstanceRoot.Boot boot, String version, String result, String why)
      throws Exception {
    assertThat(boot.exitCode()).as(boot.output()).isZero();
    assertThat(Files.readAllLines(instance.instance("journal")))
        .last()
        .isEqualTo("runs " + version + " as heimdall");
    assertThat(status())
        .containsEntry("running", version)
        .containsEntry("result", result)
        .hasEntrySatisfying("why", text -> assertThat(text).contains(why));
    assertThat(boot.output()).contains("release: " + status().get("why"));
  }

  @Test
  void theNewestReleaseIsTakenAndTheOneBeforeStays() throws Exception {
    releases.publish("0.2.0", PublishedReleases.comesUp("0.2.0"), OLD);

    assertRuns(boot(), "0.2.0", "updated", "it runs 0.2.0, and ran 0.1.0 before");
    assertThat(instance.files("opt/heimdall"))
        .containsEntry("/opt/heimdall/current", "-> /opt/heimdall/versions/0.2.0")
        .containsEntry("/opt/heimdall/versions/0.2.0", "rwxr-xr-x root root")
        .containsEntry("/opt/heimdall/versions/0.2.0/heimdall", "rwxr-xr-x root root");
    assertThat(instance.files("var/lib/heimdall-release"))
        .containsEntry("/var/lib/heimdall-release", "rwxr-xr-x root root")
        .containsEntry("/var/lib/heimdall-release/status", "rw-r--r-- root root");

    assertRuns(boot(), "0.2.0", "kept", "it runs 0.2.0, which is newest");

    releases.publish("0.3.0-rc1", PublishedReleases.comesUp("0.3.0-rc1"), OLD);
    assertRuns(boot(), "0.3.0-rc1", "updated", "ran 0.2.0 before");
    releases.publish("0.3.0", PublishedReleases.comesUp("0.3.0"), OLD);
    assertRuns(boot(), "0.3.0", "updated", "ran 0.3.0-rc1 before");
    assertThat(instance.disk("opt/heimdall/versions")).isDirectoryNotContaining("glob:**/0.2.0");
    assertThat(instance.disk("opt/heimdall/versions/0.3.0-rc1")).isDirectory();
  }

  @Test
  void withoutANetworkTheReleaseOfTheImageRuns() throws Exception {
    instance.write(
        "etc/heimdall.conf", "update = newest\nupdateUrl = \"https://releases.example.com/h\"\n");
    instance.fact("no-network");

    assertRuns(
        boot(),
        "0.1.0",
        "failed",
        "https://releases.example.com/h/newest cannot be fetched: curl: (6) Could not resolve"
            + " host");
  }

  @Test
  void aServerWithoutReleasesIsNamed() throws Exception {
    assertRuns(
        boot(), "0.1.0", "failed", ReleaseServer.URL + "/newest cannot be fetched: curl: (22) ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          new@heimdall.test     | ERRSIG
          expired@heimdall.test | EXPKEYSIG
          changed               | BADSIG
          none                  | SHA256SUMS.asc cannot be fetched
          """)
  void aReleaseThatIsNotSignedByAKeyOfTheImageIsNotTaken(String signer, String why)
      throws Exception {
    releases.publish("0.2.0", PublishedReleases.comesUp("0.2.0"), OLD);
    Path release = instance.instance("releases/0.2.0");
    switch (signer) {
      case "changed" ->
          Files.writeString(
              release.resolve("SHA256SUMS"),
              Files.readString(release.resolve("SHA256SUMS")) + "0".repeat(64) + "  more\n");
      case "none" -> Files.delete(release.resolve("SHA256SUMS.asc"));
      case EXPIRED ->
          releases.sign(release, List.of(EXPIRED), "--faked-system-time", "20250110T000000");
      default -> releases.sign(release, List.of(signer));
    }

    assertRuns(boot(), "0.1.0", "failed", why);
    assertThat(instance.disk("opt/heimdall/versions")).isEmptyDirectory();
  }

  /** The release between is signed by both, and brings the new one. */
  @Test
  void aKeyIsReplacedByAReleaseThatIsSignedByBoth() throws Exception {
    releases.publish("0.3.0", PublishedReleases.comesUp("0.3.0"), NEW);
    assertRuns(boot(), "0.1.0", "failed", "SHA256SUMS of 0.3.0 is not signed by a key");

    releases.publish(
        "0.2.0", PublishedReleases.comesUp("0.2.0"), null, List.of(NEW), List.of(NEW, OLD));
    assertRuns(boot(), "0.2.0", "updated", "ran 0.1.0 before");

    releases.newest("0.3.0");
    assertRuns(boot(), "0.3.0", "updated", "ran 0.2.0 before");
    releases.publish("0.4.0", PublishedReleases.comesUp("0.4.0"), OLD);
    assertRuns(boot(), "0.3.0", "failed", "SHA256SUMS of 0.4.0 is not signed by a key");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void halfAnArchiveOrAnotherOneIsNotTaken(boolean half) throws Exception {
    releases.publish("0.2.0", PublishedReleases.comesUp("0.2.0"), OLD);
    byte[] whole = Files.readAllBytes(releases.archive("0.2.0"));
    byte[] other = Arrays.copyOf(whole, whole.length / 2);
    if (!half) {
      other = whole.clone();
      other[other.length / 2]++;
    }
    Files.write(releases.archive("0.2.0"), other);

    assertRuns(
        boot(),
        "0.1.0",
        "failed",
        "heimdall-0.2.0.tar.gz is not what SHA256SUMS says: %d bytes came".formatted(other.length));
    assertThat(instance.disk("opt/heimdall/versions")).isEmptyDirectory();

    Files.write(releases.archive("0.2.0"), whole);
    assertRuns(boot(), "0.2.0", "updated", "");
  }

  @Test
  void anOlderReleaseIsNotTaken() throws Exception {
    releases.publish("0.0.9", PublishedReleases.comesUp("0.0.9"), OLD);
    assertRuns(boot(), "0.1.0", "kept", "it runs 0.1.0; " + ReleaseServer.URL + " offers 0.0.9");

    releases.publish("0.1.0-rc2", PublishedReleases.comesUp("0.1.0-rc2"), OLD);
    assertRuns(boot(), "0.1.0", "kept", "offers 0.1.0-rc2, which is older");

    // The name of a newer one does not make it one.
    Path old = instance.instance("releases/0.0.9");
    Files.move(old, instance.instance("releases/0.2.0"));
    releases.newest("0.2.0");
    assertRuns(boot(), "0.1.0", "failed", "SHA256SUMS of 0.2.0 has no heimdall-0.2.0.tar.gz");
    releases.newest("../0.2.0");
    assertRuns(boot(), "0.1.0", "failed", "\"../0.2.0\" is no version");
  }

  @Test
  void aReleaseThatDoesNotComeUpIsLeftAndNotTriedAgain() throws Exception {
    releases.publish("0.2.0", PublishedReleases.ends("0.2.0"), OLD);

    assertRuns(
        boot(),
        "0.1.0",
        "rolled back",
        "0.2.0 did not come up ready within 4 s (heimdall: the node does not answer): it runs 0.1.0"
            + " again");
    assertThat(instance.instance("journal")).content().startsWith("runs 0.2.0 as heimdall\n");

    assertRuns(boot(), "0.1.0", "failed", "0.2.0 did not come up ready before");
    assertThat(instance.instance("journal")).hasContent("runs 0.1.0 as heimdall");

    releases.publish("0.2.1", PublishedReleases.comesUp("0.2.1"), OLD);
    assertRuns(boot(), "0.2.1", "updated", "");
  }

  /** It is not the release's fault. */
  @Test
  void whereNeitherComesUpTheReleaseIsTriedAgain() throws Exception {
    Path command = instance.usr("share/heimdall/heimdall");
    Files.writeString(command, PublishedReleases.ends("0.1.0"));
    releases.publish("0.2.0", PublishedReleases.ends("0.2.0"), OLD);

    InstanceRoot.Boot boot = boot();

    assertThat(boot.exitCode()).isNotZero();
    assertThat(status())
        .containsEntry("running", "0.1.0")
        .containsEntry("result", "failed")
        .hasEntrySatisfying("why", why -> assertThat(why).startsWith("neither 0.2.0 ("));

    Files.writeString(command, PublishedReleases.comesUp("0.1.0"));
    releases.publish("0.2.0", PublishedReleases.comesUp("0.2.0"), OLD);
    assertRuns(boot(), "0.2.0", "updated", "");
  }

  @Test
  void aMachineThatWentDownMeanwhileGoesBack() throws Exception {
    releases.publish("0.2.0", PublishedReleases.comesUp("0.2.0"), OLD);
    boot();
    instance.write("var/lib/heimdall-release/trying", "0.2.0\n/usr/share/heimdall\n");

    assertRuns(boot(), "0.1.0", "failed", "the machine went down before it was ready");
  }

  @Test
  void aFullDiskIsNamed() throws Exception {
    byte[] large = new byte[12 << 20];
    new Random(1).nextBytes(large);
    Path jar = Files.write(folder.resolve("large.jar"), large);
    releases.publish("0.2.0", PublishedReleases.comesUp("0.2.0"), jar, List.of(OLD), List.of(OLD));

    InstanceRoot.Boot boot = boot("8m");

    assertThat(boot.exitCode()).as(boot.output()).isZero();
    assertThat(instance.instance("journal")).hasContent("runs 0.1.0 as heimdall");
    assertThat(status(instance.after("var/lib/heimdall-release/status")))
        .containsEntry("result", "failed")
        .hasEntrySatisfying("why", why -> assertThat(why).contains("the disk is full. "));
    assertThat(instance.after("opt/heimdall/versions")).isEmptyDirectory();
  }

  @Test
  void aVersionCanBePinned() throws Exception {
    releases.publish("0.0.9", PublishedReleases.comesUp("0.0.9"), OLD);
    releases.publish("0.2.0", PublishedReleases.comesUp("0.2.0"), OLD);
    instance.write(
        "etc/heimdall.conf",
        NEWEST.replace("= newest", "= pinned 0.0.9").replace("update ", "Update "));
    assertRuns(boot(), "0.0.9", "updated", "it runs 0.0.9, and ran 0.1.0 before");
    assertRuns(boot(), "0.0.9", "kept", "it runs 0.0.9, which is pinned 0.0.9");

    instance.write("etc/heimdall.conf", NEWEST.replace("newest", "pinned 0.7.0"));
    assertRuns(boot(), "0.0.9", "failed", "/0.7.0/SHA256SUMS cannot be fetched");

    instance.write("etc/heimdall.conf", NEWEST.replace("newest", "pinned 0.1.0"));
    assertRuns(boot(), "0.1.0", "updated", "it runs 0.1.0, and ran 0.0.9 before");
    assertThat(instance.files("opt/heimdall"))
        .containsEntry("/opt/heimdall/current", "-> /usr/share/heimdall");
  }

  @ParameterizedTest
  @ValueSource(strings = {"hdRole = proxy\n", "update = off\nupdateUrl = http://127.0.0.1:8000\n"})
  void nothingIsFetchedThatIsNotAskedFor(String conf) throws Exception {
    releases.publish("0.2.0", PublishedReleases.comesUp("0.2.0"), OLD);
    instance.write("etc/heimdall.conf", conf);

    assertRuns(boot(), "0.1.0", "kept", "it runs 0.1.0; update is off");
  }

  /** A fleet's user data has put another release there, and started it. */
  @Test
  void whatUserDataHasInstalledGoesOn() throws Exception {
    releases.laidOut(
        instance.disk("opt/heimdall/releases/r1"), "0.0.8", PublishedReleases.comesUp("0.0.8"));
    Files.createSymbolicLink(
        instance.disk("opt/heimdall/current"), Path.of("/opt/heimdall/releases/r1"));
    instance.write("etc/heimdall.conf", "hdRole = proxy\n");

    assertRuns(boot(), "0.0.8", "kept", "it runs 0.0.8; update is off");
  }

  @ParameterizedTest
  @ValueSource(strings = {"aws", "aws-us-gov", "aws-cn"})
  void theAuthoritiesOfRdsAreThoseOfThePartition(String partition) throws Exception {
    for (String each : List.of("aws", "aws-us-gov", "aws-cn")) {
      Path bundle = instance.usr("share/heimdall-rds/" + each + ".pem");
      Files.createDirectories(bundle.getParent());
      Files.writeString(bundle, "authorities of " + each);
    }
    Files.writeString(instance.instance("metadata/meta-data/services/partition"), partition);

    boot();

    assertThat(instance.files("etc/ssl/certs"))
        .containsEntry(
            "/etc/ssl/certs/global-bundle.pem", "-> /usr/share/heimdall-rds/" + partition + ".pem");
  }
}
