package dev.heimdall.engine.catalog;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;

/**
 * Terms for reading a catalogue.
 *
 * @param parameters that connections of the data source are started with
 * @param builtIns the server's own functions, as other databases of it have them
 * @param uncounted how long a change may remain unnoticed that nothing has counted although the
 *     database counts changes
 * @param onlyOfWriter whether what a replica has is of no use, because it was read of a writer
 *     before
 * @param most bytes that a catalogue may weigh: one that will weigh more is not read to its end
 */
public record ReadingTerms(
    Map<String, String> parameters,
    SharedBuiltIns builtIns,
    Duration uncounted,
    boolean onlyOfWriter,
    long most) {
  /** For a database of which nothing was read yet: any server of its cluster will do. */
  public ReadingTerms(
      Map<String, String> parameters, SharedBuiltIns builtIns, Duration uncounted, long most) {
    this(parameters, builtIns, uncounted, false, most);
  }

  /** Returns these terms for a database that was read from a writer before. */
  ReadingTerms afterWriter() {
    return new ReadingTerms(parameters, builtIns, uncounted, true, most);
  }

  /** Returns the error that explains why a catalogue is not kept. */
  public SQLException tooLarge(String mebibytes) {
    return new SQLException(
        "it would take "
            + mebibytes
            + " MiB of memory, and catalogues may take "
            + (most >> 20)
            + " MiB; raise memoryBudget in node.json");
  }
}
