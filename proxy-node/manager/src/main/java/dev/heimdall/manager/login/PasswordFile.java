package dev.heimdall.manager.login;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A password as the first line of a file that not everybody may read. */
final class PasswordFile implements PasswordSource {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  private static final Set<PosixFilePermission> OWN_FILE =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> OWN_DIRECTORY =
      PosixFilePermissions.fromString("rwx------");

  /** No password is that long; something else was named. */
  private static final int LARGEST = 4096;

  private static final int RANDOM_BYTES = 24;

  static final String OF_ADMIN = "the manager's password file";

  /** The name of a file of the manager's own. */
  static final String MADE = "manager-password";

  private final Path file;
  private final String what;
  private final boolean own;

  /**
   * @param what it is, for people
   */
  PasswordFile(Path file, String what) {
    this(file, what, false);
  }

  private PasswordFile(Path file, String what, boolean own) {
    this.file = file;
    this.what = what;
    this.own = own;
  }

  /** The manager's own file, which is made if there is none yet. */
  static PasswordFile made(Path directory) throws PasswordException {
    Path file = directory.resolve(MADE);
    try {
      if (Files.notExists(file)) {
        make(file);
      }
    } catch (IOException e) {
      throw new PasswordException(
          "no password could be made for the manager: %s: %s. Name a place for it with managerSecret or managerPasswordFile, or a directory that can be written to with --state."
              .formatted(e.getClass().getSimpleName(), e.getMessage()),
          e);
    }
    LOG.info("the password of the user admin is in {}, unless he has changed it", file);
    return new PasswordFile(file, OF_ADMIN, true);
  }

  /** It is there as a whole or not at all, also where another process makes it. */
  private static void make(Path file) throws IOException {
    Path directory = file.getParent();
    if (Files.notExists(directory)) {
      Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(OWN_DIRECTORY));
    }
    byte[] random = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(random);
    Path next = directory.resolve("." + MADE + "-" + UUID.randomUUID());
    Files.createFile(next, PosixFilePermissions.asFileAttribute(OWN_FILE));
    try {
      Files.writeString(next, Base64.getUrlEncoder().withoutPadding().encodeToString(random));
      Files.createLink(file, next);
    } catch (FileAlreadyExistsException e) {
      // Another process has made one.
    } finally {
      Files.deleteIfExists(next);
    }
  }

  @Override
  public String read() throws PasswordException {
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
      if (permissions.contains(PosixFilePermission.OTHERS_READ)) {
        throw wrong(
            "everybody can read it (%s): chmod 600 %s"
                .formatted(PosixFilePermissions.toString(permissions), file));
      }
      if (Files.size(file) > LARGEST) {
        throw wrong("it has more than " + LARGEST + " bytes");
      }
      String line = Files.readString(file).lines().findFirst().orElse("").strip();
      if (line.isEmpty()) {
        throw wrong("its first line is empty");
      }
      return line;
    } catch (NoSuchFileException e) {
      throw new PasswordException(
          "%s %s is not there: write the password as its first line, and chmod 600"
              .formatted(what, file),
          e);
    } catch (IOException e) {
      throw new PasswordException(
          "%s %s cannot be read: %s: %s"
              .formatted(what, file, e.getClass().getSimpleName(), e.getMessage()),
          e);
    }
  }

  private PasswordException wrong(String why) {
    return new PasswordException("%s %s cannot be used: %s".formatted(what, file, why));
  }

  /** Deletes the password file if this manager wrote it: no other party misses it then. */
  @Override
  public void supersede() {
    if (own) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        LOG.warn("the password of the user admin was changed; the file {} can be deleted", file);
      }
    }
  }
}
