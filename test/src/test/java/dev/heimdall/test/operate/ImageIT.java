package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Ended;
import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code templates/image/provision} and {@code inspect}, byte for byte, in a root directory of
 * their own ({@link InstanceRoot}): the release's RPM is installed by rpm, with its scripts. Then
 * what an instance of the image does that nobody gave user data: the manager of the real release
 * takes the instance's id as the first password.
 */
@Tag("long")
class ImageIT {
  private static final Path SOURCES = Path.of("..").toAbsolutePath().normalize();
  private static final Path IMAGE = SOURCES.resolve("templates/image");

  /** The package has hardly any library, as packing takes long: the rest is put beside it. */
  private static final String FEW = "picocli.*[.]jar";

  private static final String BESIDE =
      """
      mkdir -p /usr/share/heimdall/lib
      cp /instance/lib/*.jar /usr/share/heimdall/lib/
      """;

  @TempDir private static Path work;
  private static Path input;

  @TempDir private Path folder;
  private InstanceRoot instance;

  /**
   * The RPM as {@code ./release} makes it, and authorities, as {@code packaging/ami-input} does.
   */
  @BeforeAll
  static void pack() throws Exception {
    InstanceRoot.assumePossible();
    Toolchain.need("package-tools", "dpkg, rpm");
    Path source = work.resolve("source");
    PackedSources.copy(SOURCES, source);
    Path lib = Files.createDirectories(source.resolve("proxy-node/launcher/target/lib"));
    libraries(FEW, lib);
    Path target = SOURCES.resolve("proxy-node/launcher/target");
    copy(target, "heimdall-launcher-[0-9.]+(-SNAPSHOT)?[.]jar", lib.getParent());
    copy(target, "heimdall-bom[.]json", lib.getParent());
    Path release = work.resolve("release");
    run(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp",
        System.getProperty("java.class.path"),
        "dev.heimdall.packaging.Packages",
        "--source=" + source,
        "--version=1.2.3",
        "--time=2026-11-20T00:00:00Z",
        "--maintainer=Somebody <somebody@example.com>",
        "--output=" + release);
    sums(release);
    run(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=Root -keyout"
            .split(" "),
        work + "/key.pem",
        "-out",
        work + "/aws.pem");
    String digest =
        run("openssl", "x509", "-in", work + "/aws.pem", "-noout", "-fingerprint", "-sha256")
            .strip()
            .replaceFirst(".*=", "")
            .replace(":", "")
            .toLowerCase(Locale.ROOT);
    Files.writeString(work.resolve("authorities"), digest + "  aws  Root\n");
    input = work.resolve("input.tar.gz");
    run(
        "env",
        "RDS_AUTHORITIES=" + work.resolve("authorities"),
        SOURCES.resolve("packaging/ami-input").toString(),
        release.toString(),
        input.toString(),
        "aws=" + work + "/aws.pem",
        "aws-us-gov=none",
        "aws-cn=none");
  }

  private static void libraries(String names, Path to) throws IOException {
    copy(SOURCES.resolve("proxy-node/launcher/target/lib"), names, to);
  }

