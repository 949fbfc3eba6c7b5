package dev.heimdall.test.applications;

/** Where an application finds its database, and as whom it logs in. */
record Database(String host, int port, String name, String user, String password) {
  /** The same at another port of this machine. */
  Database at(int other) {
    return new Database("127.0.0.1", other, name, user, password);
  }
}
