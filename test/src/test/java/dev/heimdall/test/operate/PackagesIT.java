package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heimdall.test.fixture.Ended;
import dev.heimdall.test.fixture.HeimdallJvm;
import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Packages as dpkg and rpm take them, each with a root of its own: installed, upgraded, removed.
 * The first one has the classes that the command needs to say its version, the second one no more
 * than one needs that is not run: all of them would be packed for a minute.
 */
@Tag("long")
class PackagesIT {
  private static final Path SOURCES = sources();

  private static final String FIRST = "1.2.3";
  private static final String SECOND = "1.2.4";

  @TempDir private static Path directory;
  @TempDir private static Path packages;

  private static Path sources() {
    Path here = Path.of("heimdall");
    return (Files.isRegularFile(here) ? Path.of("") : Path.of("..")).toAbsolutePath().normalize();
  }

  @BeforeAll
  static void pack() throws Exception {
    Toolchain.need("package-tools", "dpkg, rpm");
    assumeTrue(
        System.getProperty("user.name").equals("root"), "only root can install as a package does");
    packed(FIRST, loaded("--version"));
    packed(SECOND, Map.of());
  }

  /** The names of classes that a command loads, as jars have them, by the jar. */
  private static Map<Path, Set<String>> loaded(String... words) throws Exception {
    Pattern line = Pattern.compile("([\\w.$]+) source: file:(\\S+[.]jar)");
    Map<Path, Set<String>> names = new TreeMap<>();
    run(HeimdallJvm.command(List.of(words), "-Xlog:class+load", "-Xshare:off")
            .toArray(String[]::new))
        .lines()
        .map(line::matcher)
        .filter(Matcher::find)
        .forEach(
            found ->
                names
                    .computeIfAbsent(Path.of(found.group(2)), jar -> new HashSet<>())
                    .add(found.group(1).replace('.', '/') + ".class"));
    return names;
  }

  /**
   * Packs a release.
   *
   * @param classes that are in it, beside the launcher's, by the jar
   */
  private static void packed(String version, Map<Path, Set<String>> classes) throws Exception {
    Path source = directory.resolve("source-" + version);
    PackedSources.copy(SOURCES, source);
    Path target = SOURCES.resolve("proxy-node/launcher/target");
    Path copy = Files.createDirectories(source.resolve("proxy-node/launcher/target/lib"));
    Path launcher = launcher(target);
    Files.copy(launcher, copy.resolveSibling(launcher.getFileName()));
    for (Map.Entry<Path, Set<String>> jar : classes.entrySet()) {
      if (!jar.getKey().getFileName().equals(launcher.getFileName())) {
        copy(jar.getKey(), jar.getValue(), copy.resolve(jar.getKey().getFileName()));
      }
    }
    Files.copy(target.resolve("heimdall-bom.json"), copy.resolveSibling("heimdall-bom.json"));
    run(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "dev.heimdall.packaging.Packages",
        "--source=" + source,
        "--version=" + version,
        "--time=2026-11-20T00:00:00Z",
        "--maintainer=Somebody <somebody@example.com>",
        "--output=" + packages);
  }

  private static Path launcher(Path target) throws IOException {
    try (Stream<Path> files = Files.list(target)) {
      return files
          .filter(
              file ->
                  file.getFileName()
                      .toString()
                      .matches("heimdall-launcher-[0-9.]+(-SNAPSHOT)?[.]jar"))
          .findAny()
          .orElseThrow();
    }
  }

