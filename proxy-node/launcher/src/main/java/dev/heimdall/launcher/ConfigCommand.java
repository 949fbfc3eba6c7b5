package dev.heimdall.launcher;

import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.model.OpenReference;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoreLocation;
import dev.heimdall.secrets.WorkingCopy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code heimdall config}: a configuration is edited in a directory and kept in a store. */
@Command(
    name = "config",
    description = "Moves a configuration between a directory and S3 or a secret.",
    synopsisSubcommandLabel = "COMMAND")
final class ConfigCommand implements Runnable {
  @Mixin private HelpOption help;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "pull or push is missing.");
  }

  @Command(
      name = "pull",
      description = {
        "Brings a directory to what a store holds.",
        "What was edited in the directory since it was pulled or pushed is not overwritten."
      })
  int pull(
      @Mixin HelpOption helping,
      @Option(names = "--overwrite", description = "Overwrite it all the same.") boolean overwrite,
      @Parameters(paramLabel = ConfigurationPlace.LABEL, description = "The store.") String place,
      @Parameters(paramLabel = "DIR", description = "The directory.") Path directory)
      throws CommandFailure {
    return move(place, directory, copy -> copy.pull(overwrite), "pulled from " + place);
  }

  @Command(
      name = "push",
      description = {
        "Brings a store to what a directory holds, if that is a right configuration.",
        "What others changed in the store since the directory was pulled or pushed is not"
            + " overwritten."
      })
  int push(
      @Mixin HelpOption helping,
      @Option(names = "--overwrite", description = "Overwrite it all the same.") boolean overwrite,
      @Mixin RegionFactsOption facts,
      @Parameters(paramLabel = "DIR", description = "The directory.") Path directory,
      @Parameters(paramLabel = ConfigurationPlace.LABEL, description = "The store.") String place)
      throws CommandFailure {
    List<OpenReference> open = new ArrayList<>();
    try (ConfigurationPlace checked =
        ConfigurationPlace.open(directory.toString(), facts.toEdit())) {
      checked.read(open::add);
      checked.checkMasks();
    }
    RegionFactsOption.tell(
        open, warning -> spec.commandLine().getErr().println("warning: " + warning));
    return move(place, directory, copy -> copy.push(overwrite), "pushed to " + place);
  }

  /** Operation on both, which returns the names of the documents that changed by it. */
  private interface Move {
    List<String> with(WorkingCopy copy) throws StoreException;
  }

  private int move(String place, Path directory, Move move, String done) throws CommandFailure {
    StoreLocation location = ConfigurationPlace.location(place);
    try (DocumentStore store = DocumentStore.open(location)) {
      List<String> changed =
          move.with(new WorkingCopy(new StoreLocation.Directory(directory), store));
      spec.commandLine()
          .getOut()
          .println(
              "%s %s%s"
                  .formatted(
                      Plural.of(changed.size(), "document"),
                      done,
                      changed.isEmpty() ? "" : ": " + String.join(", ", changed)));
      return ExitCode.OK.code();
    } catch (StoreException e) {
      throw e.kind() == StoreException.Kind.CONFLICT
          ? new CommandFailure(ExitCode.CONFLICT, e.getMessage(), e)
          : ConfigurationPlace.failure(e);
    }
  }
}
