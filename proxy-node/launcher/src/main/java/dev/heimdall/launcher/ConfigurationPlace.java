package dev.heimdall.launcher;

import dev.heimdall.engine.config.Origin;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.FoundClusters;
import dev.heimdall.model.OpenReference;
import dev.heimdall.model.Problem;
import dev.heimdall.model.RegionFacts;
import dev.heimdall.model.SecretMasks;
import dev.heimdall.model.SecretReference;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.LastGoodCopy;
import dev.heimdall.secrets.NamedSecrets;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoreLocation;
import dev.heimdall.secrets.StoreMirror;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A configuration as an argument of a command, and the directory where its documents are files: the
 * one that was named, or one that follows a store. A directory that is written {@code file:…} is
 * such a store: it may be another machine's, and be away.
 */
final class ConfigurationPlace implements AutoCloseable {
  /** Name of the place in options and help. */
  static final String LABEL = "PLACE";

  static final String DESCRIPTION =
      "Where the configuration is: a directory, s3://BUCKET/PREFIX, secret:NAME, or file:/DIRECTORY"
          + " for one that is followed like these.";

  /** A request costs a few millionths of a dollar, and a day has 8640 of them. */
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  private final StoreLocation location;
  private final Path directory;
  private final Optional<StoreMirror> mirror;
  private final Purpose purpose;
  private final RegionFacts facts;

  private ConfigurationPlace(
      StoreLocation location,
      Path directory,
      Optional<StoreMirror> mirror,
      Purpose purpose,
      RegionFacts facts) {
    this.location = location;
    this.directory = directory;
    this.mirror = mirror;
    this.purpose = purpose;
    this.facts = facts;
  }

  /** Purpose for which a configuration is opened. */
  private enum Purpose {
    /** To say what is wrong with it: secrets that documents name are not read. */
    CHECK {
      @Override
      Configuration read(Path documents, RegionFacts facts, Consumer<OpenReference> open)
          throws ConfigurationException {
        return ConfigurationReader.check(documents, facts, open);
      }

      @Override
      Optional<StoreMirror.Secrets> secrets(StoreLocation location, RegionFacts facts) {
        return Optional.empty();
      }
    },
    /** To do what it says. */
    USE {
      @Override
      Configuration read(Path documents, RegionFacts facts, Consumer<OpenReference> open)
          throws ConfigurationException {
        return ConfigurationReader.read(documents, facts);
      }

      @Override
      Optional<StoreMirror.Secrets> secrets(StoreLocation location, RegionFacts facts) {
        return Optional.of(
            new StoreMirror.Secrets(
                NamedSecrets.beside(location),
                document -> SecretReference.namedIn(document, facts),
                SecretReference.FILE));
      }
    };

    abstract Configuration read(Path documents, RegionFacts facts, Consumer<OpenReference> open)
        throws ConfigurationException;

    abstract Optional<StoreMirror.Secrets> secrets(StoreLocation location, RegionFacts facts);

    boolean right(Path documents, RegionFacts facts) {
      try {
        read(documents, facts, open -> {});
        return true;
      } catch (ConfigurationException e) {
        return false;
      }
    }
  }

  /** A configuration that is looked at once, without what the secrets hold that it names. */
  static ConfigurationPlace open(String written, RegionFacts facts) throws CommandFailure {
    return open(written, location(written), Optional.empty(), Purpose.CHECK, facts);
  }

  /** A configuration that is looked at once, to log in somewhere as it says. */
  static ConfigurationPlace openToUse(String written, RegionFacts facts) throws CommandFailure {
    return open(written, location(written), Optional.empty(), Purpose.USE, facts);
  }

  /** Reads a configuration that is looked at once, without what those secrets hold. */
  static Configuration read(String written, RegionFacts facts) throws CommandFailure {
    try (ConfigurationPlace opened = open(written, facts)) {
      return opened.read();
    }
  }

