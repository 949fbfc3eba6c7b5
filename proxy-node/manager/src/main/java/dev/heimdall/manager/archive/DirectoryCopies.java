package dev.heimdall.manager.archive;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The files themselves, in one directory: they are written meanwhile.
 *
 * @param own the file that this manager has open, which is none of them
 */
record DirectoryCopies(Path directory, String own) implements FigureCopies {
  @Override
  public List<Copy> list() throws IOException {
    List<Copy> copies = new ArrayList<>();
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(directory, "*" + ArchiveFile.SUFFIX)) {
      for (Path file : all) {
        if (file.getFileName().toString().equals(own)) {
          continue;
        }
        copies.add(
            new Copy(
                file.getFileName().toString(),
                Files.getLastModifiedTime(file).toInstant(),
                Files.size(file)));
      }
    }
    return copies;
  }

  @Override
  public void fetch(String name, Path into) throws IOException {
    Files.copy(directory.resolve(name), into, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void delete(String name) throws IOException {
    Files.deleteIfExists(directory.resolve(name));
  }

  @Override
  public String toString() {
    return directory.toString();
  }
}
