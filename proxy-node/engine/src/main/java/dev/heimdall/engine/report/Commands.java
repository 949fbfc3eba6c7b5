package dev.heimdall.engine.report;

import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Commands that managers may give to the node. */
public interface Commands {
  /** A command is not carried out; the message says why, to people. */
  final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Refused(String message) {
      super(message);
    }
  }

  /**
   * Begins to carry a command out, without waiting.
   *
   * @param kind such as {@code drain}
   * @param parameters by name
   * @return what came of it, in words; it fails with {@link Refused} if nothing did, and never
   *     completes where the node ends by it
   */
  CompletionStage<String> carryOut(String kind, Map<String, String> parameters);
}
