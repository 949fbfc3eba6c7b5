package dev.heimdall.engine.config;

import dev.heimdall.model.SecretReference;
import dev.heimdall.model.report.ConfigurationHash;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Outside view of the files of a configuration: cheap to take, and different after any change that
 * is not hidden on purpose. It needs no notification by the file system, which network file systems
 * do not give for other machines' writes.
 */
record Fingerprint(Map<Path, String> files) {
  private static final int DEEPEST = 8;

  /**
   * Looks at all files below a directory, except for those that the reader ignores.
   *
   * @param also more files to look at, wherever they are
   * @throws IOException when the directory cannot be read
   */
  static Fingerprint of(Path dir, Set<Path> also) throws IOException {
    Map<Path, String> files = new TreeMap<>();
    // Other texts in place of those that the documents name are another configuration.
    Path secrets = dir.resolve(SecretReference.FILE);
    Files.walkFileTree(
        dir,
        EnumSet.of(FileVisitOption.FOLLOW_LINKS),
        DEEPEST,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return !folder.equals(dir) && ignored(folder)
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (!ignored(file) || file.equals(secrets)) {
              files.put(file, stamp(attributes));
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (file.equals(dir)) {
              throw e;
            }
            // It went away between listing and looking, or is a link to nowhere.
            return FileVisitResult.CONTINUE;
          }
        });
    files.putAll(ofFiles(also).files());
    return new Fingerprint(files);
  }

  /**
   * Of what is in those files that are in a directory, as far as it counts. A file that has gone
   * meanwhile is left out as well.
   */
  String hash(Path dir) {
    ConfigurationHash hash = new ConfigurationHash();
    for (Path file : files.keySet()) {
      String name = file.startsWith(dir) ? dir.relativize(file).toString() : "";
      if (!name.isEmpty() && ConfigurationHash.counts(name)) {
        add(hash, name, file);
      }
    }
    return hash.shown();
  }

  private static void add(ConfigurationHash hash, String name, Path file) {
    try {
      hash.add(name, Files.readAllBytes(file));
    } catch (IOException e) {
      // What the node could read of it is over; it will look again.
    }
  }

  /** Looks at some files only; one that is missing is missing in the result. */
  static Fingerprint ofFiles(Set<Path> some) {
    Map<Path, String> files = new TreeMap<>();
    for (Path file : some) {
      try {
        files.put(file, stamp(Files.readAttributes(file, BasicFileAttributes.class)));
      } catch (IOException e) {
        // Its absence says what is to be said.
      }
    }
    return new Fingerprint(files);
  }

  private static boolean ignored(Path path) {
    String name = path.getFileName().toString();
    return name.startsWith(".") || name.endsWith(".md");
  }

  /** The file key tells a file from another one that was renamed to its place. */
  private static String stamp(BasicFileAttributes attributes) {
    return attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey();
  }
}
