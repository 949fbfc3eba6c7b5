package dev.heimdall.configsync;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.crac.Core;
import org.crac.Resource;

/**
 * The Lambda function: {@code dev.heimdall.configsync.Handler}. A run that fails throws, so that
 * Lambda repeats it and in the end leaves the event in the dead-letter queue.
 */
public final class Handler implements RequestStreamHandler {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Maximum size of a delivery by EventBridge: 256 KiB. */
  private static final int LONGEST_EVENT = 256 * 1024;

  private final Function function;
  private final PrintStream out;

  /** Kept here: it is only weakly reachable from where it is registered. */
  private final Resource priming;

  /** Called by Lambda, once for each execution environment. */
  public Handler() {
    this(
        Function.of(SyncSettings.of(System.getenv())),
        new PrintStream(System.out, true, StandardCharsets.UTF_8));
  }

  private Handler(Function function, PrintStream out) {
    this.function = function;
    this.out = out;
    priming =
        new Resource() {
          @Override
          public void beforeCheckpoint(org.crac.Context<? extends Resource> context) {
            function.prime();
          }

          @Override
          public void afterRestore(org.crac.Context<? extends Resource> context) {
            // Connections are made, and clocks are read, when they are needed.
          }
        };
    Core.getGlobalContext().register(priming);
  }

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    byte[] delivered = input.readNBytes(LONGEST_EVENT);
    JsonNode event = JSON.readTree(delivered);
    Report report = function.run(event, out::println);
    JSON.writeValue(output, report);
  }
}
