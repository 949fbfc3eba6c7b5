package dev.heimdall.packaging;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.launcher.Heimdall;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Packs a build. */
@Command(name = "packages", description = "Packs a build for people who install it.")
final class Packages implements Callable<Integer> {
  private static final String HOME = "usr/share/heimdall/";
  private static final String KEYS = "release-keys.gpg";

  @Option(names = "--source", required = true, description = "The source tree, built.")
  private Path source;

  @Option(names = "--version", required = true, description = "Of the release.")
  private String version;

  @Option(
      names = "--time",
      required = true,
      description = "Of all files, such as 2026-11-20T00:00:00Z.")
  private Instant time;

  @Option(names = "--maintainer", required = true, description = "Such as 'Name <address>'.")
  private String maintainer;

  @Option(names = "--output", required = true, description = "The folder for the packages.")
  private Path output;

  @Option(
      names = "--image-base",
      paramLabel = "ARCHITECTURE=FILE",
      description = "What a container image stands on, by packaging/image-base.")
  private Map<String, Path> bases = new TreeMap<>();

  @Option(
      names = "--class-cache",
      paramLabel = "ARCHITECTURE=FILE",
      description = "The cache of classes of that image, by packaging/class-cache.")
  private Map<String, Path> caches = new TreeMap<>();

  @Option(
      names = "--image-only",
      description = "Make a container image and its chart, and no packages.")
  private boolean imageOnly;

  @Option(
      names = "--release-keys",
      paramLabel = "FILE",
      description = "Public keys of GnuPG, of which one has to sign the release after this one.")
  private Optional<Path> keys = Optional.empty();

  /** Packs it; ends the JVM. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Packages()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException {
    About about = new About(version, time, maintainer);
    Path work = Files.createTempDirectory(Files.createDirectories(output), "work");
    try {
      Map<String, Path> jars = storedJars(launcher(), work);
      ObjectNode libraries = BillOfMaterials.ofShipped(bom(), jars);
      Tree home = home(about, jars, libraries);
      if (!imageOnly) {
        packages(home, libraries, about);
      }
      if (!bases.isEmpty()) {
        Path blobs = Files.createDirectory(work.resolve("blobs"));
        System.out.println(
            ContainerImage.write(home, configuration(), bases, caches, about, blobs, output));
        System.out.println(HelmChart.write(source.resolve("packaging/helm"), about, output));
      }
      return 0;
    } finally {
      try (Stream<Path> files = Files.walk(work)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private void packages(Tree home, ObjectNode libraries, About about) throws IOException {
    Path archive = archive(home, about);
    Tree machine = machine(home, about);
    System.out.println(archive);
    System.out.println(DebianPackage.write(machine, about, output));
    System.out.println(RpmPackage.write(machine, about, output));
    Files.write(
        output.resolve("heimdall-" + version + ".cdx.json"), BillOfMaterials.text(libraries));
  }

  private Path launcher() {
    return source.resolve("proxy-node/launcher/target");
  }

  private Path bom() {
    return launcher().resolve("heimdall-bom.json");
  }

  /** The command, its libraries, and what people should read, wherever they are put. */
  private Tree home(About about, Map<String, Path> jars, ObjectNode libraries) throws IOException {
    Tree tree = new Tree();
    tree.add("heimdall", Entry.File.of(source.resolve("heimdall"), Entry.RUN));
    jars.forEach((name, stored) -> tree.add("lib/" + name, Entry.File.of(stored, Entry.PLAIN)));
    tree.add("LICENSE", Entry.File.of(source.resolve("LICENSE"), Entry.PLAIN));
    tree.add("THIRD-PARTY.txt", Entry.File.of(Licences.of(libraries), Entry.PLAIN));
    tree.add("heimdall.1", Entry.File.of(Manual.of(command(), about), Entry.PLAIN));
    tree.add(
        "heimdall.bash-completion",
        Entry.File.of(
            // It is read, not run.
            AutoComplete.bash("heimdall", command()).replaceFirst("^#!.*\n", ""), Entry.PLAIN));
    keys.ifPresent(file -> tree.add(KEYS, Entry.File.of(file, Entry.PLAIN)));
    return tree;
  }

  private Path inPlace() {
    return source.resolve("templates/instance/heimdall-in-place");
  }

  private static CommandLine command() {
    return Heimdall.commandLine();
  }

  /**
   * Copies the jars of a build as they are shipped.
   *
   * @param launcher the launcher's {@code target}
   * @return the copies by file name
   */
  static Map<String, Path> storedJars(Path launcher, Path to) throws IOException {
    Map<String, Path> jars = new TreeMap<>();
    try (Stream<Path> libraries = Files.list(launcher.resolve("lib"));
        Stream<Path> own = Files.list(launcher)) {
      for (Path jar : Stream.concat(libraries, own.filter(Packages::isLauncher)).toList()) {
        String name = jar.getFileName().toString();
        if (name.endsWith(".jar")) {
          StoredJar.copy(jar, to.resolve(name));
          jars.put(name, to.resolve(name));
        }
      }
    }
    return jars;
  }

