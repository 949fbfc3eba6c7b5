package dev.heimdall.launcher.moving;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.launcher.embedded.Directories;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.DocumentText;
import dev.heimdall.model.Problem;
import dev.heimdall.model.SecretMasks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The documents of a configuration in the making. */
final class Documents {
  private static final Set<PosixFilePermission> OWN = PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> OWN_DIRECTORY =
      PosixFilePermissions.fromString("rwx------");

  private final Map<String, ObjectNode> all = new TreeMap<>();

  Documents() {
    document("node.json");
  }

  private ObjectNode document(String path) {
    return all.computeIfAbsent(path, any -> JsonNodeFactory.instance.objectNode());
  }

  ObjectNode node() {
    return document("node.json");
  }

  ObjectNode source(String name) {
    return document("sources/" + name + ".json");
  }

  ObjectNode vdb(String name) {
    return document("vdbs/" + name + ".json");
  }

  ObjectNode rules(String name) {
    return document("rules/" + name + ".json");
  }

  /** True if a user may have this name: it is its document's file name, too. */
  static boolean namesUser(String name) {
    return name.matches("[^/.\\p{Cntrl}][^/\\p{Cntrl}]{0,62}");
  }

  ObjectNode user(String name) {
    return document("users/" + name + ".json");
  }

  boolean hasUser(String name) {
    return all.containsKey("users/" + name + ".json");
  }

  /** The names of all users. */
  List<String> users() {
    return all.keySet().stream()
        .filter(path -> path.startsWith("users/"))
        .map(path -> path.substring("users/".length(), path.length() - ".json".length()))
        .toList();
  }

  void withoutUser(String name) {
    all.remove("users/" + name + ".json");
  }

  /** The object at a member of a document, made where there is none. */
  static ObjectNode part(ObjectNode document, String name) {
    return document.get(name) instanceof ObjectNode there ? there : document.putObject(name);
  }

  /** The list at a member of a document, made where there is none. */
  static ArrayNode list(ObjectNode document, String name) {
    return document.get(name) instanceof ArrayNode there ? there : document.putArray(name);
  }

  /**
   * Writes them into a directory that is empty or not there; nothing if they are not right.
   *
   * @return what was written, relative to the directory
   */
  List<String> write(Path directory) throws CommandFailure {
    try {
      if (Files.exists(directory)) {
        try (var there = Files.list(directory)) {
          if (there.findAny().isPresent()) {
            throw new CommandFailure(
                ExitCode.CONFLICT, directory + " is not empty: give another --output");
          }
        }
      }
      try {
        read();
      } catch (ConfigurationException e) {
        throw new CommandFailure(
            ExitCode.CONFIGURATION,
            "nothing was written, as it would not be right: " + e.getMessage(),
            e);
      }
      checkMasks();
      writeInto(directory);
      return List.copyOf(all.keySet());
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.STARTUP, "it cannot be written: " + e, e);
    }
  }

  /** Rejects secrets that are what other programs show in place of them. */
  private void checkMasks() throws CommandFailure {
    List<Problem> masks = new ArrayList<>();
    all.forEach(
        (name, settings) -> masks.addAll(SecretMasks.problems(name, DocumentText.of(settings))));
    if (!masks.isEmpty()) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION,
          masks.stream()
              .map(problem -> "\n  " + problem)
              .collect(
                  Collectors.joining("", "nothing was written, as it would not be right:", "")));
    }
  }

  /** Configuration that a node would read. */
  Configuration read() throws IOException, ConfigurationException {
    Path judged = Files.createTempDirectory("heimdall-import");
    try {
      writeInto(judged);
      return ConfigurationReader.check(judged);
    } finally {
      Directories.delete(judged);
    }
  }

  private void writeInto(Path directory) throws IOException {
    for (Map.Entry<String, ObjectNode> document : all.entrySet()) {
      Path file = directory.resolve(document.getKey());
      directories(file.getParent());
      Files.deleteIfExists(file);
      Files.createFile(file, PosixFilePermissions.asFileAttribute(OWN));
      Files.writeString(file, DocumentText.of(document.getValue()));
    }
  }

  /** They hold secrets: no other user reads what is made here. */
  private static void directories(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(OWN_DIRECTORY));
    }
  }
}
