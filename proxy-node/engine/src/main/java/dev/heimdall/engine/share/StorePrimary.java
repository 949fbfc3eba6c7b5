package dev.heimdall.engine.share;

import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.SlotHash;
import java.util.Collection;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A primary of the store, which may have some of the keys only.
 *
 * @param has whether it has the keys of a slot
 */
record StorePrimary(RedisURI uri, Predicate<Integer> has) {
  static StorePrimary ofAll(RedisURI uri) {
    return new StorePrimary(uri, slot -> true);
  }

  String name() {
    return uri.getHost() + ":" + uri.getPort();
  }

  /** Names of some, separated by commas. */
  static String names(Collection<StorePrimary> primaries) {
    return primaries.stream().map(StorePrimary::name).sorted().collect(Collectors.joining(", "));
  }

  /** A key of this server's. The part in braces alone says whose it is, also of later names. */
  String key(String beginning) {
    while (true) {
      String key = beginning + ":{" + UUID.randomUUID() + "}";
      if (has.test(SlotHash.getSlot(key))) {
        return key;
      }
    }
  }
}
