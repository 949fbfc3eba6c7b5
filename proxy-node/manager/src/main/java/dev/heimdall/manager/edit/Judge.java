package dev.heimdall.manager.edit;

import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.Problem;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.MirrorDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Stream;

/**
 * Says what is wrong with documents, by the reader that nodes have: it reads files, so they are put
 * into a directory in memory. Not thread-safe.
 */
final class Judge implements AutoCloseable {
  private final MirrorDirectory directory;

  Judge() throws IOException {
    directory = MirrorDirectory.create();
  }

  List<Problem> problems(SortedMap<String, Content> documents) {
    return judged(documents).problems();
  }

  Reading judged(SortedMap<String, Content> documents) {
    List<Problem> nowhere =
        Problem.first(documents.keySet().stream().flatMap(name -> below(name, documents)));
    if (!nowhere.isEmpty()) {
      return new Reading(Optional.empty(), nowhere);
    }
    try {
      directory.show(documents);
      return new Reading(Optional.of(ConfigurationReader.read(directory.path())), List.of());
    } catch (ConfigurationException e) {
      return new Reading(Optional.empty(), e.problems());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
