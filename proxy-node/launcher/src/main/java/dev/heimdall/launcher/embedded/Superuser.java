package dev.heimdall.launcher.embedded;

/** User who may do everything on the servers of a cluster. Its text shows the name only. */
public record Superuser(String name, String password) {
  @Override
  public String toString() {
    return "superuser " + name;
  }
}
