package dev.heimdall.manager.edit;

import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.Problem;
import dev.heimdall.model.RegionFacts;
import dev.heimdall.model.SecretMasks;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.MirrorDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * Says what is wrong with documents, by the reader that nodes have: it reads files, so they are put
 * into a directory in memory. Secrets that documents name are not read: a manager need not be
 * allowed to. Not thread-safe.
 */
final class Judge implements AutoCloseable {
  private final MirrorDirectory directory;
  private final FileCheck files;
  private final RegionFacts facts;

  Judge(FileCheck files, RegionFacts facts) throws IOException {
    this.files = files;
    this.facts = facts;
    directory = MirrorDirectory.create();
  }

  /**
   * Returns the problems of documents, including those that only matter for edited documents.
   *
   * @param edited their names
   */
  List<Problem> problems(SortedMap<String, Content> documents, Set<String> edited) {
    Reading reading = judged(documents);
    List<Problem> wrong =
        reading
            .configuration()
            .map(new CertificateDates(directory.path(), edited, Instant.now())::problems)
            .orElse(reading.problems());
    return Problem.first(Stream.concat(masks(documents, edited), wrong.stream()));
  }

  /** Reads documents of which none is stored yet. */
  Reading alone(SortedMap<String, Content> documents) {
    List<Problem> masks = Problem.first(masks(documents, documents.keySet()));
    return masks.isEmpty() ? judged(documents) : new Reading(Optional.empty(), masks);
  }

  /** Masks in place of secrets, whichever way they came in. */
  private static Stream<Problem> masks(SortedMap<String, Content> documents, Set<String> edited) {
    return documents.entrySet().stream()
        .filter(one -> edited.contains(one.getKey()) && one.getKey().endsWith(".json"))
        .flatMap(
            one ->
                one.getValue().text().stream()
                    .flatMap(text -> SecretMasks.problems(one.getKey(), text).stream()));
  }

  Reading judged(SortedMap<String, Content> documents) {
    List<Problem> nowhere =
        Problem.first(documents.keySet().stream().flatMap(name -> below(name, documents)));
    if (!nowhere.isEmpty()) {
      return new Reading(Optional.empty(), nowhere);
    }
    try {
      directory.show(documents);
      Configuration read = ConfigurationReader.check(directory.path(), facts, open -> {});
      List<Problem> faults = faults(read);
      return new Reading(faults.isEmpty() ? Optional.of(read) : Optional.empty(), faults);
    } catch (ConfigurationException e) {
      return new Reading(Optional.empty(), e.problems());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<Problem> faults(Configuration read) {
    return Problem.first(
        files.faults(read).stream()
            .map(fault -> fault.within(directory.path()))
            .map(
                fault ->
                    new Problem(
                        fault.document(),
                        0,
                        0,
                        "$",
                        fault.words(),
                        "certificates and keys that nodes can use",
                        Optional.empty())));
  }

  /** A bucket and a secret can hold a document below another one, but no directory can. */
  private static Stream<Problem> below(String name, SortedMap<String, Content> documents) {
    return documents.tailMap(name + "/").keySet().stream()
        .takeWhile(other -> other.startsWith(name + "/"))
        .map(
            other ->
                new Problem(
                    other,
                    0,
                    0,
                    "$",
                    "a document below the document " + name,
                    "another name of one of them",
                    Optional.empty()));
  }

  @Override
  public void close() {
    try {
      directory.delete();
    } catch (IOException e) {
      // The next process deletes it.
    }
  }
}
