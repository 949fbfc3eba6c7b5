package dev.heimdall.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Files with secrets that everybody can read. Their group may: managers write documents for the
 * group of the configuration's directory, which is how a manager and a node of two users share one.
 */
public final class OpenSecrets {
  private static final Set<PosixFilePermission> ENTER = Set.of(PosixFilePermission.OTHERS_EXECUTE);
  private static final Set<PosixFilePermission> READ = Set.of(PosixFilePermission.OTHERS_READ);

  private OpenSecrets() {}

  /**
   * A line for each of them.
   *
   * @param dir where the configuration was read, by {@link ConfigurationReader#check}
   */
  public static List<String> of(Path dir, Configuration configuration) {
    List<Path> documents = new ArrayList<>();
    List<Path> keys = new ArrayList<>();
    NodeSettings node = configuration.node();
    if (isWritten(node.topology().key())
        || isWritten(node.store().password())
        || isWritten(node.fleetKey())
        || isWritten(node.ldap().bindPassword())
        || isWritten(node.manager().key())
        || isWritten(node.tracing().headers())) {
      documents.add(dir.resolve("node.json"));
    }
    for (DataSource source : configuration.sources().values()) {
      if (isWritten(source.password())
          || isWritten(source.catalog().password())
          || isWritten(source.cluster().probe().password())
          || isWritten(source.changes().password())) {
        documents.add(dir.resolve("sources").resolve(source.name() + ".json"));
      }
      source.tls().keyFile().ifPresent(keys::add);
    }
    for (VirtualDatabase vdb : configuration.vdbs().values()) {
      if (isWritten(vdb.tls().certificate())) {
        documents.add(dir.resolve("vdbs").resolve(vdb.name() + ".json"));
      }
      vdb.tls().keyFile().ifPresent(keys::add);
    }
    for (User user : configuration.users().values()) {
      if (isWritten(user.password())
          || isWritten(user.verifier())
          || isWritten(user.serverPassword())) {
        documents.add(dir.resolve("users").resolve(user.name() + ".json"));
      }
    }
    if (!any(dir, ENTER)) {
      // No other user reaches the files below.
      documents.clear();
      keys.removeIf(key -> key.startsWith(dir));
    }
    documents.addAll(keys);
    return documents.stream()
        .distinct()
        .filter(file -> any(file, READ))
        .map(
            file ->
                "%s holds a secret and everybody can read it (%s): chmod o-rwx %s"
                    .formatted(
                        file.startsWith(dir) ? dir.relativize(file) : file,
                        PosixFilePermissions.toString(permissions(file).orElseThrow()),
                        file))
        .toList();
  }

  /** A reference reveals nothing. */
  private static boolean isWritten(Optional<Secret> secret) {
    return secret.filter(text -> !text.isUnread()).isPresent();
  }

  private static boolean any(Path path, Set<PosixFilePermission> wanted) {
    return permissions(path).stream().flatMap(Set::stream).anyMatch(wanted::contains);
  }

  private static Optional<Set<PosixFilePermission>> permissions(Path path) {
    try {
      return Optional.of(Files.getPosixFilePermissions(path));
    } catch (IOException | UnsupportedOperationException e) {
      return Optional.empty(); // no such file, or a file system without owners
    }
  }
}
