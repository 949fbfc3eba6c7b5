package dev.heimdall.test.operate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.test.fixture.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An image of containers as an engine unpacks it, layer upon layer, and runs it. */
final class UnpackedImage {
  private static final Path SCRIPT =
      Path.of("src", "test", "resources", "instance", "container").toAbsolutePath();

  private final Path root;
  private final JsonNode settings;

  private UnpackedImage(Path root, JsonNode settings) {
    this.root = root;
    this.settings = settings;
  }

  /**
   * Unpacks one.
   *
   * @param archive in OCI's layout
   * @param folder that is empty
   */
  static UnpackedImage of(Path archive, String architecture, Path folder) throws Exception {
    Path layout = Files.createDirectory(folder.resolve("layout"));
    unpack(archive, layout);
    ObjectMapper json = new ObjectMapper();
    JsonNode top = json.readTree(layout.resolve("index.json").toFile());
    JsonNode index = json.readTree(blob(layout, top.at("/manifests/0")).toFile());
    for (JsonNode each : index.path("manifests")) {
      if (each.at("/platform/architecture").asText().equals(architecture)) {
        JsonNode manifest = json.readTree(blob(layout, each).toFile());
        Path root = Files.createDirectory(folder.resolve("root"));
        for (JsonNode layer : manifest.path("layers")) {
          unpack(blob(layout, layer), root, "-zp", "--numeric-owner");
        }
        JsonNode configuration = json.readTree(blob(layout, manifest.path("config")).toFile());
        return new UnpackedImage(root, configuration.path("config"));
      }
    }
    throw new AssertionError("no image for " + architecture + " in " + index);
  }

  private static Path blob(Path layout, JsonNode descriptor) {
    return layout.resolve("blobs").resolve(descriptor.path("digest").asText().replace(':', '/'));
  }

  private static void unpack(Path archive, Path folder, String... options) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("tar", "-xf", archive.toString(), "-C", folder.toString()));
    command.addAll(List.of(options));
    Ended.of(new ProcessBuilder(command), folder.resolveSibling("tar.txt"), 2).well();
  }

  JsonNode settings() {
    return settings;
  }

  Path root() {
    return root;
  }

  /**
   * Starts a container of it.
   *
   * @param configuration a folder, which it may read
   * @param state a folder, which it may write
   * @param environment besides the image's own
   * @param command in the place of the image's entry point and command, if there is one
   */
  Process start(
      Path configuration, Path state, Path output, List<String> environment, String... command)
      throws IOException {
    List<String> all =
        new ArrayList<>(
            List.of("unshare", "--mount", "--pid", "--ipc", "--fork", "--kill-child=KILL"));
    all.add(SCRIPT.toString());
    all.add(root.toString());
    all.add(settings.path("User").asText());
    all.add(configuration.toString());
    all.add(state.toString());
    all.addAll(List.of("/usr/bin/env", "-i"));
    settings.path("Env").forEach(each -> all.add(each.asText()));
    all.addAll(environment);
    if (command.length == 0) {
      settings.path("Entrypoint").forEach(word -> all.add(word.asText()));
      settings.path("Cmd").forEach(word -> all.add(word.asText()));
    } else {
      all.addAll(List.of(command));
    }
    return new ProcessBuilder(all)
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .redirectInput(Path.of("/dev/null").toFile())
        .start();
  }
}
