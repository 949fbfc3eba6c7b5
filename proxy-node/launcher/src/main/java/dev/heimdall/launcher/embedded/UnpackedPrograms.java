package dev.heimdall.launcher.embedded;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/** Folders in which programs from the class path, and what they make, are kept for later runs. */
public final class UnpackedPrograms {
  private UnpackedPrograms() {}

  /** Fills an empty folder. */
  public interface Unpacking {
    void into(Path folder) throws IOException;
  }

  /**
   * {@code $HEIMDALL_CACHE}, else {@code $XDG_CACHE_HOME/heimdall}, else {@code ~/.cache/heimdall}.
   */
  public static Path defaultCache() {
    String own = System.getenv("HEIMDALL_CACHE");
    if (own != null && !own.isBlank()) {
      return Path.of(own).toAbsolutePath();
    }
    String xdg = System.getenv("XDG_CACHE_HOME");
    return xdg != null && xdg.startsWith("/")
        ? Path.of(xdg, "heimdall")
        : Path.of(System.getProperty("user.home"), ".cache", "heimdall");
  }

  /**
   * Mark that changes with the content of a file in a jar, without reading it: its checksum there.
   */
  public static String mark(URL url) throws IOException {
    URLConnection connection = url.openConnection();
    return Long.toHexString(
        connection instanceof JarURLConnection jar
            ? jar.getJarEntry().getCrc()
            : connection.getContentLengthLong());
  }

  /**
   * Unpacks beside the folder and gives it its name when all is there. Several processes may do so
   * at the same time: the first rename wins.
   *
   * @param part what a folder that is whole has
   */
  public static void keep(Path folder, String part, Unpacking unpacking) throws IOException {
    Files.createDirectories(folder.getParent());
    Path fresh = Files.createTempDirectory(folder.getParent(), ".unpacking-");
    try {
      // Readable by others: under root the server may have to run as another account.
      Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
      unpacking.into(fresh);
      try {
        Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        throw e;
      } catch (IOException e) {
        if (!Files.exists(folder.resolve(part))) {
          throw e;
        }
        // Another process was faster; its copy is as good.
      }
    } finally {
      Directories.delete(fresh);
    }
  }
}
