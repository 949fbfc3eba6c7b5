package dev.heimdall.manager.edit;

import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.Problem;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.MirrorDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.SortedMap;

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
    try {
      directory.show(documents);
      ConfigurationReader.read(directory.path());
      return List.of();
    } catch (ConfigurationException e) {
      return e.problems();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
