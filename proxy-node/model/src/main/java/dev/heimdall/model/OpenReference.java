package dev.heimdall.model;

/**
 * A reference to a fact of the region whose facts were not known when its document was read: the
 * setting is not judged.
 *
 * @param file the document, relative to the configuration directory
 * @param path the setting, such as {@code $.store.servers[0]}
 * @param reference such as {@code ${region.store}}
 */
public record OpenReference(String file, String path, String reference) {
  @Override
  public String toString() {
    return file + " " + path + ": " + reference;
  }
}
