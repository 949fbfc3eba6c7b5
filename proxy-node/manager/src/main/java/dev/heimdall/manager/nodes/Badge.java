package dev.heimdall.manager.nodes;

/**
 * State of something, in a word or two.
 *
 * @param look the style: {@code good}, {@code warn}, {@code bad}, or empty
 */
public record Badge(String words, String look) {
  static Badge good(String words) {
    return new Badge(words, "good");
  }

  static Badge warn(String words) {
    return new Badge(words, "warn");
  }

  static Badge bad(String words) {
    return new Badge(words, "bad");
  }

  static Badge plain(String words) {
    return new Badge(words, "");
  }
}