  private static boolean isLauncher(Path file) {
    return file.getFileName().toString().matches("heimdall-launcher-[0-9.]+.*\\.jar");
  }

  private Path archive(Tree home, About about) throws IOException {
    String name = "heimdall-" + about.version();
    Tree tree = new Tree().addAll("", home, path -> true);
    tree.add(
        "heimdall.conf",
        Entry.File.of(source.resolve("templates/config/heimdall.conf"), Entry.PLAIN));
    tree.add(
        "heimdall.service",
        Entry.File.of(source.resolve("templates/instance/heimdall.service"), Entry.PLAIN));
    tree.add("heimdall-in-place", Entry.File.of(inPlace(), Entry.RUN));
    dashboards(tree, "dashboards/");
    Path file = output.resolve(name + ".tar.gz");
    try (OutputStream out = Files.newOutputStream(file);
        OutputStream packed = Gzip.into(out)) {
      Tar.write(tree, name + "/", about.time(), packed);
    }
    return file;
  }

  /** Returns the installed files at their locations on Debian and Red Hat. */
  private Tree machine(Tree home, About about) throws IOException {
    Tree tree =
        new Tree()
            .addAll(
                HOME,
                home,
                path -> path.equals("heimdall") || path.equals(KEYS) || path.startsWith("lib/"));
    tree.add(HOME + "heimdall-in-place", Entry.File.of(inPlace(), Entry.RUN));
    tree.add(
        HOME + "heimdall-release",
        Entry.File.of(source.resolve("templates/instance/heimdall-release"), Entry.RUN));
    tree.add(
        "usr/lib/systemd/system/heimdall-release.service",
        Entry.File.of(source.resolve("templates/instance/heimdall-release.service"), Entry.PLAIN));
    tree.add("usr/bin/heimdall", new Entry.Link("../share/heimdall/heimdall"));
    tree.add("etc/heimdall", new Entry.Directory(0750));
    tree.add("etc/heimdall.conf", Entry.File.of(configuration(), Entry.PLAIN).edited());
    tree.add("usr/lib/systemd/system/heimdall.service", Entry.File.of(unit(), Entry.PLAIN));
    tree.add(
        "usr/lib/sysctl.d/90-heimdall.conf",
        Entry.File.of(source.resolve("templates/instance/90-heimdall.conf"), Entry.PLAIN));
    tree.add(
        "usr/lib/sysusers.d/heimdall.conf",
        Entry.File.of(Scripts.text("sysusers.conf"), Entry.PLAIN));
    tree.add(
        "usr/share/man/man1/heimdall.1.gz",
        Entry.File.of(gzip(text(home, "heimdall.1")), Entry.PLAIN));
    tree.add(
        "usr/share/bash-completion/completions/heimdall",
        home.entries().get("heimdall.bash-completion"));
    tree.add(
        "usr/share/doc/heimdall/copyright", Entry.File.of(Scripts.text("copyright"), Entry.PLAIN));
    tree.add(
        "usr/share/doc/heimdall/changelog.gz",
        Entry.File.of(gzip(about.changelog().getBytes(StandardCharsets.UTF_8)), Entry.PLAIN));
    tree.add("usr/share/doc/heimdall/THIRD-PARTY.txt", home.entries().get("THIRD-PARTY.txt"));
    dashboards(tree, HOME + "dashboards/");
    return tree;
  }

  /** Those for Grafana. */
  private void dashboards(Tree tree, String folder) throws IOException {
    try (Stream<Path> files = Files.list(source.resolve("templates/dashboards"))) {
      for (Path file : files.sorted().toList()) {
        tree.add(folder + file.getFileName(), Entry.File.of(file, Entry.PLAIN));
      }
    }
  }

  private static byte[] text(Tree home, String path) throws IOException {
    return ((Entry.File) home.entries().get(path)).content().open().readAllBytes();
  }

  private static byte[] gzip(byte[] text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream packed = Gzip.into(bytes)) {
      packed.write(text);
    }
    return bytes.toByteArray();
  }

  private String configuration() throws IOException {
    return replaced(
        source.resolve("templates/config/heimdall.conf"),
        "#configDirectory = /opt/heimdall/config",
        "configDirectory = /etc/heimdall");
  }

  private String unit() throws IOException {
    return replaced(
        source.resolve("templates/instance/heimdall.service"),
        "ExecStart=/opt/heimdall/current/heimdall run",
        "ExecStart=/usr/bin/heimdall run");
  }

  private static String replaced(Path file, String line, String by) throws IOException {
    String text = Files.readString(file, StandardCharsets.UTF_8);
    if (!text.contains(line + "\n")) {
      throw new IOException(file + " has no line " + line);
    }
    return text.replace(line + "\n", by + "\n");
  }
}
