package dev.heimdall.launcher.moving;

/** A setting as it is written in a file. */
record Entry(String key, String value, Line at) {
  /** Key and value, unless that may be a secret. */
  String shown() {
    boolean secret = key.contains("password") || value.contains("password");
    return secret ? key + " = …" : key + " = " + value;
  }
}
