package dev.heimdall.launcher.mysql;

import java.nio.file.Path;
import java.util.List;

/** Names of the programs of one release. */
public interface ServerPrograms {
  /** Flavour of the programs: this decides what options and statements they know. */
  Flavour flavour();

  /** A name for what belongs to just these programs, good for a file. */
  String mark();

  /**
   * A command that fills a data directory that is not there yet. Temporary files lie beside that:
   * several servers in one folder would delete each other's.
   */
  List<String> initialise(Path data);

  /** The server with the options that it needs wherever it is; more follow. */
  List<String> serve(Path data);
}
