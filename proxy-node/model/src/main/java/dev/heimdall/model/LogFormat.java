package dev.heimdall.model;

/** The form of the node's log lines. */
public enum LogFormat implements Spelled {
  TEXT,
  JSON
}
