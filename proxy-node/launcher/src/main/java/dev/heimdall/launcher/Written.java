package dev.heimdall.launcher;

import dev.heimdall.launcher.moving.Imported;
import dev.heimdall.launcher.process.CommandFailure;
import java.io.PrintWriter;
import java.nio.file.Path;

/** How a configuration that was made of something else is written, and told of. */
final class Written {
  private Written() {}

  static void tell(PrintWriter out, Imported made, Path output) throws CommandFailure {
    for (String document : made.write(output)) {
      out.println("wrote " + output.resolve(document));
    }
    made.notes().forEach(out::println);
    out.println(
        "%s; look at them, then: heimdall check %s && heimdall proxy --config %s"
            .formatted(Plural.of(made.notes().size(), "note"), output, output));
  }
}
