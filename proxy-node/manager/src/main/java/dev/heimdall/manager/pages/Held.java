package dev.heimdall.manager.pages;

/** Data that a session holds in the manager's memory until it is committed or discarded. */
public interface Held {
  /** About so many bytes. */
  long bytes();
}
