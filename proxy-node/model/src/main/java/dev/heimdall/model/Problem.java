package dev.heimdall.model;

import java.util.Optional;

/**
 * One thing that is wrong with a configuration. No part of it ever holds a secret.
 *
 * @param file the document, relative to the configuration directory
 * @param line where in the document, from 1; 0 when that is not known
 * @param column where in the line, from 1; 0 when that is not known
 * @param path the setting, such as {@code $.pool.size}; {@code $} is the document itself
 * @param got what is there
 * @param expected what may be there
 * @param suggestion the nearest right key or value, if there is one
 */
public record Problem(
    String file,
    int line,
    int column,
    String path,
    String got,
    String expected,
    Optional<String> suggestion) {
  @Override
  public String toString() {
    return file
        + (line > 0 ? ":" + line + ":" + column : "")
        + " "
        + path
        + ": got "
        + got
        + ", expected "
        + expected
        + suggestion.map(s -> "; did you mean \"" + s + "\"?").orElse("");
  }
}
