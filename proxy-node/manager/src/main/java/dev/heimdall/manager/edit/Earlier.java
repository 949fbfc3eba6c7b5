package dev.heimdall.manager.edit;

import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.Documents;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Earlier versions of documents that have been changed since: an editor may still have one of them
 * open. The oldest go when they take too much memory.
 */
final class Earlier {
  private static final int MOST_BYTES = 4 << 20;

  private final Map<String, Content> texts = new LinkedHashMap<>();
  private long bytes;

  private static String key(String name, String version) {
    return name + " " + version;
  }

  /** Documents are others from now on. */
  synchronized void changed(Documents before, Documents after) {
    before
        .all()
        .forEach(
            (name, document) -> {
              if (!after.versionOf(name).equals(Optional.of(document.version()))) {
                keep(key(name, document.version()), document.content());
              }
            });
  }

  private void keep(String key, Content content) {
    if (texts.putIfAbsent(key, content) != null) {
      return;
    }
    bytes += content.size();
    Iterator<Content> oldest = texts.values().iterator();
    while (bytes > MOST_BYTES && oldest.hasNext()) {
      bytes -= oldest.next().size();
      oldest.remove();
    }
  }

  synchronized Optional<Content> find(String name, String version) {
    return Optional.ofNullable(texts.get(key(name, version)));
  }
}
