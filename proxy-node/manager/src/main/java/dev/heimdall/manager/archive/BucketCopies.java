package dev.heimdall.manager.archive;

import dev.heimdall.secrets.BucketFiles;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoreLocation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Copies in S3, of managers that have no directory in common: each puts its own there now and then.
 * Not thread-safe.
 */
final class BucketCopies implements FigureCopies, AutoCloseable {
  private final StoreLocation.Bucket place;
  private Optional<BucketFiles> files = Optional.empty();

  BucketCopies(StoreLocation.Bucket place) {
    this.place = place;
  }

  private interface Call<T> {
    T on(BucketFiles files) throws StoreException;
  }

  private <T> T call(Call<T> call) throws IOException {
    try {
      if (files.isEmpty()) {
        files = Optional.of(BucketFiles.open(place));
      }
      return call.on(files.get());
    } catch (StoreException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public List<Copy> list() throws IOException {
    return call(BucketFiles::list).stream()
        .filter(file -> file.name().endsWith(ArchiveFile.SUFFIX))
        .map(file -> new Copy(file.name(), file.written(), file.size()))
        .toList();
  }

  @Override
  public void fetch(String name, Path into) throws IOException {
    Files.deleteIfExists(into);
    if (!call(open -> open.get(name, into))) {
      throw new NoSuchFileException(name);
    }
  }

  @Override
  public void delete(String name) throws IOException {
    call(
        open -> {
          open.delete(name);
          return null;
        });
  }

  void put(String name, Path file) throws IOException {
    call(
        open -> {
          open.put(name, file);
          return null;
        });
  }

  @Override
  public String toString() {
    return place.toString();
  }

  @Override
  public void close() {
    files.ifPresent(BucketFiles::close);
  }
}
