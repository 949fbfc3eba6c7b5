package dev.heimdall.launcher.mysql;

/** Who may do everything on the servers of a cluster. */
record Superuser(String name, String password) {
  @Override
  public String toString() {
    return name;
  }
}
