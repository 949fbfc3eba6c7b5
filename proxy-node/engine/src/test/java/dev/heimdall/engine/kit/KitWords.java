package dev.heimdall.engine.kit;

/**
 * How a dialect's SQL says what the contract has clients say.
 *
 * @param read what stands before a word that is answered as one row
 * @param writes writes a word that stands for {@code %s}, which {@link KitServers#written} has then
 * @param set gives a setting, which goes with its session, a value that stands for {@code %s}
 * @param readSetting answers one row with the value of that setting, which is empty at first
 * @param pin gets something that keeps the server connection
 * @param cluster what clusters of its servers are called
 */
public record KitWords(
    String read, String writes, String set, String readSetting, String pin, String cluster) {
  String reading(String word) {
    return read + " " + word;
  }

  /** Writes something. */
  String write() {
    return writing("1");
  }

  String writing(String word) {
    return writes.formatted(word);
  }

  String setting(String value) {
    return set.formatted(value);
  }
}
