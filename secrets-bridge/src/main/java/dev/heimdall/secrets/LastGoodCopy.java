package dev.heimdall.secrets;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.UUID;
import javax.crypto.AEADBadTagException;

/**
 * The last configuration that was right, for when its store is away: one encrypted file, since it
 * holds passwords. Its key is beside it, readable to its owner only, unless another one is given.
 */
public final class LastGoodCopy {
  private static final Set<PosixFilePermission> OWN_FILE =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> OWN_DIRECTORY =
      PosixFilePermissions.fromString("rwx------");

  private final Path directory;
  private final Path file;
  private final String of;
  private final Optional<Path> key;

  /**
   * Neither needs to be there.
   *
   * @param directory where copies are
   * @param of the store that it is a copy of
   * @param key a file of 32 bytes, such as one on another volume; made when it is missing
   */
  public LastGoodCopy(Path directory, StoreLocation of, Optional<Path> key) {
    this.directory = directory;
    this.of = of.toString();
    this.key = key;
    file = directory.resolve(Content.of(this.of).hash().substring(0, 16) + ".copy");
  }

  /**
   * Content of a copy.
   *
   * @param secrets what those secrets held that the documents name
   * @param at when it was made
   */
  public record Saved(
      SortedMap<String, Content> contents, SortedMap<String, String> secrets, Instant at) {
    @Override
    public String toString() {
      return contents.size() + " documents and " + secrets.size() + " secrets of " + at;
    }
  }

  /**
   * Keeps these documents, in place of what was kept.
   *
   * @param secrets what those secrets hold that the documents name, by name
   */
  public void save(SortedMap<String, Content> contents, SortedMap<String, String> secrets)
      throws IOException {
    if (Files.notExists(directory)) {
      Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(OWN_DIRECTORY));
    }
    byte[] bundle = Bundle.compress(Bundle.encode(contents, secrets));
    byte[] sealed = Seal.with(key(true)).close(bundle, of);
    Path next = directory.resolve("." + UUID.randomUUID());
    try {
      NewFile.write(next, sealed, OWN_FILE);
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(next);
    }
  }

  /**
   * Returns the kept copy; empty if there is none.
   *
   * @throws IOException when there is something that cannot be read; the message says why
   */
  public Optional<Saved> load() throws IOException {
    try {
      byte[] sealed = Files.readAllBytes(file);
      byte[] bundle = Bundle.decompress(Seal.with(key(false)).open(sealed, of));
      return Optional.of(
          new Saved(
              Bundle.decode(bundle),
              Bundle.secrets(bundle),
              Files.getLastModifiedTime(file).toInstant()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (AEADBadTagException e) {
      throw new IOException("the copy " + file + " was changed, or made with another key", e);
    } catch (Bundle.Unreadable e) {
      throw new IOException("the copy " + file + " " + e.getMessage(), e);
    }
  }

  private byte[] key(boolean make) throws IOException {
    Path path = key.orElse(directory.resolve("key"));
    if (make && Files.notExists(path)) {
      try {
        makeKey(path);
      } catch (FileAlreadyExistsException e) {
        // Another process makes it.
      }
    }
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
    if (!OWN_FILE.containsAll(permissions)) {
      throw new IOException(
          "the key "
              + path
              + " can be read by others than its owner ("
              + PosixFilePermissions.toString(permissions)
              + "): chmod 600 "
              + path);
    }
    byte[] bytes = Files.readAllBytes(path);
    if (bytes.length != Seal.KEY_BYTES) {
      throw new IOException(
          "the key " + path + " has " + bytes.length + " bytes; it needs " + Seal.KEY_BYTES);
    }
    return bytes;
  }

  /** It is there as a whole or not at all: with a part of it nothing could be kept ever after. */
  private static void makeKey(Path path) throws IOException {
    Path next = path.resolveSibling("." + UUID.randomUUID());
    try {
      NewFile.write(next, Seal.newKey(), OWN_FILE);
      Files.createLink(path, next);
    } finally {
      Files.deleteIfExists(next);
    }
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
