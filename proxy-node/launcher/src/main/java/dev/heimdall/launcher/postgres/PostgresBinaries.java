package dev.heimdall.launcher.postgres;

import dev.heimdall.launcher.embedded.ServerException;
import dev.heimdall.launcher.embedded.UnpackedPrograms;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * The unpacked programs of one PostgreSQL release: {@code initdb}, {@code pg_ctl}, {@code
 * postgres}.
 *
 * <p>The archive is found on the class path under the name its packager gave it, and is unpacked
 * once into a cache directory under a name that changes with its content.
 */
record PostgresBinaries(Path home) {

  /**
   * Finds the programs in {@code cache}, or unpacks them there first. Several processes may do so
   * at the same time: each unpacks beside the target and the first rename wins.
   *
   * @throws ServerException when this platform has no archive on the class path
   */
  static PostgresBinaries unpackedIn(Path cache, Consumer<String> progress) {
    String archive = archiveName();
    URL url = PostgresBinaries.class.getResource("/" + archive);
    if (url == null) {
      throw new ServerException(
          "no PostgreSQL for this platform: %s is not on the class path (os.name=%s, os.arch=%s);"
                  .formatted(archive, System.getProperty("os.name"), System.getProperty("os.arch"))
              + " Linux and macOS on x86_64 and ARM64 have one");
    }
    try {
      Path home = cache.resolve(archive.replace(".txz", "-") + UnpackedPrograms.mark(url));
      if (!Files.isExecutable(home.resolve("bin/postgres"))) {
        progress.accept("unpacking PostgreSQL into " + home);
        UnpackedPrograms.keep(home, "bin/postgres", folder -> unpack(url, folder));
      }
      return new PostgresBinaries(home);
    } catch (IOException e) {
      throw new ServerException(
          "cannot unpack PostgreSQL into %s (%s); set HEIMDALL_CACHE to a directory that can be written"
              .formatted(cache, e),
          e);
    }
  }

  String program(String name) {
    return home.resolve("bin").resolve(name).toString();
  }

  private static String archiveName() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String arch =
        switch (System.getProperty("os.arch")) {
          case "amd64", "x86_64" -> "x86_64";
          case "aarch64" -> "arm_64";
          default -> System.getProperty("os.arch");
        };
    if (os.contains("mac")) {
      return "postgres-darwin-" + arch + ".txz";
    }
    String libc = Files.exists(Path.of("/etc/alpine-release")) ? "-alpine_linux" : "";
    return "postgres-linux-" + arch + libc + ".txz";
  }

  private static void unpack(URL url, Path into) throws IOException {
    try (InputStream in = url.openStream();
        TarArchiveInputStream tar =
            new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(in)))) {
      extract(tar, into);
    }
  }

  private static void extract(TarArchiveInputStream tar, Path into) throws IOException {
    List<TarArchiveEntry> links = new ArrayList<>();
    for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
      Path target = into.resolve(entry.getName()).normalize();
      if (!target.startsWith(into)) {
        throw new IOException("the archive has an entry outside itself: " + entry.getName());
      }
      if (entry.isDirectory()) {
        Files.createDirectories(target);
      } else if (entry.isSymbolicLink() || entry.isLink()) {
        links.add(entry);
      } else if (!entry.getName().endsWith(".a")) {
        Files.createDirectories(target.getParent());
        Files.copy(tar, target);
        boolean program = (entry.getMode() & 0100) != 0;
        Files.setPosixFilePermissions(
            target, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
      }
    }
    for (TarArchiveEntry link : links) {
      link(link, into);
    }
  }

  private static void link(TarArchiveEntry entry, Path into) throws IOException {
    Path target = into.resolve(entry.getName()).normalize();
    Files.createDirectories(target.getParent());
    try {
      if (entry.isSymbolicLink()) {
        Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
      } else {
        Files.createLink(target, into.resolve(entry.getLinkName()).normalize());
      }
    } catch (FileAlreadyExistsException e) {
      throw new IOException("the archive has the entry twice: " + entry.getName(), e);
    }
  }
}
