package dev.heimdall.launcher.moving;

import java.nio.file.Path;

/** A line of a foreign file. */
record Line(Path file, int number) {
  @Override
  public String toString() {
    return file.getFileName() + ":" + number;
  }
}
