package dev.heimdall.model;

import java.util.Optional;

/** A document that was read: what is known of it and, unless it is no object, its record. */
record Document<T>(Reading in, Optional<T> value) {}
