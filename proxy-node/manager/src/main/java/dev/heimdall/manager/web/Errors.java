package dev.heimdall.manager.web;

import java.nio.ByteBuffer;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** Says in the manager's own form what Jetty refuses. */
final class Errors implements Request.Handler {
  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    int status =
        request.getAttribute(ErrorHandler.ERROR_STATUS) instanceof Integer known ? known : 500;
    Answer answer = refusal(status).answer();
    answer.headersOf(response);
    response.write(true, ByteBuffer.wrap(answer.body()), callback);
    return true;
  }

  private static Refusal refusal(int status) {
    return switch (status) {
      case 414, 431 ->
          new Refusal(
              status,
              "bad_request",
              "The headers may have %,d bytes together.".formatted(Bounds.LONGEST_HEADERS));
      case 417 -> new Refusal(417, "bad_request", "Of Expect the manager knows 100-continue.");
      case 503 -> Refusal.busy("The manager is ending.");
      case 505 -> new Refusal(505, "bad_request", "The manager speaks HTTP/1.1 and HTTP/1.0.");
      default ->
          status >= 500
              ? new Refusal(500, "internal_error", "This is a bug in Heimdall.")
              : new Refusal(status, "bad_request", "This is no HTTP request that can be answered.");
    };
  }
}
