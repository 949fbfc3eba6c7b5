package dev.heimdall.manager.web;

import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Entry point of requests, with their headers and without their bodies. */
final class Entrance extends Handler.Abstract {
  private final Endpoint endpoint;

  Entrance(Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Optional<Callers.Caller> caller =
        endpoint.callers().of(request.getConnectionMetaData().getConnection());
    if (caller.isEmpty()) {
      callback.failed(new EofException());
      return true;
    }
    List<String> forwarded = request.getHeaders().getValuesList(TrustedProxies.HEADER);
    caller.get().body();
    Request.addCompletionListener(request, failure -> caller.get().answered());
    if (!caller.get().serves(forwarded)) {
      callback.failed(new EofException()); // as a connection of its own would be closed
      return true;
    }
    new Exchange(endpoint, caller.get(), request, response, callback).begin();
    return true;
  }
}
