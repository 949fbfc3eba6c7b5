package dev.heimdall.launcher;

import dev.heimdall.launcher.conf.ConfException;
import dev.heimdall.launcher.conf.HeimdallConf;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.OpenReference;
import dev.heimdall.model.RegionFacts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** Facts that differ in the region that a configuration is read for. */
final class RegionFactsOption {
  /** Maximum number of settings that are not judged and are listed one by one. */
  private static final int TOLD = 10;

  static final String NAME = "--region-facts";

  @Option(
      names = NAME,
      paramLabel = "FILE",
      description =
          "What $${region.NAME} in documents stands for: a JSON object. It goes before regionFacts"
              + " of a machine's file.")
  private Path file;

  /** The file, if there is one. */
  Optional<Path> file(Optional<HeimdallConf> conf) {
    return Optional.ofNullable(file).or(() -> conf.flatMap(HeimdallConf::regionFacts));
  }

  /** For who runs with a configuration: without a file, nothing is different here. */
  RegionFacts toRun(Optional<HeimdallConf> conf) throws CommandFailure {
    return read(file(conf)).orElseGet(RegionFacts::none);
  }

  /** For who edits one: without a file, of references only the form is judged. */
  RegionFacts toEdit(Optional<HeimdallConf> conf) throws CommandFailure {
    return read(file(conf)).orElseGet(RegionFacts::unknown);
  }

  /** Facts for editing a configuration, by this machine's own file. */
  RegionFacts toEdit() throws CommandFailure {
    return toEdit(ofThisMachine());
  }

  /** For who runs with one, by what this machine says of itself. */
  RegionFacts toRun() throws CommandFailure {
    return toRun(ofThisMachine());
  }

  /** Content of this machine's file; its faults are reported by the commands that need it. */
  private static Optional<HeimdallConf> ofThisMachine() {
    try {
      return Files.exists(HeimdallConf.FILE)
          ? Optional.of(HeimdallConf.read(HeimdallConf.FILE))
          : Optional.empty();
    } catch (ConfException e) {
      return Optional.empty();
    }
  }

  private static Optional<RegionFacts> read(Optional<Path> file) throws CommandFailure {
    if (file.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(RegionFacts.read(file.get()));
    } catch (ConfigurationException e) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION, Problems.of(file.get().toString(), e.problems()), e);
    }
  }

  /** Says which settings were not judged, as they refer to a region that was not named. */
  static void tell(List<OpenReference> open, Consumer<String> warning) {
    open.stream()
        .limit(TOLD)
        .forEach(one -> warning.accept("not judged without " + NAME + ": " + one));
    if (open.size() > TOLD) {
      warning.accept(
          "not judged without " + NAME + ": " + Plural.of(open.size() - TOLD, "more setting"));
    }
  }
}
