package dev.heimdall.test.applications;

/** Where an application finds its database, and as whom it logs in. */
record Database(String host, int port, String name, String user, String password) {}
