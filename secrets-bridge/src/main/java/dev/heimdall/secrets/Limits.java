package dev.heimdall.secrets;

import java.util.Map;

/** Size limits of a store. */
record Limits(StoreLocation location) {
  void check(String name, long size) throws StoreException {
    if (size > DocumentStore.LARGEST) {
      throw oversized(
          "the document %s has %,d bytes; one may have %,d"
              .formatted(name, size, DocumentStore.LARGEST));
    }
  }

  void check(int count, long total) throws StoreException {
    if (count > DocumentStore.MOST) {
      throw oversized(
          "there are %,d documents; there may be %,d".formatted(count, DocumentStore.MOST));
    }
    if (total > DocumentStore.LARGEST_TOTAL) {
      throw oversized(
          "the documents have %,d bytes together; they may have %,d"
              .formatted(total, DocumentStore.LARGEST_TOTAL));
    }
  }

  void check(Map<String, Content> contents) throws StoreException {
    long total = 0;
    for (Map.Entry<String, Content> entry : contents.entrySet()) {
      check(entry.getKey(), entry.getValue().size());
      total += entry.getValue().size();
    }
    check(contents.size(), total);
  }

  StoreException oversized(String what) {
    return new StoreException(
        StoreException.Kind.OVERSIZED, location + " holds too much: " + what + ".");
  }
}
