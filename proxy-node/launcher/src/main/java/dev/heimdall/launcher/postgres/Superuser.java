package dev.heimdall.launcher.postgres;

/** The account that owns a cluster. Its text shows the name only. */
record Superuser(String name, String password) {
  @Override
  public String toString() {
    return "superuser " + name;
  }
}
