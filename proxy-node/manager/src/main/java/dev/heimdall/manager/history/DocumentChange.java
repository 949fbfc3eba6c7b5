package dev.heimdall.manager.history;

import java.util.Optional;

/**
 * Change of one document.
 *
 * @param before the hash of its content; empty: there was none
 * @param after the hash of its content; empty: it was deleted
 */
public record DocumentChange(String document, Optional<String> before, Optional<String> after) {}
