package dev.heimdall.model;

/** The least important log line that is written. */
public enum Level implements Spelled {
  TRACE,
  DEBUG,
  INFO,
  WARN,
  ERROR
}
