package dev.heimdall.test.operate;

import dev.heimdall.test.fixture.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Releases as {@code ./release} makes them, but for the command, which is a few lines; signed by
 * GnuPG with keys that are made for it.
 */
final class PublishedReleases {
  /** Answers at a port, and says so. */
  private static final String COMES_UP =
      """
      #!/bin/bash
      case $1 in
        run)
          echo "runs %s as $(id -un)"
          exec java -cp /instance/classes dev.heimdall.test.operate.LivezServer 5059
          ;;
        ready)
          seconds=${!#}
          for ((i = 0; i < ${seconds#--wait=} * 5; i++)); do
            ! curl -fs -o /dev/null http://127.0.0.1:5059/livez || exit 0
            sleep .2
          done
          echo 'heimdall: the node does not answer' >&2
          exit 4
          ;;
      esac
      """;

  /** What a command does that ends at once. */
  static final String ENDS = COMES_UP.replace("exec java ", "exit 4; exec java ");

  private final Path home;
  private final Path folder;

  /**
   * With a keyring.
   *
   * @param home of GnuPG, whose path is short
   */
  PublishedReleases(Path home, Path folder) {
    this.home = home;
    this.folder = folder;
  }

  /** Makes a key that does not expire. */
  static void key(Path home, String name) throws Exception {
    key(home, name, "never");
  }

  static void key(Path home, String name, String expires, String... options) throws Exception {
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
    List<String> words = new ArrayList<>(List.of(options));
    words.addAll(List.of("--passphrase", "", "--quick-generate-key", name, "ed25519", "sign"));
    words.add(expires);
    gpg(home, words.toArray(String[]::new));
  }

  /** Ends what GnuPG has left running. */
  static void end(Path home) throws Exception {
    Process process =
        new ProcessBuilder("gpgconf", "--homedir", home.toString(), "--kill", "all").start();
    process.waitFor(1, TimeUnit.MINUTES);
  }

  private static void gpg(Path home, String... words) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("gpg", "--homedir", home.toString(), "--batch", "--yes"));
    command.addAll(List.of(words));
    Ended.of(new ProcessBuilder(command), home.resolve("said"), 1).well();
  }

  static String comesUp(String version) {
    return COMES_UP.formatted(version);
  }

  static String ends(String version) {
    return ENDS.formatted(version);
  }

  /** Lays one out, with the keys that sign the next one. */
  void laidOut(Path to, String version, String command, String... keys) throws Exception {
    Files.createDirectories(to.resolve("lib"));
    Files.writeString(to.resolve("lib/heimdall-launcher-" + version + ".jar"), version);
    Path heimdall = to.resolve("heimdall");
    Files.writeString(heimdall, command);
    Files.setPosixFilePermissions(heimdall, PosixFilePermissions.fromString("rwxr-xr-x"));
    List<String> words = new ArrayList<>(List.of("--output", to + "/release-keys.gpg", "--export"));
    words.addAll(List.of(keys));
    gpg(home, words.toArray(String[]::new));
  }

  /** Packs and publishes it as the newest one; what is in {@code more} is packed, too. */
  void publish(String version, String command, Path more, List<String> keys, List<String> signers)
      throws Exception {
    Path release = Files.createDirectories(folder.resolve(version));
    Path work = Files.createTempDirectory(folder.getParent(), "work");
    Path home = work.resolve("heimdall-" + version);
    laidOut(home, version, command, keys.toArray(String[]::new));
    if (more != null) {
      Files.copy(more, home.resolve(more.getFileName()));
    }
    Path archive = archive(version);
    Ended.of(
            new ProcessBuilder(
                "tar", "-C", work.toString(), "-czf", archive.toString(), "heimdall-" + version),
            work.resolve("said"),
            2)
        .well();
    sums(version);
    sign(release, signers);
    newest(version);
  }

  /** One whose key signs the next one, too. */
  void publish(String version, String command, String key) throws Exception {
    publish(version, command, null, List.of(key), List.of(key));
  }

  void newest(String version) throws IOException {
    Files.writeString(folder.resolve("newest"), version + "\n");
  }

  Path archive(String version) {
    return folder.resolve(version).resolve("heimdall-" + version + ".tar.gz");
  }

  private void sums(String version) throws Exception {
    byte[] sum = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(archive(version)));
    Files.writeString(
        folder.resolve(version).resolve("SHA256SUMS"),
        "%s  %s%n".formatted(HexFormat.of().formatHex(sum), archive(version).getFileName()));
  }

  void sign(Path release, List<String> signers, String... options) throws Exception {
    List<String> words = new ArrayList<>(List.of(options));
    signers.forEach(signer -> words.add("--local-user=" + signer));
    words.addAll(List.of("--armor", "--detach-sign", release.resolve("SHA256SUMS").toString()));
    gpg(home, words.toArray(String[]::new));
  }
}