  /**
   * A configuration that is followed.
   *
   * @param state where a copy is kept of what was right last, unless it is in a directory that is
   *     read where it is
   * @param key the file of the key that it is encrypted with, if it is not to be beside it
   * @param facts what is different in the region
   */
  static ConfigurationPlace follow(
      String written, Path state, Optional<Path> key, RegionFacts facts) throws CommandFailure {
    StoreLocation location = location(written);
    return open(
        written, location, Optional.of(new LastGoodCopy(state, location, key)), Purpose.USE, facts);
  }

  private static ConfigurationPlace open(
      String written,
      StoreLocation location,
      Optional<LastGoodCopy> copy,
      Purpose purpose,
      RegionFacts facts)
      throws CommandFailure {
    if (location instanceof StoreLocation.Directory directory && !written.startsWith("file:")) {
      return new ConfigurationPlace(location, directory.path(), Optional.empty(), purpose, facts);
    }
    try {
      StoreMirror mirror =
          StoreMirror.start(
              DocumentStore.open(location),
              new StoreMirror.Options(
                  INTERVAL,
                  copy,
                  documents -> purpose.right(documents, facts),
                  purpose.secrets(location, facts)));
      return new ConfigurationPlace(
          location, mirror.directory(), Optional.of(mirror), purpose, facts);
    } catch (StoreException e) {
      throw failure(e);
    }
  }

  /** Location from the text that was written. */
  static StoreLocation location(String written) throws CommandFailure {
    try {
      return StoreLocation.of(written);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, e.getMessage(), e);
    }
  }

  static CommandFailure failure(StoreException e) {
    return new CommandFailure(ExitCode.STARTUP, e.getMessage(), e);
  }

  /** Directory in which its documents are files, until this is closed. */
  Path directory() {
    return directory;
  }

  /** The names of the secrets that its documents refer to, right or wrong as they may be. */
  Set<String> secrets() {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(one -> one.toString().endsWith(".json")).toList()) {
        if (Files.isRegularFile(file) && !file.getFileName().toString().startsWith(".")) {
          names.addAll(SecretReference.namedIn(Files.readString(file), facts));
        }
      }
    } catch (IOException | UncheckedIOException e) {
      names.clear(); // what is wrong there, reading it says
    }
    return names;
  }

  /** Facts that differ in the region that it is read for. */
  RegionFacts facts() {
    return facts;
  }

  /** Reads it; the failure lists every problem. */
  Configuration read() throws CommandFailure {
    return read(reference -> {});
  }

  /**
   * Reads it, and collects what is not judged; the failure lists every problem.
   *
   * @param open gets what is not judged, as nothing is known of the region
   */
  Configuration read(Consumer<OpenReference> open) throws CommandFailure {
    try {
      return purpose.read(directory, facts, open);
    } catch (ConfigurationException e) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION, Problems.of("the configuration in " + location, e.problems()), e);
    }
  }

  /** Rejects secrets that are the masks which a manager shows of them. */
  void checkMasks() throws CommandFailure {
    try {
      List<Problem> problems = SecretMasks.problems(directory);
      if (!problems.isEmpty()) {
        throw new CommandFailure(
            ExitCode.CONFIGURATION, Problems.of("the configuration in " + location, problems));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads it, to log in as it says, with what was found of clusters that it names by ARNs alone.
   */
  Configuration readWith(FoundClusters found) throws CommandFailure {
    try {
      return ConfigurationReader.read(directory, facts, found);
    } catch (ConfigurationException e) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION, Problems.of("the configuration in " + location, e.problems()), e);
    }
  }

  /** Origin of its documents, unless that is the directory. */
  Optional<Origin> origin() {
    return mirror.map(
        following -> {
          StoreMirror.State state = following.state();
          return new Origin(
              location.toString(),
              Optional.of(state.version()).filter(version -> !version.isEmpty()),
              state.looked(),
              state.trouble(),
              state.copy());
        });
  }

  /** Brings the directory up to date at once. */
  void look() {
    mirror.ifPresent(StoreMirror::look);
  }

  @Override
  public void close() {
    mirror.ifPresent(StoreMirror::close);
  }
}