  /** Of classes only those; all that is no class. */
  private static void copy(Path from, Set<String> classes, Path to) throws IOException {
    try (JarFile jar = new JarFile(from.toFile());
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(to))) {
      for (JarEntry entry : Collections.list(jar.entries())) {
        if (!entry.getName().endsWith(".class") || classes.contains(entry.getName())) {
          out.putNextEntry(new ZipEntry(entry.getName()));
          try (InputStream in = jar.getInputStream(entry)) {
            in.transferTo(out);
          }
        }
      }
    }
  }

  /** Runs it to a good end; what it says. */
  private static String run(String... command) throws Exception {
    Path output = Files.createTempFile(directory, "output", ".txt");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Ended program = Ended.of(builder, output, 10);
    assertThat(program.exitCode()).as("%s: %s", String.join(" ", command), program.text()).isZero();
    return program.text();
  }

  /** A system that has users, and no packages. */
  private static Path root(String name) throws IOException {
    Path root = directory.resolve(name);
    Files.createDirectories(root.resolve("var/lib/dpkg/info"));
    Files.createDirectories(root.resolve("var/lib/dpkg/updates"));
    Files.createFile(root.resolve("var/lib/dpkg/status"));
    Files.createFile(root.resolve("var/lib/dpkg/available"));
    Files.createDirectories(root.resolve("etc"));
    Files.writeString(root.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
    Files.writeString(root.resolve("etc/group"), "root:x:0:\n");
    return root;
  }

  /** In a root where nothing else is installed, and whose scripts run from this machine's. */
  private static String dpkg(Path root, String... words) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "dpkg",
                "--root=" + root,
                "--force-script-chrootless",
                "--force-depends",
                "--force-confold"));
    command.addAll(List.of(words));
    return run(command.toArray(String[]::new));
  }

  @Test
  void aDebianPackageIsInstalledUpgradedRemovedAndPurged() throws Exception {
    Path root = root("debian");
    Path first = packages.resolve("heimdall_1.2.3_all.deb");
    Path second = packages.resolve("heimdall_1.2.4_all.deb");

    String said = dpkg(root, "--install", first.toString());

    assertThat(said).contains("systemctl enable --now heimdall");
    assertThat(run(root.resolve("usr/bin/heimdall").toString(), "--version"))
        .startsWith("heimdall ");
    assertThat(root.resolve("etc/passwd")).content().contains("heimdall:x:");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(root.resolve("etc/heimdall"))))
        .isEqualTo("rwxr-x---");
    String group =
        Files.readString(root.resolve("etc/group"))
            .replaceAll("(?s).*heimdall:x:([0-9]+):.*", "$1");
    assertThat(Files.getAttribute(root.resolve("etc/heimdall"), "unix:gid")).hasToString(group);
    assertThat(root.resolve("usr/lib/systemd/system/heimdall.service"))
        .content()
        .contains("ExecStart=/usr/bin/heimdall run\n", "User=heimdall");
    assertThat(root.resolve("usr/share/heimdall/heimdall-release")).isExecutable();
    assertThat(root.resolve("usr/share/heimdall/heimdall-in-place")).isExecutable();
    assertThat(root.resolve("usr/lib/systemd/system/heimdall-release.service"))
        .content()
        .contains("ExecStart=/bin/bash /usr/share/heimdall/heimdall-release\n");
    assertThat(root.resolve("usr/share/heimdall/dashboards/fleet.json"))
        .hasSameTextualContentAs(SOURCES.resolve("templates/dashboards/fleet.json"));

    Path conf = root.resolve("etc/heimdall.conf");
    assertThat(conf).content().contains("\nconfigDirectory = /etc/heimdall\n");
    Files.writeString(conf, "hdRole = both\nconfigDirectory = /etc/heimdall\n");
    Files.createDirectories(root.resolve("etc/heimdall/vdbs"));
    Files.createDirectories(root.resolve("var/lib/heimdall"));
    assertThat(dpkg(root, "--install", second.toString())).doesNotContain("systemctl enable");
    assertThat(conf).content().startsWith("hdRole = both");
    assertThat(dpkg(root, "--status", "heimdall")).contains("Version: 1.2.4");

    dpkg(root, "--remove", "heimdall");
    assertThat(root.resolve("usr/bin/heimdall")).doesNotExist();
    assertThat(root.resolve("usr/share/heimdall")).doesNotExist();
    assertThat(conf).exists();
    assertThat(root.resolve("var/lib/heimdall")).exists();

    dpkg(root, "--purge", "heimdall");
    assertThat(conf).doesNotExist();
    assertThat(root.resolve("var/lib/heimdall")).doesNotExist();
    assertThat(root.resolve("etc/heimdall/vdbs")).exists(); // people's own
  }

  @Test
  void anRpmIsInstalledUpgradedAndRemoved() throws Exception {
    Path root = root("red-hat");
    Path first = packages.resolve("heimdall-1.2.3-1.noarch.rpm");
    Path second = packages.resolve("heimdall-1.2.4-1.noarch.rpm");

    assertThat(run("rpm", "--checksig", "--nosignature", first.toString())).contains("digests OK");
    // Each of rpm's own features is one that it has.
    assertThat(run("rpm", "--query", "--package", "--requires", first.toString()).lines())
        .contains("java-headless >= 1:17", "/usr/bin/bash")
        .filteredOn(line -> !line.startsWith("rpmlib(") && !line.startsWith("java-headless"))
        .allMatch(line -> line.startsWith("/"));
    rpm(root, "--install", first.toString());
    assertThat(run(root.resolve("usr/bin/heimdall").toString(), "--version"))
        .startsWith("heimdall ");
    Path conf = root.resolve("etc/heimdall.conf");
    Files.writeString(conf, "hdRole = both\n");

    rpm(root, "--upgrade", second.toString());
    assertThat(conf).content().startsWith("hdRole = both");
    assertThat(run("rpm", "--root", root.toString(), "--query", "heimdall")).contains("1.2.4-1");
    rpm(root, "--verify", "heimdall", "--nofiles");

    rpm(root, "--erase", "heimdall");
    assertThat(root.resolve("usr/share/heimdall")).doesNotExist();
    assertThat(root.resolve("etc/heimdall.conf.rpmsave")).content().startsWith("hdRole = both");
  }

  /** There is no shell in the root for the scripts, which are the ones that dpkg has run. */
  private static void rpm(Path root, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("rpm", "--root", root.toString(), "--nodeps"));
    if (!words[0].equals("--verify")) {
      command.add("--noscripts");
    }
    command.addAll(List.of(words));
    run(command.toArray(String[]::new));
  }
}