  private static void copy(Path from, String names, Path to) throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        if (file.getFileName().toString().matches(names)) {
          Files.copy(file, to.resolve(file.getFileName()));
        }
      }
    }
  }

  private static void sums(Path release) throws Exception {
    StringBuilder sums = new StringBuilder();
    try (Stream<Path> files = Files.list(release)) {
      for (Path file : files.toList()) {
        byte[] sum = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
        sums.append(HexFormat.of().formatHex(sum)).append("  ").append(file.getFileName());
        sums.append('\n');
      }
    }
    Files.writeString(release.resolve("SHA256SUMS"), sums.toString());
  }

  private static String run(String... command) throws Exception {
    return Ended.of(new ProcessBuilder(command), Files.createTempFile(work, "output", ".txt"), 10)
        .well();
  }

  private static void run(String[] command, String... more) throws Exception {
    List<String> words = new ArrayList<>(Arrays.asList(command));
    words.addAll(List.of(more));
    run(words.toArray(String[]::new));
  }

  /** An instance that somebody has worked on. */
  @BeforeEach
  void anInstanceOfAmazonLinux() throws Exception {
    instance = new InstanceRoot(folder);
    Path initialiser = instance.usr("bin/cloud-init");
    Files.copy(Path.of("src", "test", "resources", "instance", "bin", "note"), initialiser);
    Files.setPosixFilePermissions(initialiser, PosixFilePermissions.fromString("rwxr-xr-x"));
    instance.write("etc/os-release", "ID=\"amzn\"\nVERSION_ID=\"2023\"\n");
    instance.write(
        "etc/passwd",
        "root:x:0:0:root:/root:/bin/bash\nec2-user:x:1000:1000::/home/ec2-user:/bin/bash\n");
    instance.write("etc/group", "root:x:0:\nec2-user:x:1000:\n");
    instance.write(
        "etc/shadow", "root:*:19000:0:99999:7:::\nec2-user:$6$salt$hash:19000:0:99999:7:::\n");
    instance.write("etc/machine-id", "0123456789abcdef0123456789abcdef\n");
    instance.write("etc/ssh/ssh_host_ed25519_key", "a key\n");
    instance.write("home/ec2-user/.ssh/authorized_keys", "ssh-ed25519 AAAA mine\n");
    instance.write("home/ec2-user/.bash_history", "export PASSWORD=secret\n");
    instance.write("root/.aws/credentials", "[default]\n");
    instance.write("var/log/messages", "what was done here\n");
    for (String script : List.of("provision", "inspect")) {
      Files.copy(IMAGE.resolve(script), instance.instance(script));
    }
    Files.copy(input, instance.instance("input.tar.gz"));
    BootedRelease.classes(instance, ReleaseServer.class);
    Path metadata = Files.createDirectories(instance.instance("metadata/meta-data/services"));
    Files.writeString(metadata.resolve("partition"), "aws");
    Files.writeString(metadata.resolveSibling("instance-id"), "i-0a1b2c3d4e5f60718");
  }

  private InstanceRoot.Boot boot(String... scripts) throws Exception {
    return instance.boot("#!/bin/bash\nset -e\n" + String.join("\n", scripts));
  }

  private static String provision(String environment) {
    return "cp /instance/input.tar.gz /tmp/heimdall-ami-input.tar.gz\n"
        + environment
        + " bash /instance/provision";
  }

  @Test
  void anInspectionFindsWhatOthersMustNotGet() throws Exception {
    InstanceRoot.Boot boot = boot("bash /instance/inspect");

    assertThat(boot.exitCode()).isOne();
    assertThat(boot.output())
        .contains(
            "! /home/ec2-user/.ssh/authorized_keys has keys",
            "! there are host keys of SSH",
            "! ec2-user has a password",
            "! root may log in by SSH",
            "! SSH takes passwords",
            "! there is /home/ec2-user/.bash_history",
            "! there is /root/.aws",
            "! the machine has an id",
            "! the user heimdall is missing, or can log in",
            "! heimdall-release does not start with the machine",
            "! Java is missing");
  }

  @Test
  void anInstanceWithoutUserDataIsOneServerWhoseFirstPasswordIsItsId() throws Exception {
    libraries("(?!" + FEW + ").*[.]jar", Files.createDirectories(instance.instance("lib")));
    String first = "-u admin:i-0a1b2c3d4e5f60718";
    String address = " http://127.0.0.1:8087/api/v1/account";

    InstanceRoot.Boot boot =
        boot(
            BESIDE,
            provision("HEIMDALL_UPDATE_URL=" + ReleaseServer.URL),
            "echo cached: /usr/share/heimdall/cache/classes-*",
            "bash /instance/inspect",
            "echo '-- the instance starts'",
            "export HEIMDALL_READY_SECONDS=120",
            Files.readString(Path.of("src", "test", "resources", "instance", "release-boot"))
                .replaceFirst("#!.*\n", ""),
            "curl -s -o /dev/null -w 'nobody: %{http_code}\\n' -u admin:heimdall" + address,
            "curl -s -w '\\nfirst: %{http_code}\\n' " + first + address + "s",
            "curl -s -o /dev/null -w 'changed: %{http_code}\\n' "
                + first
                + " -X PUT -H 'Content-Type: application/json' -d '{\"current\":"
                + " \"i-0a1b2c3d4e5f60718\", \"password\": \"my own password\"}'"
                + address
                + "/password",
            "curl -s -o /dev/null -w 'own: %{http_code}\\n' -u 'admin:my own password'"
                + address
                + "s",
            "curl -s -o /dev/null -w 'id: %{http_code}\\n' " + first + address);

    assertThat(boot.exitCode()).as(boot.output()).isZero();
    assertThat(boot.output())
        .contains(
            "provision: heimdall-1.2.3-1.noarch for ",
            "cached: /usr/share/heimdall/cache/classes-",
            "inspect: nothing found. heimdall ",
            "the authorities of RDS for aws-cn are missing",
            "release: " + ReleaseServer.URL + "/newest cannot be fetched",
            "nobody: 401",
            "password_change_required",
            "first: 403",
            "changed: 204",
            "own: 200",
            "id: 401")
        .doesNotContain("classes-*");
    assertThat(boot.calls())
        .contains("systemctl enable heimdall-release.service", "cloud-init clean --logs")
        .anyMatch(call -> call.startsWith("dnf -y -q upgrade"));
    assertThat(instance.disk("etc/shadow"))
        .content()
        .contains("ec2-user:!$6$salt$hash:")
        .containsPattern("(?m)^heimdall:[!*]");
    for (String gone :
        List.of(
            "etc/ssh/ssh_host_ed25519_key",
            "home/ec2-user/.ssh/authorized_keys",
            "home/ec2-user/.bash_history",
            "root/.aws")) {
      assertThat(instance.disk(gone)).doesNotExist();
    }
    assertThat(instance.disk("etc/machine-id")).isEmptyFile();
    assertThat(instance.disk("var/log/messages")).isEmptyFile();
    assertThat(instance.files("etc/ssl/certs"))
        .containsEntry("/etc/ssl/certs/global-bundle.pem", "-> /usr/share/heimdall-rds/aws.pem");
    assertThat(instance.files("opt/heimdall"))
        .containsEntry("/opt/heimdall/config", "rwxr-x--- heimdall heimdall")
        .containsEntry("/opt/heimdall/current", "-> /usr/share/heimdall");
    // The one that runs is not root's.
    assertThat(instance.instance("journal")).content().contains("managing on port 8087");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(instance.disk("var/lib/heimdall"))))
        .isEqualTo("rwx------");
  }

  @Test
  void anotherSystemIsNotTouched() throws Exception {
    instance.write("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n");

    InstanceRoot.Boot boot = boot(provision(""));

    assertThat(boot.exitCode()).isOne();
    assertThat(boot.output())
        .contains("provision: this is debian 12; expected is Amazon Linux 2023");
    assertThat(boot.calls()).isEmpty();
    assertThat(instance.disk("home/ec2-user/.ssh/authorized_keys")).isNotEmptyFile();
  }

  @Test
  void aDamagedInputIsNotInstalled() throws Exception {
    Path file = instance.instance("input.tar.gz");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));

    InstanceRoot.Boot boot = boot(provision(""));

    assertThat(boot.exitCode()).isNotZero();
    assertThat(boot.calls()).isEmpty();
  }
}
