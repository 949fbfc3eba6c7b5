package dev.heimdall.model;

import java.util.Optional;
import java.util.function.BiConsumer;

/** A document that was read: what is known of it and, unless it is no object, its record. */
record Document<T>(Reading in, Optional<T> value) {
  void check(BiConsumer<T, Reading> check) {
    value.ifPresent(record -> check.accept(record, in));
  }
}
