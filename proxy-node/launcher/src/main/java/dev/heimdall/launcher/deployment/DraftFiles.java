package dev.heimdall.launcher.deployment;

import dev.heimdall.cdk.config.DeploymentFile;
import dev.heimdall.cdk.draft.Draft;
import dev.heimdall.cdk.draft.DraftRegion;
import dev.heimdall.launcher.embedded.Directories;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.RegionFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The deployment file and its documents, as they are written: all that is right, or nothing. */
public final class DraftFiles {
  private final Path file;
  private final Path documents;

  /** The documents are beside the file, in a directory that is called after it. */
  public DraftFiles(Path file) {
    this.file = file;
    String name = file.getFileName().toString().replaceFirst("[.]json$", "");
    documents = file.resolveSibling(name + "-documents");
  }

  /**
   * Makes sure that nothing would be overwritten.
   *
   * @throws CommandFailure if something is there already
   */
  public void checkNothingIsThere() throws CommandFailure {
    for (Path path : List.of(file, documents)) {
      if (Files.exists(path)) {
        throw new CommandFailure(
            ExitCode.CONFLICT,
            path + " is there already: give --force to overwrite it, or another --out");
      }
    }
  }

  /**
   * Writes them, if the readers of both take them.
   *
   * @return the paths that were written
   */
  public List<Path> write(Draft draft) throws CommandFailure {
    Map<Path, String> texts = new TreeMap<>();
    texts.put(file, draft.file(slashed(documents)));
    draft
        .directories()
        .forEach(
            (directory, all) ->
                all.forEach(
                    (name, text) -> texts.put(documents.resolve(directory).resolve(name), text)));
    try {
      check(draft, texts);
      Directories.delete(documents);
      for (Map.Entry<Path, String> text : texts.entrySet()) {
        put(text.getKey(), text.getValue());
      }
      return new ArrayList<>(texts.keySet());
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.STARTUP, "it cannot be written: " + e, e);
    }
  }

  private static String slashed(Path path) {
    return path.toString().replace('\\', '/');
  }

  private void check(Draft draft, Map<Path, String> texts) throws IOException, CommandFailure {
    Path judged = Files.createTempDirectory("heimdall-deployment");
    try {
      for (Map.Entry<Path, String> text : texts.entrySet()) {
        put(judged.resolve(relative(text.getKey())), text.getValue());
      }
      DeploymentFile.read(judged.resolve(relative(file)));
      for (DraftRegion region : draft.regions()) {
        Path facts = Files.writeString(judged.resolve(region.region()), draft.judgedWith(region));
        ConfigurationReader.check(
            judged.resolve(relative(documents)).resolve(draft.directory(region)),
            RegionFacts.read(facts),
            any -> {});
      }
    } catch (ConfigurationException e) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION,
          "nothing was written, as it would not be right: " + e.getMessage(),
          e);
    } finally {
      Directories.delete(judged);
    }
  }

  private Path relative(Path path) {
    return file.getParent() == null ? path : file.getParent().relativize(path);
  }

  /** Replaces a file so that a reader at this moment reads all of the old or all of the new. */
  private static void put(Path path, String text) throws IOException {
    if (path.getParent() != null) {
      Files.createDirectories(path.getParent());
    }
    Path made = path.resolveSibling(path.getFileName() + ".new");
    Files.writeString(made, text);
    Files.move(made, path, StandardCopyOption.REPLACE_EXISTING);
  }
}
